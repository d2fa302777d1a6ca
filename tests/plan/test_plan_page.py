"""The plan in force on screen."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from conftest import Cast
from guanlan.clocks.models import Stream
from guanlan.plan.models import PlanVersion


def test_shows_levels_clocks_and_duties(
    plan: PlanVersion, cast: Cast, sign_in: Callable[..., Client]
) -> None:
    page = sign_in(cast.zhao).get(reverse("plan")).content.decode()

    assert "客服舆情应急预案（五组制），版本 1.0" in page
    assert "体检没有发现问题" in page
    assert plan.sha256 in page
    assert page.count("项职责") == 5


def test_says_how_to_get_one(cast: Cast, stream: Stream, sign_in: Callable[..., Client]) -> None:
    assert "还没有现行预案" in sign_in(cast.zhao).get(reverse("plan")).content.decode()
