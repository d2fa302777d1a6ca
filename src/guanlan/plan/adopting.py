"""A plan's file becomes the company's own: its name in the file and in what the file says."""

from django.utils.translation import gettext as _

from guanlan.errors import Refused
from guanlan.plan.document import PlanDocument
from guanlan.plan.placeholders import COMPANY, named, with_company
from guanlan.plan.reading import BadPlan, read


class UnfitName(Refused):
    """The company's name cannot be written where the file wants it."""


def adopted(content: bytes, name: str, company: str) -> tuple[str, PlanDocument]:
    """Return the YAML with the company's name in it, and what it says; the two agree.

    Raises plan.reading.BadPlan with the line of every mistake, and UnfitName.
    """
    plan = read(content, name).document
    source = content.decode()
    if not COMPANY.search(source):
        return source, plan
    source, wanted = with_company(source, company), named(plan, company)
    if not _says(source, wanted, name):
        raise UnfitName(
            _("公司名称“%(company)s”里的符号填不进预案文件。请到“设置”里改用不带引号和冒号的名称，再试一次。")
            % {"company": company}
        )
    return source, wanted


def _says(source: str, plan: PlanDocument, name: str) -> bool:
    try:
        return read(source.encode(), name).document == plan
    except BadPlan:
        return False
