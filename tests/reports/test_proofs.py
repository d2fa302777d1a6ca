"""Every figure of a report is recounted in plain SQL, and followed to its posts through its links."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import docx
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from conftest import NOW, Cast
from guanlan.intake.authors import author_hash
from guanlan.intake.models import Post
from guanlan.people.models import Person
from guanlan.reports.actions import submit_flash
from guanlan.reports.jobs import rendered
from guanlan.reports.models import Report
from guanlan.watch.models import Event, Hit, Reading
from incident_scene import activate
from loop import Bring

BROWSER = Callable[[Person], Client]

FROM = """
    from watch_reading r join intake_post p on p.id = r.post_id
    left join intake_post o on o.id = r.copy_of_id
    left join watch_reading s on s.post_id = o.id
    where r.event_id = %(event)s
"""
OTHER = "p.author_hash <> %(ours)s and p.author_hash <> coalesce(o.author_hash, '-')"
AGAINST = f"{OTHER} and coalesce(s.stance, r.stance) = 'negative'"
# What each roll is said to count, as one condition; {hours} before the report.
CONDITIONS = {
    "recent": "r.published_at > %(2h)s",
    "recent-negative": "r.published_at > %(2h)s and r.stance = 'negative'",
    "trend": "r.published_at > %(24h)s",
    "trend-negative": "r.published_at > %(24h)s and r.stance = 'negative'",
    "posts": "1 = 1",
    "all": "1 = 1",
    "complaints_72h": f"{OTHER} and p.media_type = 'complaint' and r.published_at > %(72h)s",
    "complaints_24h": f"{OTHER} and p.media_type = 'complaint' and r.published_at > %(24h)s",
    "negative_24h": f"{AGAINST} and r.published_at > %(24h)s",
    "negative_comments": f"{AGAINST} and p.parent_id_outside <> ''",
    "negative_permille": AGAINST,
    "negative_permille-beside": OTHER,
}
PLATFORMS = {"微博": "weibo", "抖音": "douyin", "江城晚报": "江城晚报", "黑猫投诉": "heimao"}
WORDS = {"负面": "negative", "中性": "neutral", "正面": "positive"}


class Links(HTMLParser):
    """The links of a page: (address, words)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._address: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs)["href"]
            self.found.append((self._address or "", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._address = None

    def handle_data(self, data: str) -> None:
        if self._address is not None:
            address, words = self.found[-1]
            self.found[-1] = (address, words + data)


@pytest.fixture
def report(mixed_event: Event, cast: Cast) -> Report:
    Event.objects.filter(pk=mixed_event.pk).update(
        state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang
    )
    return submit_flash(event=mixed_event, person=cast.wang, now=NOW)


def asked(event: Event, condition: str) -> set[str]:
    """Return the keys of the event's posts that meet a condition."""
    values: dict[str, Any] = {"event": event.pk, "ours": author_hash("观澜商城官方")}
    values |= {f"{hours}h": NOW - timedelta(hours=hours) for hours in (2, 24, 72)}
    with connection.cursor() as cursor:
        cursor.execute(f"select p.key {FROM} and {condition}", values)
        return {key for (key,) in cursor.fetchall()}


def rolls(report: Report) -> dict[str, dict[str, Any]]:
    return {roll["code"]: roll for roll in report.frozen["rolls"]}


def table(report: Report, head: str) -> dict[str, Any]:
    found = [block.get("table", block) for block in report.frozen["blocks"]]
    return next(block for block in found if block.get("columns") and block["columns"][0]["head"] == head)


def listed(browser: Client, address: str) -> tuple[int, list[str]]:
    """Follow a link to a roll: the count that its headline says, and the posts on all of its pages."""
    keys: list[str] = []
    said, number = 0, 1
    while True:
        page = browser.get(address, {"page": number}).content.decode()
        said = int(re.search(r"([\d,]+) 条", page.split("</h1>")[0])[1].replace(",", ""))  # type: ignore[index]
        body = page.split("<tbody>")[1]
        keys += [href.split("/")[2] for href, _words in Links(body).found if href.startswith("/posts/")]
        if f"page={number + 1}" not in body:
            return said, keys
        number += 1


def test_every_roll_lists_what_plain_sql_counts(report: Report, mixed_event: Event) -> None:
    kept = rolls(report)

    checked = [code for code in kept if code in CONDITIONS]
    for code in checked:
        assert set(kept[code]["keys"]) == asked(mixed_event, CONDITIONS[code]), code
    assert {"recent", "trend", "complaints_72h", "negative_24h"} <= set(checked)
    elsewhere = ("hour-", "platform-", "all-", "signal-", "growth_7d", "outlets", "large_accounts", "impact")
    assert [code for code in set(kept) - set(checked) if not code.startswith(elsewhere)] == []


def test_outlets_and_large_accounts_are_one_post_each(report: Report, mixed_event: Event) -> None:
    kept = rolls(report)
    for code, kind in (
        ("outlets", "p.media_type = 'news'"),
        ("large_accounts", "p.author_followers >= 100000"),
    ):
        all_posts = Post.objects.filter(key__in=asked(mixed_event, f"{AGAINST} and {kind}"))
        named = Post.objects.filter(key__in=kept[code]["keys"])
        voices = sorted(named.values_list("author_hash", flat=True))
        assert voices == sorted(set(all_posts.values_list("author_hash", flat=True)) - {""}), code


def test_growth_compares_the_last_day_with_the_week_before(report: Report, mixed_event: Event) -> None:
    kept, posts = rolls(report), Post.objects.filter(reading__event__watch=mixed_event.watch)
    negative = [set(), set()]
    start = NOW.replace(minute=0) - timedelta(hours=23)
    for event in Event.objects.filter(watch=mixed_event.watch):
        found = posts.filter(key__in=asked(event, AGAINST))
        negative[0] |= set(found.filter(published_at__gte=start).values_list("key", flat=True))
        negative[1] |= set(found.filter(published_at__lt=start).values_list("key", flat=True))
    assert [set(kept[code]["keys"]) for code in ("growth_7d", "growth_7d-beside")] == negative


def test_a_signal_points_to_the_posts_it_was_raised_on(report: Report, mixed_event: Event) -> None:
    kept = rolls(report)
    signals = mixed_event.signals.exclude(level="")
    assert signals
    for signal in signals:
        met = [reason for reason in signal.reasons if reason["level"] == signal.level]
        named = {post for reason in met for post in reason["posts"]}
        keys = kept[f"signal-{signal.key}"]["keys"]
        assert set(Post.objects.filter(key__in=keys).values_list("external_id", flat=True)) == named


def test_every_hour_and_platform_lists_what_plain_sql_counts(report: Report, mixed_event: Event) -> None:
    kept = rolls(report)
    for line in table(report, "时间")["rows"]:
        start = datetime.fromisoformat(f"2026-{line[0][0]['words']}:00+08:00").astimezone(UTC)
        within = (
            f"r.published_at >= '{start:%F %T}' and r.published_at < '{start + timedelta(hours=1):%F %T}'"
        )
        for (stance, name), cell in zip(WORDS.items(), line[1:], strict=True):
            check_cell(cell[0], asked(mixed_event, f"{within} and r.stance = '{name}'"), kept, stance)
    lines = table(report, "平台")["rows"]
    assert {line[0][0]["words"] for line in lines} == {*PLATFORMS, "合计"}
    for line in lines:
        where = line[0][0]["words"]
        place = "1 = 1" if where == "合计" else f"p.platform = '{PLATFORMS[where]}'"
        check_cell(line[1][0], asked(mixed_event, place), kept, where)
        for (stance, name), cell in zip(WORDS.items(), line[2:], strict=True):
            check_cell(cell[0], asked(mixed_event, f"{place} and r.stance = '{name}'"), kept, where + stance)


def check_cell(run: dict[str, Any], keys: set[str], kept: dict[str, dict[str, Any]], what: str) -> None:
    assert run["words"] == f"{len(keys):,}", what
    assert {key for code in run["rolls"] for key in kept[code]["keys"]} == keys, what


def test_every_figure_of_a_criterion_is_the_count_of_its_posts(report: Report, mixed_event: Event) -> None:
    kept, sources = rolls(report), {post["number"]: post for post in report.frozen["sources"]}
    unproved = []
    for name, value, *_lines, proof in table(report, "判据")["rows"]:
        number, unit = re.fullmatch(r"([\d,]+|未知)\s?(\D*)", value[0]["words"]).groups()  # type: ignore[union-attr]
        marks = [sources[post] for post in proof[0]["posts"]]
        lists = [kept[code] for code in proof[0]["rolls"]]
        if not marks and not lists:
            unproved.append((name[0]["words"], number))
        elif unit == "%":
            day, before = (len(roll["keys"]) for roll in lists)
            # 6 days of history, of which the first may begin in the middle of an hour.
            assert {
                (day * h - max(24 * before, h)) * 100 // max(24 * before, h) for h in range(118, 123)
            } >= {int(number.replace(",", ""))}
        elif unit == "次":
            (post,) = marks
            assert number in post["at"] or number.replace(",", "").isdigit()
        else:
            assert int(number.replace(",", "")) == len(marks) + sum(len(roll["keys"]) for roll in lists), name
    assert all(number in ("0", "未知") for _name, number in unproved), unproved


def test_the_headline_says_what_its_rolls_count(report: Report, mixed_event: Event) -> None:
    kept, lead = rolls(report), report.frozen["blocks"][0]["text"]
    late, negative = (asked(mixed_event, CONDITIONS[code]) for code in ("recent", "recent-negative"))

    assert lead[1]["words"] == f"；2 小时内 {len(late)} 条"
    share = (1000 * len(negative) // len(late) + 5) // 10
    assert lead[2]["words"] == f"，负面 {len(negative)} 条（{share}%）"
    assert [set(kept[lead[place]["rolls"][0]]["keys"]) for place in (1, 2)] == [late, negative]
    first = Post.objects.order_by("published_at").filter(reading__event=mixed_event).first()
    assert report.frozen["sources"][lead[0]["posts"][0] - 1]["page"] == reverse("post", args=[first.key])
    chart = next(block for block in report.frozen["blocks"] if block["kind"] == "chart")
    counts = [len(kept[code]["keys"]) for code in chart["rolls"]]
    assert f"共 {counts[0]} 条，其中负面 {counts[1]} 条" in chart["title"]


def test_every_link_of_the_page_leads_to_as_many_posts(report: Report, sign_in: BROWSER, cast: Cast) -> None:
    browser = sign_in(cast.li)
    page = browser.get(reverse("report", args=[report.key])).content.decode()
    prefix = reverse("report-rolls", args=[report.key])
    links = [(href, words) for href, words in Links(page).found if href.startswith(prefix) and href != prefix]
    kept = {roll["page"]: roll for roll in report.frozen["rolls"]}
    assert {href for href, _words in links} == set(kept)

    for href, roll in kept.items():
        said, keys = listed(browser, href)
        assert (said, keys) == (len(roll["keys"]), roll["keys"]), href
        saved = browser.get(reverse("report-roll-keys", args=[report.key, roll["code"]])).content
        assert hashlib.sha256(saved).hexdigest() == roll["sha256"]
        assert saved.decode().split() == sorted(keys)
    cells = [(href, words) for href, words in links if re.fullmatch(r"[\d,]+", words) and "hour-" in href]
    assert cells
    assert all(int(words.replace(",", "")) == len(kept[href]["keys"]) for href, words in cells)
    posts = [href for href, _words in Links(page).found if href.startswith("/posts/")]
    assert len(posts) == len(report.frozen["sources"])
    assert {browser.get(href).status_code for href in posts} == {200}


def test_the_list_of_all_rolls_names_each_with_its_hash(report: Report, sign_in: BROWSER, cast: Cast) -> None:
    page = sign_in(cast.li).get(reverse("report-rolls", args=[report.key])).content.decode()

    assert [roll["code"] for roll in report.frozen["rolls"] if roll["sha256"] not in page] == []
    assert f"{len(report.frozen['rolls'])} 份帖文名单" in page


@pytest.mark.parametrize("form", ["HTML", "DOCX", "PDF"])
def test_every_form_leads_to_every_roll_and_post(
    report: Report, sign_in: BROWSER, cast: Cast, form: str
) -> None:
    pages = {one["page"] for name in ("rolls", "sources") for one in report.frozen[name]}
    file = rendered(report, form, "李敏 11-20 14:05")
    if form == "HTML":
        found = {href for href, _words in Links(file.decode()).found}
    elif form == "DOCX":
        found = {rel.target_ref for rel in docx.Document(io.BytesIO(file)).part.rels.values()}
    else:
        notes = [note for page in PdfReader(io.BytesIO(file)).pages for note in page.get("/Annots", [])]
        found = {str(note.get_object()["/A"].get("/URI")) for note in notes if "/A" in note.get_object()}

    assert {f"http://127.0.0.1:8000{page}" for page in pages} <= found
    hashes = [roll["sha256"] for roll in report.frozen["rolls"] if roll["number"]]
    said = file.decode() if form == "HTML" else words_of(file, form)
    assert [one for one in hashes if one not in said] == []


def words_of(file: bytes, form: str) -> str:
    if form == "PDF":
        pages = PdfReader(io.BytesIO(file)).pages
        return re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))
    body = docx.Document(io.BytesIO(file)).element.body
    return "".join(node.text or "" for node in body.iter() if node.tag.endswith("}t"))


def test_posts_that_come_later_change_no_roll(
    report: Report, bring: Bring, sign_in: BROWSER, cast: Cast
) -> None:
    roll = rolls(report)["recent"]
    before = listed(sign_in(cast.li), roll["page"])

    bring(20, start=NOW - timedelta(minutes=30))

    assert listed(sign_in(cast.li), roll["page"]) == before


def test_a_roll_says_how_many_of_its_posts_are_gone(report: Report, sign_in: BROWSER, cast: Cast) -> None:
    roll = rolls(report)["recent"]
    gone = Post.objects.get(key=roll["keys"][-1])
    Reading.objects.filter(copy_of=gone).update(copy_of=None)
    for rows in (Hit, Reading):
        rows.objects.filter(post=gone).delete()
    gone.delete()

    page = sign_in(cast.li).get(roll["page"]).content.decode()

    assert f"{len(roll['keys'])} 条，" in page
    assert "其中 1 条已不在库中" in page
    assert roll["sha256"] in page


def test_a_roll_of_an_altered_report_is_no_proof(report: Report, sign_in: BROWSER, cast: Cast) -> None:
    page = rolls(report)["recent"]["page"]
    assert "不可作为依据" not in sign_in(cast.li).get(page).content.decode()
    frozen = report.frozen
    frozen["rolls"][0]["keys"].pop()
    Report.objects.filter(pk=report.pk).update(frozen=frozen)

    assert "不可作为依据" in sign_in(cast.li).get(page).content.decode()


def test_what_is_no_roll_of_the_report_is_not_found(report: Report, sign_in: BROWSER, cast: Cast) -> None:
    address = reverse("report-roll", args=[report.key, "nothing"])

    assert sign_in(cast.li).get(address).status_code == 404


def test_of_a_restricted_incident_only_those_let_in_see_the_posts(
    report: Report, mixed_event: Event, sign_in: BROWSER, cast: Cast
) -> None:
    incident = activate(mixed_event, cast.li, restricted=True)
    Report.objects.filter(pk=report.pk).update(incident=incident)
    page = rolls(report)["recent"]["page"]

    assert sign_in(cast.li).get(page).status_code == 200
    for address in (page, f"{page}keys/", reverse("report-rolls", args=[report.key])):
        assert sign_in(cast.zhao).get(address).status_code == 404
