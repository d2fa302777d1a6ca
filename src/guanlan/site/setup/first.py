"""The one-time code with which the first administrator is made, kept in the home folder."""

import secrets
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from guanlan.errors import NotAllowed
from guanlan.people.models import Person

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(NotAllowed):
    """Whoever starts the product sees the code; nobody else may make the first account."""


def code() -> str | None:
    """Return the code, made on the first call; None once anybody exists."""
    if Person.objects.exists():
        use_up()
        return None
    if not _path().exists():
        _path().parent.mkdir(parents=True, exist_ok=True)
        _path().touch(mode=0o600)
        _path().write_text(
            "-".join("".join(secrets.choice(_LETTERS) for _at in range(4)) for _part in range(3))
        )
    return _path().read_text().strip()


def require_code(written: str) -> None:
    """Raise WrongCode unless this is the code and nobody exists yet."""
    expected = code()
    if expected is None:
        raise WrongCode(_("管理员已经有了，请用账号登录；没有账号请找管理员添加。"))
    if not secrets.compare_digest(written.strip().encode(), expected.encode()):
        raise WrongCode(
            _("启动代码不对。它在运行 guanlan up 的窗口里，也在数据目录的 first-run-code 文件里。")
        )


def use_up() -> None:
    """Take the code away."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    home: Path = settings.HOME
    return home / "first-run-code"
