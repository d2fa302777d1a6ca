"""Who may do what, when: functions come from groups, for as long as somebody serves there."""

from datetime import timedelta

import pytest

from conftest import NOW, Cast
from guanlan.errors import NotAllowed
from guanlan.people import actions
from guanlan.people.permissions import MANAGE_PEOPLE, functions_of, may, require


def test_lets_pass_whoever_holds_a_function_of_the_table(cast: Cast) -> None:
    require(cast.wu, MANAGE_PEOPLE, at=NOW)
    require(cast.zhao, "audit.read", at=NOW)


def test_refuses_in_a_sentence_that_names_who_may(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="可以办理的是：指挥、监测。") as refused:
        require(cast.chen, "watch.confirm_level", at=NOW)

    assert refused.value.status == 403


def test_holds_only_while_somebody_serves(cast: Cast) -> None:
    actions.remove_from(
        person=cast.wang, group=cast.groups["monitoring"], actor="system", now=NOW + timedelta(hours=2)
    )

    hours = {hour: may(cast.wang, "reports.submit", at=NOW + timedelta(hours=hour)) for hour in (-1, 0, 1, 2)}
    assert hours == {-1: False, 0: True, 1: True, 2: False}


def test_a_closed_group_gives_no_function(cast: Cast) -> None:
    cast.groups["legal"].closed_at = NOW
    cast.groups["legal"].save()

    assert functions_of(cast.zhou, at=NOW) == set()


def test_somebody_deactivated_holds_none(cast: Cast) -> None:
    cast.zhou.is_active = False

    assert functions_of(cast.zhou, at=NOW) == set()


def test_functions_of_several_groups_add_up(cast: Cast) -> None:
    actions.place(person=cast.chen, group=cast.groups["legal"], role="MEMBER", actor="system", now=NOW)

    assert functions_of(cast.chen, at=NOW) == {"media", "legal"}


def test_an_unknown_code_is_a_mistake_of_ours_not_a_refusal(cast: Cast) -> None:
    with pytest.raises(KeyError):
        may(cast.chen, "media.guess", at=NOW)
