"""What is typed about a Word plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes
from guanlan.plan.editing.forms import bases, free_label
from guanlan.plan.models import PlanVersion
from guanlan.plan.word_import.joining import Cited
from guanlan.plan.word_import.placing import Chapter


class WordForm(Boxes):
    """The file; what is wrong with it is said by the reader."""

    word = forms.FileField(
        label=gettext_lazy("预案文件（.docx）"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".docx"}),
        error_messages={"required": gettext_lazy("请先选一个 Word 文件，再上传。")},
    )


class BaseForm(Boxes):
    """Which plan gives what the file does not say."""

    base_of = forms.ChoiceField(label=gettext_lazy("等级、时限、职责等从哪里来"))

    def __init__(self, *args: Any, current: PlanVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base_of"].choices = bases(current)  # type: ignore[attr-defined]
        self.initial.setdefault("base_of", bases(current)[0][0])


class GroundsForm(Boxes):
    """The draft's name and label, and for each cited clause the clause of the file that takes its place."""

    name = forms.CharField(label=gettext_lazy("预案名称"), max_length=120)
    label = forms.CharField(label=gettext_lazy("版本号"), max_length=40)

    def __init__(
        self,
        *args: Any,
        rows: list[Cited],
        chapters: list[Chapter],
        current: PlanVersion | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        self.initial.setdefault("label", free_label(current))
        choices = [("", _("沿用原来的这一条")), *_choices(chapters)]
        for row in rows:
            self.fields[_box(row)] = forms.ChoiceField(
                choices=choices,
                required=False,
                initial="" if row.alike is None else str(row.alike),
                widget=forms.Select({"aria-label": row.title}),
            )

    def grounds(self) -> dict[str, int | None]:
        """Return what was chosen, as `joining.joined` wants it."""
        chosen = {row.key: self.cleaned_data[_box(row)] for row in self.rows}
        return {key: int(at) if at else None for key, at in chosen.items()}

    def pairs(self) -> list[tuple[Cited, Any]]:
        """Return each cited clause with its box."""
        return [(row, self[_box(row)]) for row in self.rows]


def _choices(chapters: list[Chapter]) -> list[tuple[str, str]]:
    return [
        (str(clause.at), f"{place}.{number} {clause.title}")
        for place, chapter in enumerate(chapters, start=1)
        for number, clause in enumerate(chapter.clauses, start=1)
    ]


def _box(row: Cited) -> str:
    return f"ground-{row.key}"
