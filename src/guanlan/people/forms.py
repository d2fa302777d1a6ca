"""What people type about people; every sentence names the box."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanlan.people.importing import is_login, is_phone
from guanlan.people.models import DutyShift, Group, Membership, Person
from guanlan.people.queries import members, open_groups
from guanlan.people.weeks import Shift, Slot, week


def _phone(written: str) -> str:
    if written and not is_phone(written):
        raise forms.ValidationError(_("手机“%(text)s”不像电话号码，请改正或留空。") % {"text": written})
    return written


class Boxes(forms.Form):
    """A form whose labels end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ContactForm(Boxes):
    """A person's name and how to reach them."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    phone = forms.CharField(label=gettext_lazy("手机"), max_length=20, required=False)
    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False)

    def clean_phone(self) -> str:
        """Refuse what is no telephone number."""
        return _phone(self.cleaned_data["phone"])


class PersonForm(ContactForm):
    """A new person, and the group to begin in."""

    username = forms.CharField(
        label=gettext_lazy("登录名"), max_length=40, help_text=gettext_lazy("英文字母或数字，例如 wangfang")
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("组"), queryset=Group.objects.none(), required=False, to_field_name="key"
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER
    )
    field_order = ("name", "username", "group", "role", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = open_groups()  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        """Refuse what nobody could type at two in the morning."""
        written = str(self.cleaned_data["username"])
        if not is_login(written):
            raise forms.ValidationError(
                _("登录名“%(text)s”不能用，请用 2 到 40 个英文字母或数字，例如 wangfang。")
                % {"text": written}
            )
        return written


class PlaceForm(Boxes):
    """A group to serve in, and as what."""

    group = forms.ModelChoiceField(
        label=gettext_lazy("组"),
        queryset=Group.objects.none(),
        to_field_name="key",
        widget=forms.Select({"aria-label": gettext_lazy("组")}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("角色"),
        choices=Membership.Role.choices,
        initial=Membership.Role.MEMBER,
        widget=forms.Select({"aria-label": gettext_lazy("角色")}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = open_groups()  # type: ignore[attr-defined]


class SheetForm(Boxes):
    """The XLSX file with people."""

    sheet = forms.FileField(
        label=gettext_lazy("人员名单（.xlsx）"), widget=forms.FileInput({"accept": ".xlsx"})
    )


class ShiftForm(Boxes):
    """One shift of a group, by its members."""

    person = forms.ModelChoiceField(
        label=gettext_lazy("值班人"), queryset=Person.objects.none(), to_field_name="key"
    )
    deputy = forms.ModelChoiceField(
        label=gettext_lazy("副手"),
        queryset=Person.objects.none(),
        to_field_name="key",
        required=False,
        help_text=gettext_lazy("值班人没有回应时，由副手接手"),
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("开始"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )
    ends_at = forms.DateTimeField(
        label=gettext_lazy("结束"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )

    def __init__(self, *args: Any, group: Group, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in ("person", "deputy"):
            self.fields[field].queryset = servants(group, at=at)  # type: ignore[attr-defined]


class WeekForm(Boxes):
    """A group's week: who serves each of the 21 shifts, and who stands in for each kind of shift.

    Shifts that have begun are shown and not asked.
    """

    def __init__(self, *args: Any, group: Group, first: date, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group, self.first, self.at = group, first, at
        choices = [("", "—"), *((person.key, person.name) for person in servants(group, at=at))]
        self._persons = {person.key: person for person in servants(group, at=at)}
        self._laid = _laid(group, first)
        for shift in Shift:
            self.fields[f"deputy-{shift}"] = forms.ChoiceField(
                label=_("%(shift)s的副手") % {"shift": shift.label},
                choices=choices,
                required=False,
                initial=self._deputy(shift),
            )
        for slot in week(first):
            if slot.starts_at > at:
                laid = self._laid.get(slot.starts_at)
                self.fields[_box(slot)] = forms.ChoiceField(
                    label=f"{slot.day:%m-%d} {slot.shift.label}",
                    choices=choices,
                    required=False,
                    initial=laid.person.key if laid else "",
                )

    def clean(self) -> dict[str, Any]:
        """Refuse a deputy who serves the shift."""
        for slot, (person, deputy) in self.served().items():
            if person == deputy:
                self.add_error(
                    _box(slot),
                    _("%(day)s %(shift)s：%(name)s不能当自己的副手。")
                    % {"day": f"{slot.day:%m-%d}", "shift": slot.shift.label, "name": person.name},
                )
        return self.cleaned_data

    def served(self) -> dict[Slot, tuple[Person, Person | None]]:
        """Return the person and the deputy of each slot that was filled."""
        filled = {slot: self.cleaned_data.get(_box(slot), "") for slot in week(self.first)}
        return {
            slot: (
                self._persons[key],
                self._persons.get(self.cleaned_data.get(f"deputy-{slot.shift}", "")),
            )
            for slot, key in filled.items()
            if key
        }

    def rows(self) -> Iterator[tuple[date, list[Any]]]:
        """Yield each day with its three boxes, or the shift where it has begun."""
        slots = list(week(self.first))
        for at in range(0, len(slots), 3):
            day = slots[at : at + 3]
            yield day[0].day, [self._cell(slot) for slot in day]

    def deputies(self) -> Sequence[Any]:
        """Return the three deputies' boxes."""
        return [self[f"deputy-{shift}"] for shift in Shift]

    def _cell(self, slot: Slot) -> Any:
        return self[_box(slot)] if _box(slot) in self.fields else self._laid.get(slot.starts_at)

    def _deputy(self, shift: Shift) -> str:
        deputies = [
            self._laid[slot.starts_at].deputy
            for slot in week(self.first)
            if slot.shift == shift and slot.starts_at in self._laid
        ]
        return next((deputy.key for deputy in deputies if deputy is not None), "")


def _box(slot: Slot) -> str:
    return f"{slot.day:%Y-%m-%d}-{slot.shift}"


def _laid(group: Group, first: date) -> dict[datetime, DutyShift]:
    slots = {slot.starts_at: slot.ends_at for slot in week(first)}
    shifts = DutyShift.objects.filter(group=group, starts_at__in=list(slots))
    found = shifts.select_related("person", "deputy")
    return {shift.starts_at: shift for shift in found if slots[shift.starts_at] == shift.ends_at}


def servants(group: Group, *, at: datetime) -> Any:
    """Return who may be put on a group's roster: its members, by name."""
    serving = members(group, at=at).order_by()
    return Person.objects.filter(pk__in=serving.values("person")).order_by("name", "pk")
