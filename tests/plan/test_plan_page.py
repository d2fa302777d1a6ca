"""The plan in force on screen: it reads like a plan, and every part has its place in the address."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.plan.document import keys
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from plan.versions import text_of

Browser = Callable[..., Client]


def test_says_what_holds_how_long_and_what_the_check_finds(
    plan: PlanVersion, cast: Cast, sign_in: Browser
) -> None:
    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    # Three years from 20 November 2026 have one leap day: 365 * 3 + 1.
    assert "客服舆情应急预案（五组制） 1.0 版现行有效，还有 1096 天；体检没有发现问题" in page
    assert "李敏发布" in page
    assert "已过 0 天，还有 1096 天" in page
    assert plan.sha256 in page


def test_every_key_of_the_plan_is_an_anchor_once(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    page = sign_in(cast.zhao).get(reverse("plan")).content.decode()

    anchors = re.findall(r'\bid="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(keys(document(plan))) - set(anchors) == {"plan.five-groups"}


def test_every_link_within_the_page_leads_somewhere(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    page = sign_in(cast.zhao).get(reverse("plan")).content.decode()

    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'\bid="([^"]+)"', page))


def test_clauses_are_numbered_and_name_their_duties(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    assert "第 4 章 应急响应" in page
    # The fourth chapter's fifth clause, and the two duties that cite it.
    assert re.search(
        r"4\.5 协商与补偿 与客户平等协商.*?职责： 协商解决，落实补偿 、 审核补偿与和解文本", page
    )


def test_a_number_stands_with_the_number_of_its_source(
    plan: PlanVersion, cast: Cast, sign_in: Browser
) -> None:
    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    found = re.search(
        r"七十二小时同类公开投诉 ≥ 1,000 件 (\d+) 300–999 件 (\d+) 50–299 件 \d+ 10–49 件 \d+", page
    )
    assert found is not None
    assert f"{found[1]}群体投诉预案：超过 1000 例为一级" in page
    assert f"{found[2]}群体投诉预案：300 至 1000 例为二级" in page


def test_approvals_notices_and_the_end_are_told(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    assert "法律组长 15 分钟，再总指挥 15 分钟" in page
    assert "信号出现即发，未读的每 5 分钟再催，至多 6 次，人人须读" in page
    assert "投诉办结九成五以上 至少 95%" in page


def test_the_announcement_is_signed_and_dated(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    assert "观澜商城 2026年11月20日" in page
    assert "{{company}}" not in page


def test_a_plan_about_to_run_out_is_found(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    PlanVersion.objects.update(expires_date=NOW.date() + timedelta(days=20), effective_date="2023-12-10")

    page = text_of(sign_in(cast.zhao).get(reverse("plan")))

    assert "预案将于 2026-12-10 到期。" in page


def test_who_may_not_manage_plans_is_not_offered_it(plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
    assert "导入新版本" not in text_of(sign_in(cast.wang).get(reverse("plan")))
    assert "导入新版本" in text_of(sign_in(cast.li).get(reverse("plan")))


def test_says_how_to_get_one(cast: Cast, stream: Stream, sign_in: Browser) -> None:
    assert "还没有现行预案" in sign_in(cast.zhao).get(reverse("plan")).content.decode()
