"""Typed readers of the environment; a bad value stops the start with a sentence that names it."""

import os
import secrets
from gettext import gettext as _
from pathlib import Path


class BadSetting(SystemExit):
    """A setting cannot be read; the message names the variable and what it may hold."""


def env_bool(name: str, *, default: bool) -> bool:
    """Return True or False; anything but those two words is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value not in ("True", "False"):
        raise BadSetting(
            _("环境变量 {name} 只能是 True 或 False，现在是“{value}”。").format(name=name, value=value)
        )
    return value == "True"


def env_list(name: str, *, default: tuple[str, ...]) -> list[str]:
    """Return the comma-separated parts."""
    value = os.environ.get(name)
    return list(default) if value is None else [part.strip() for part in value.split(",") if part.strip()]


def env_secret(name: str, *, kept_in: Path) -> str:
    """Return the secret from NAME, from the file NAME_FILE, or one made once and kept in a file."""
    if value := os.environ.get(name):
        return value
    path = Path(os.environ.get(f"{name}_FILE", kept_in))
    if not path.exists():
        if f"{name}_FILE" in os.environ:
            raise BadSetting(
                _("环境变量 {name}_FILE 指向的文件 {path} 不存在。").format(name=name, path=path)
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
