"""All versions on screen, their YAML as it was kept, and what changed between two."""

import hashlib
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from conftest import Cast
from guanlan.clocks.models import Stream
from guanlan.plan.models import PlanVersion
from plan.versions import drafted, text_of

Browser = Callable[..., Client]


def test_the_list_says_who_published_what_from_when(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    drafted(cast, "2.0")

    page = text_of(sign_in(cast.zhao).get(reverse("plan-versions")))

    assert "现行的是客服舆情应急预案（五组制） 1.0 版" in page
    assert (
        "1.0 客服舆情应急预案（五组制） 现行 未经会签 2026-11-20 2029-11-20 "
        "李敏 11月20日 14:05 李敏 11月20日 14:05 " + plan.sha256[:8] in page
    )
    assert "2.0 客服舆情应急预案（五组制） 草案 — — 李敏 11月20日 14:05 —" in page


def test_an_empty_list_says_so(cast: Cast, stream: Stream, sign_in: Browser) -> None:
    assert "还没有任何版本" in text_of(sign_in(cast.zhao).get(reverse("plan-versions")))


def test_the_yaml_comes_back_byte_for_byte(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    browser = sign_in(cast.zhao)

    answer = browser.get(reverse("plan-source", args=[plan.key]))

    plan.refresh_from_db()
    assert answer.content == plan.source.encode()
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    page = browser.get(reverse("plan-version", args=[plan.key])).content.decode()
    assert hashlib.sha256(answer.content).hexdigest() in page


def test_a_version_kept_under_older_rules_is_still_shown(
    plan: PlanVersion, cast: Cast, sign_in: Browser
) -> None:
    PlanVersion.objects.update(source="meta: {key: once.fine}\n")

    answer = sign_in(cast.zhao).get(reverse("plan-version", args=[plan.key]))

    assert answer.status_code == 200
    assert "体检没有发现问题" in text_of(answer)


def test_two_versions_are_compared(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    draft = drafted(cast, "2.0", ("name: 监测专员", "name: 监测员"))
    browser = sign_in(cast.zhao)

    page = text_of(browser.get(reverse("plan-changes"), {"old": plan.key, "new": draft.key}))
    back = text_of(browser.get(reverse("plan-changes"), {"old": draft.key, "new": plan.key}))

    assert "从 1.0 版到 2.0 版：改了 2 处" in page
    assert "监测组 岗位“监测专员”的名称：监测专员 → 监测员" in page
    assert "监测组 岗位“监测员”的名称：监测员 → 监测专员" in back


def test_a_version_that_is_not_there_is_not_found(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    browser = sign_in(cast.zhao)

    assert browser.get(reverse("plan-changes"), {"old": plan.key}).status_code == 404
    assert browser.get(reverse("plan-version", args=["no-such-key"])).status_code == 404
    assert browser.get(reverse("plan-source", args=["no-such-key"])).status_code == 404
