"""The plan templates that ship: plans/*.yaml, read when they are looked at."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from guanlan.plan.document import PlanDocument
from guanlan.plan.reading import read

FIRST_CHOICE = "five-groups"


@dataclass(frozen=True)
class Template:
    """A plan to begin with; `code` is the file's name without its ending."""

    code: str
    content: bytes
    document: PlanDocument


def templates() -> list[Template]:
    """Return every template, by file name."""
    return [_template(path) for path in sorted(_folder().glob("*.yaml"))]


def template(code: str) -> Template | None:
    """Return one template, or None."""
    return next((found for found in templates() if found.code == code), None)


def first_choice() -> Template:
    """Return the template that is taken where nobody chose one."""
    return _template(_folder() / f"{FIRST_CHOICE}.yaml")


def _folder() -> Path:
    # A wheel carries them in the package (hatch_build.py); a checkout has them beside src.
    packed: Path = settings.PACKAGE / "plans"
    return packed if packed.is_dir() else settings.PACKAGE.parent.parent / "plans"


@lru_cache(maxsize=16)
def _template(path: Path) -> Template:
    content = path.read_bytes()
    return Template(path.stem, content, read(content, path.name).document)
