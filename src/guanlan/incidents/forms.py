"""What people fill in when they decide, act on a task, or end a response."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guanlan.incidents.models import Incident, Instruction, Loss, Task
from guanlan.incidents.queries import inside, may_decide, members_of, plan_groups
from guanlan.intake.models import Post
from guanlan.people.models import Group, Person
from guanlan.plan.document import PlanDocument
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.plan.wording import level_word


def _words(rows: int, **more: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **more})


class DecideForm(forms.Form):
    """Activate at one of the plan's levels, or watch until a time; either with its reason."""

    OBSERVE = "observe"

    choice = forms.ChoiceField()
    review_at = forms.DateTimeField(
        label=_("何时复核（选观察时必填）"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(label=_("理由"), max_length=500, widget=_words(3))
    assumptions = forms.CharField(
        label=_("以什么为前提（情况变了就要重定；可不写）"), max_length=500, required=False, widget=_words(2)
    )
    consulted = forms.CharField(label=_("征求过谁的意见（可不写）"), max_length=200, required=False)
    restricted = forms.BooleanField(label=_("限定知悉范围：只有被派任务的人和您看得到"), required=False)

    def __init__(self, *args: Any, plan: PlanDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            *level_choices(plan),
            (self.OBSERVE, _("暂不启动，继续观察")),
        ]

    def clean(self) -> dict[str, Any]:
        """Watching needs its time."""
        given = super().clean() or {}
        if given.get("choice") == self.OBSERVE and not given.get("review_at") and not self.errors:
            self.add_error("review_at", _("选观察要写何时复核，到时才不会忘。"))
        return given


class InstructionForm(forms.Form):
    """Who said what, when and how, and what it asks for."""

    field_order = ("said_by", "channel", "said_at", "words", "kind", "level", "group", "due_at", "upload")

    kind = forms.ChoiceField(label=_("批示要做什么"), choices=Instruction.Kind.choices)
    level = forms.ChoiceField(label=_("哪一级（启动或调整等级时选）"), required=False)
    group = forms.ModelChoiceField(
        label=_("交给哪个组（交办时选）"),
        queryset=Group.objects.none(),
        to_field_name="key",
        required=False,
        empty_label=_("不交办"),
    )
    due_at = forms.DateTimeField(
        label=_("何时办完（交办时填）"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    words = forms.CharField(label=_("原话"), max_length=500, widget=_words(3))
    said_by = forms.ModelChoiceField(
        label=_("谁下的批示"), queryset=Person.objects.none(), to_field_name="key", empty_label=_("选一个人")
    )
    channel = forms.ChoiceField(label=_("怎么说的"), choices=Instruction.Channel.choices)
    said_at = forms.DateTimeField(
        label=_("什么时候说的"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )
    upload = forms.FileField(label=_("录音或截图（可不传，50 MB 以内）"), required=False)

    def __init__(
        self,
        *args: Any,
        version: PlanVersion | None,
        person: Person,
        now: datetime,
        standing: Incident | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        # What was started first waits for the very word that activates it.
        active = standing is not None and standing.state == Incident.State.ACTIVE
        left_out = Instruction.Kind.ACTIVATE if active else Instruction.Kind.LEVEL
        fields["kind"].choices = [one for one in Instruction.Kind.choices if one[0] != left_out]
        levels = level_choices(document(version)) if version else []
        fields["level"].choices = [("", _("不涉及等级")), *levels]
        if version is not None:
            fields["group"].queryset = plan_groups(version)
        deciders = Person.visible_to(person).filter(pk__in=[one.pk for one in may_decide(at=now)])
        fields["said_by"].queryset = deciders.exclude(pk=person.pk).order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """A level or an order is whole, or it is not asked for."""
        given = super().clean() or {}
        kind = given.get("kind")
        if kind in (Instruction.Kind.ACTIVATE, Instruction.Kind.LEVEL) and not given.get("level"):
            self.add_error("level", _("请选是哪一级。"))
        if kind == Instruction.Kind.ORDER:
            for name, words in (("group", _("请选交给哪个组。")), ("due_at", _("请写明何时办完。"))):
                if not given.get(name):
                    self.add_error(name, words)
        return given


class DisownForm(forms.Form):
    """What was meant instead."""

    answer = forms.CharField(label=_("当时的意思是什么"), max_length=500, widget=_words(3))


class LevelForm(forms.Form):
    """Another level, and why."""

    level = forms.ChoiceField(label=_("改为哪一级"))
    reason = forms.CharField(label=_("理由"), max_length=500, widget=_words(3))

    def __init__(self, *args: Any, plan: PlanDocument, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [choice for choice in level_choices(plan) if choice[0] != incident.level]
        self.fields["level"].choices = others  # type: ignore[attr-defined]


class StandDownForm(forms.Form):
    """Why the response ends, and why all the same if a condition does not hold."""

    reason = forms.CharField(label=_("解除的理由"), max_length=500, widget=_words(3))
    override = forms.CharField(
        label=_("条件未达仍解除的理由"), max_length=400, required=False, widget=_words(2)
    )


class FigureForm(forms.Form):
    """How many of how many are settled, and by what that can be checked."""

    done = forms.IntegerField(label=_("已办多少件"), min_value=0, max_value=10_000_000)
    total = forms.IntegerField(label=_("共多少件"), min_value=0, max_value=10_000_000)
    ground = forms.CharField(label=_("依据（数字从哪里来，别人怎样核对）"), max_length=300, widget=_words(2))
    upload = forms.FileField(label=_("凭证文件（可不传；截图、导出表，50 MB 以内）"), required=False)


class LossForm(forms.Form):
    """What was lost on which day, and by what that can be checked."""

    kind = forms.ChoiceField(label=_("哪一种"), choices=Loss.Kind.choices)
    amount = forms.DecimalField(label=_("多少"), max_digits=12, decimal_places=2)
    day = forms.DateField(label=_("发生在哪天"), widget=forms.DateInput(attrs={"type": "date"}))
    ground = forms.CharField(label=_("依据（数字从哪里来，别人怎样核对）"), max_length=300, widget=_words(2))
    upload = forms.FileField(label=_("凭证文件（可不传；付款单、导出表，50 MB 以内）"), required=False)


class StrikeForm(forms.Form):
    """Why a line of the ledger is struck."""

    reason = forms.CharField(label=_("为什么作废"), max_length=300, widget=_words(2))


class CompleteForm(forms.Form):
    """What was done, and what shows it."""

    words = forms.CharField(label=_("结果"), max_length=1000, required=False, widget=_words(3))
    upload = forms.FileField(label=_("凭证文件（照片、截图、文档，50 MB 以内）"), required=False)
    post = forms.CharField(label=_("凭证帖文的链接"), max_length=1000, required=False)

    def __init__(self, *args: Any, task: Task, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task, self._person = task, person

    def clean_post(self) -> Post | None:
        """Find the stored post with this address."""
        url = self.cleaned_data["post"].strip()
        if not url:
            return None
        posts = Post.visible_to(self._person).filter(stream=self._task.stream_id, url=url)
        found = posts.first()
        if found is None:
            raise forms.ValidationError(_("没有收过这个链接的帖文。请核对链接，或先用“报一条”报进来。"))
        return found


class HandOverForm(forms.Form):
    """Who takes it on, and what they should know."""

    to = forms.ModelChoiceField(label=_("转给谁"), queryset=Person.objects.none(), to_field_name="key")
    remark = forms.CharField(label=_("交代几句（可不写）"), max_length=200, required=False, widget=_words(2))

    def __init__(self, *args: Any, task: Task, person: Person, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [member.pk for member in members_of(task, at=now) if member.pk != task.owner_id]
        self.fields["to"].queryset = Person.visible_to(person).filter(pk__in=others)  # type: ignore[attr-defined]


class LetInForm(forms.Form):
    """Who else may see a restricted incident."""

    guest = forms.ModelChoiceField(
        label=_("加谁"), queryset=Person.objects.none(), to_field_name="key", empty_label=_("选一个人")
    )

    def __init__(self, *args: Any, incident: Incident, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Person.visible_to(person).filter(is_active=True)
        others = others.exclude(pk__in=inside(incident).values("person")).order_by("name", "pk")
        self.fields["guest"].queryset = others  # type: ignore[attr-defined]


class HoursForm(forms.Form):
    """On which day, how long, and what was done."""

    day = forms.DateField(
        label=_("哪一天"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    hours = forms.DecimalField(
        label=_("几小时（如 1.5）"), min_value=Decimal("0.1"), max_value=24, max_digits=4, decimal_places=2
    )
    what = forms.CharField(label=_("做了什么"), max_length=200)

    def booking(self) -> dict[str, Any]:
        """Return day, minutes and words."""
        given = self.cleaned_data
        return {"day": given["day"], "minutes": round(given["hours"] * 60), "what": given["what"]}


class ReturnForm(forms.Form):
    """What is missing, and until when it is done again."""

    words = forms.CharField(label=_("哪里不合格，要补什么"), max_length=500, widget=_words(3))
    due_at = forms.DateTimeField(
        label=_("何时重办完"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )


class WaiveForm(forms.Form):
    """Why the task need not be done, and in which state it was read."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())
    reason = forms.CharField(label=_("免办的理由"), max_length=500, widget=_words(3))


def level_choices(plan: PlanDocument) -> list[tuple[str, str]]:
    """Return the plan's levels, gravest first, as key and words."""
    return [(level.key, f"{level_word(level.key)} {level.name}") for level in plan.by_rank]
