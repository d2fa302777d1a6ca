"""How a level's key is written for people."""

from django.utils.translation import gettext as _

# One character each, so that a level is never read as a letter.
_NUMERALS = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ"}


def level_word(level: str) -> str:
    """Write a level's key as people say it: II as Ⅱ级."""
    return _("%(level)s级") % {"level": _NUMERALS.get(level, level)}
