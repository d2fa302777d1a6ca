import pytest

from guanlan.clocks.calendar import Calendar
from guanlan.plan.check import check
from guanlan.plan.levels import Clock, Level
from guanlan.plan.timing import Span, since_signal
from plan.shipped import TODAY, Tree, document, row, spoiled


@pytest.mark.parametrize(
    ("minutes", "calendar", "shortest"),
    # Eight working hours a day: the 480th minute ends the first day, the 481st begins the next morning.
    [(480, "natural", 480), (480, "working", 480), (481, "working", 1441), (2400, "working", 6240)],
)
def test_the_least_natural_time_a_working_time_takes(minutes: int, calendar: Calendar, shortest: int) -> None:
    assert Span(minutes, calendar).shortest() == shortest


def test_any_working_part_makes_the_whole_working_time() -> None:
    assert Span(30, "natural") + Span(60, "working") == Span(90, "working")
    assert Span(30, "natural") + Span(60, "natural") == Span(90, "natural")


def test_a_clock_from_confirmation_begins_after_the_time_for_assessing() -> None:
    level = row_of_level("III")
    clock = Clock(key="x", step="facts", minutes=100, start="confirmed")
    assert since_signal(clock, level) == Span(130, "natural")
    assert since_signal(clock.model_copy(update={"start": "signal"}), level) == Span(100, "natural")


def row_of_level(key: str) -> Level:
    (level,) = [level for level in document().levels if level.key == key]
    return level


def test_findings_come_in_the_plans_order() -> None:
    def spoil(tree: Tree) -> None:
        row(tree["stand_down"], "end.tasks").update(source="")
        row(tree["duties"], "duty.legal.notice").update(group="group.none")
        row(tree["criteria"], "criterion.plays").update(source="")

    assert [finding.key for finding in spoiled(spoil)] == [
        "criterion.plays",
        "duty.legal.notice",
        "end.tasks",
    ]
    assert check(document(), today=TODAY) == ()
