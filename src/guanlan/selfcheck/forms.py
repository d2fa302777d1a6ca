"""Where it is said that all is well."""

from django import forms
from django.utils.translation import gettext_lazy as _


class HeartbeatForm(forms.Form):
    """The address that hears once a minute while all is well; never shown again."""

    address = forms.CharField(
        label=_("地址"),
        max_length=500,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("保存后不再显示；留空保存就是停用"),
    )
