"""What is typed to begin a draft."""

import re
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes
from guanlan.people.models import Unit
from guanlan.plan.document import PlanDocument
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document, in_force
from guanlan.plan.reading import read
from guanlan.plan.shipped import template, templates

IN_FORCE, BLANK = "in-force", "blank"


class BeginForm(Boxes):
    """What a draft begins from, and its label."""

    base_of = forms.ChoiceField(label=gettext_lazy("从哪里开始"), widget=forms.RadioSelect)
    label = forms.CharField(
        label=gettext_lazy("版本号"),
        max_length=40,
        help_text=gettext_lazy("发布过的和已有草案的版本号不能再用"),
    )

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = in_force(unit)
        self.fields["base_of"].choices = bases(self.current)  # type: ignore[attr-defined]
        self.initial.setdefault("base_of", bases(self.current)[0][0])
        self.initial.setdefault("label", free_label(self.current))

    def base(self) -> PlanDocument:
        """Return the plan that was chosen."""
        return chosen(self.cleaned_data["base_of"], self.current)


def bases(current: PlanVersion | None) -> list[tuple[str, str]]:
    """Return what a draft can begin from, each with its name."""
    choices = [
        (shipped.code, _("模板：%(name)s") % {"name": shipped.document.meta.name}) for shipped in templates()
    ]
    if current is not None:
        words = _("现行的 %(label)s 版：%(name)s") % {"label": current.label, "name": current.name}
        choices.insert(0, (IN_FORCE, words))
    return [*choices, (BLANK, _("空白：只有一个指挥部和四个等级，其余自己写"))]


def free_label(current: PlanVersion | None) -> str:
    """Return the label after the one in force, the last number raised until no version has it."""
    taken = set(PlanVersion.objects.values_list("label", flat=True))
    label = current.label if current is not None else "1.0"
    while label in taken:
        label = _after(label)
    return label


def chosen(code: str, current: PlanVersion | None) -> PlanDocument:
    """Return the plan in force, a template that ships, or the nearly empty one."""
    if code == IN_FORCE and current is not None:
        return document(current)
    shipped = template(code)
    return shipped.document if shipped is not None else blank()


def blank() -> PlanDocument:
    """Return the least that is a plan: a command and four levels."""
    path = Path(__file__).with_name("blank.yaml")
    return read(path.read_bytes(), path.name).document


def _after(label: str) -> str:
    number = re.search(r"(\d+)(?!.*\d)", label)
    if number is None:
        return f"{label}-2"
    return f"{label[: number.start()]}{int(number[0]) + 1}{label[number.end() :]}"
