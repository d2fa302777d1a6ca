"""How amounts of the ledger of losses are written."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from guanlan.incidents.losses import amount_words, figure_of

register = template.Library()
register.filter("loss_words", figure_of)


@register.filter
def amount(value: Decimal | None) -> str:
    """Write an amount; None was put down by nobody, and is not nothing."""
    return _("未填") if value is None else amount_words(value)
