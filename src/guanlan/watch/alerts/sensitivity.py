"""What each sensitivity chooses for each kind of rule; the page shows the number and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from guanlan.watch.alerts.arithmetic import BEFORE, FELL_HOURS
from guanlan.watch.alerts.models import AlertRule

K = AlertRule.Kind
FEWER, BALANCED, MORE = AlertRule.Sensitivity

NUMBERS: dict[str, dict[str, int]] = {
    K.RATIO: {FEWER: 300, BALANCED: 200, MORE: 150},  # percent of the mean
    K.DEVIATION: {FEWER: 6, BALANCED: 4, MORE: 3},  # half standard deviations
    K.SURGE: {FEWER: 5, BALANCED: 3, MORE: 2},  # times
    K.FELL: {FEWER: 10, BALANCED: 20, MORE: 30},  # percent of what is usual
    K.ZERO: {FEWER: 48, BALANCED: 24, MORE: 12},  # hours
}


@dataclass(frozen=True)
class Terms:
    """What a person asks of a rule; what its kind has no use for is left at nothing."""

    kind: str
    sensitivity: str = BALANCED
    counts: str = AlertRule.Counts.POSTS
    minimum: int = 10
    words: Sequence[str] = ()
    cooldown_hours: int = 4

    def plain(self) -> "Terms":
        """Return the terms without what the kind has no use for."""
        bare = self.kind in (K.ZERO, K.WORDS)
        return Terms(
            self.kind,
            self.sensitivity,
            AlertRule.Counts.POSTS if bare else self.counts,
            0 if bare else self.minimum,
            tuple(self.words) if self.kind == K.WORDS else (),
            self.cooldown_hours,
        )


def number_of(kind: str, sensitivity: str) -> int:
    """Return the number that a sensitivity chooses; a hard word has none."""
    return NUMBERS[kind][sensitivity] if kind in NUMBERS else 0


def meaning(kind: str, number: int) -> str:
    """Say in words what a rule of a kind waits for."""
    words = {
        K.RATIO: _("一小时达到前 7 天时均的 %(number)s%%"),
        K.DEVIATION: _("一小时高于前 7 天时均 + %(half)s 倍标准差"),
        K.SURGE: _("一小时达到前 12 小时时均的 %(number)s 倍，也达到昨天、上周同一小时的 %(number)s 倍"),
        K.FELL: _("最近 6 小时不到前 7 天同时段的 %(number)s%%"),
        K.ZERO: _("连续 %(number)s 小时一条也没有"),
        K.WORDS: _("出现列出的词，一条就报"),
    }
    assert (BEFORE, FELL_HOURS) == (12, 6)
    half = f"{number // 2}.5" if number % 2 else f"{number // 2}"
    return words[AlertRule.Kind(kind)] % {"number": number, "half": half}
