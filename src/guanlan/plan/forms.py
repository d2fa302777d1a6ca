"""What is typed about plans."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes
from guanlan.people.models import Person
from guanlan.plan.document import PlanDocument
from guanlan.plan.models import Ruling
from guanlan.plan.screens import clause_name, clause_numbers


class ImportForm(Boxes):
    """The YAML file; what is wrong with it is said by the reader, empty or not."""

    plan = forms.FileField(
        label=gettext_lazy("预案文件（.yaml）"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".yaml,.yml"}),
        error_messages={"required": gettext_lazy("请先选一个预案文件，再导入。")},
    )


class EffectiveForm(Boxes):
    """From when the plan holds."""

    effective_on = forms.DateField(
        label=gettext_lazy("从哪天起施行"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class SignersForm(Boxes):
    """Who of the command is asked to sign."""

    signers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("请谁会签"),
        queryset=Person.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="key",
        error_messages={"required": gettext_lazy("请至少选一位会签人，再送审。")},
    )

    def __init__(self, *args: Any, persons: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["signers"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = Person.objects.filter(pk__in=[person.pk for person in persons]).order_by(
            "name", "pk"
        )


class ReasonForm(Boxes):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": gettext_lazy("请写明原因。")},
    )


class RulingForm(Boxes):
    """An interpretation or supplementary rule, and the clause it is about."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=Ruling.Kind)
    clause = forms.ChoiceField(label=gettext_lazy("针对哪一条"), required=False)
    text = forms.CharField(
        label=gettext_lazy("正文"),
        widget=forms.Textarea({"rows": 8}),
        error_messages={"required": gettext_lazy("请写正文。")},
    )

    def __init__(self, *args: Any, plan: PlanDocument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause = self.fields["clause"]
        assert isinstance(clause, forms.ChoiceField)
        named = [(key, clause_name(plan, key)) for key in clause_numbers(plan)]
        clause.choices = [("", gettext_lazy("整份预案")), *named]
