"""The API's root; packages register their routers with it in site.urls."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from guanlan.api.tokens import Bearer

api = NinjaAPI(title="Guanlan", version="1", auth=Bearer(), docs_url="/docs", urls_namespace="api")

# How the framework names the place of a value: "body", then the parameter.
_PREFIX = 2


@api.exception_handler(ValidationError)
def misshapen(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body of the wrong shape with one sentence that names the place."""
    wrong = error.errors[0]
    place = ".".join(str(part) for part in wrong["loc"][_PREFIX:])
    if not place:
        sentence = _('请求体是空的，请用 JSON 对象发送，例如 {"posts": [...]}。')
    elif wrong["type"] == "missing":
        sentence = _("请求体缺少“%(place)s”，请用 JSON 对象发送并补上它。") % {"place": place}
    else:
        sentence = _("请求体里“%(place)s”的类型不对，请对照接口文档改正。") % {"place": place}
    return api.create_response(request, {"detail": sentence}, status=422)


@api.exception_handler(HttpError)
def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is no JSON with a sentence; pass other answers of the framework on."""
    sentence = (
        _("请求体不是正确的 JSON，请检查引号、逗号和括号。") if error.status_code == 400 else str(error)
    )
    return api.create_response(request, {"detail": sentence}, status=error.status_code)
