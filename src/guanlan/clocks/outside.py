"""Times that others set for an answer: the rules that ship, and the company's own in their place."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from ruamel.yaml import YAML

from guanlan.clocks.calendar import Office, after_rest, period_end
from guanlan.clocks.models import OutsideRule


@dataclass(frozen=True)
class Due:
    """When a rule's time is over, and to when a day of rest at its end moves that.

    `known` says whether the official table covers all the days.
    """

    at: datetime
    moved_to: datetime
    known: bool

    @property
    def moved(self) -> bool:
        """Whether the last day is a day of rest."""
        return self.moved_to != self.at


def shipped() -> list[OutsideRule]:
    """Return the rules that ship, as rows that are not stored."""
    return [OutsideRule(**rule) for rule in _read()]


def standing_rules(at: datetime) -> list[OutsideRule]:
    """Return the rules at a time: those that ship or the company's own in their place, then its others."""
    own = {rule.code: rule for rule in OutsideRule.standing(at).order_by("since", "pk")}
    rules = [own.pop(rule.code, rule) for rule in shipped()]
    return rules + list(own.values())


def rule_of(code: str, at: datetime) -> OutsideRule | None:
    """Return the rule of a code as it stood at a time."""
    return next((rule for rule in standing_rules(at) if rule.code == code), None)


def due_under(rule: OutsideRule, received: datetime, office: Office) -> Due:
    """Return when the rule's time is over for what came in at a moment."""
    at = period_end(received, rule.amount, rule.unit, office)
    if rule.unit == OutsideRule.Unit.HOUR:
        return Due(at, at, known=True)
    moved_to = after_rest(at, office)
    return Due(at, moved_to, office.knows_all(received, moved_to))


@cache
def _read() -> list[dict[str, object]]:
    text = files(__package__).joinpath("outside_rules.yaml").read_text(encoding="utf-8")
    rules: list[dict[str, object]] = YAML(typ="safe").load(text)
    return rules
