"""What is typed about plans."""

from django import forms
from django.utils.translation import gettext_lazy

from guanlan.people.forms import Boxes


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
