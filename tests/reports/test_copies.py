"""A file of a report is somebody's copy: marked with name and time, and each download is on record."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.people.models import Person
from guanlan.reports import actions, jobs
from guanlan.reports.models import Rendering, Report
from guanlan.watch.models import Event
from incident_scene import publish, raise_event, read_posts

Browser = Callable[[Person], Client]
MARK = "李敏 2026-11-20 14:05"


@pytest.fixture
def report(cast: Cast, stream: Stream) -> Report:
    publish(cast)
    event = raise_event(cast, stream)
    read_posts(event, count=4, negative=3, at=NOW - timedelta(minutes=90))
    Event.objects.update(state="CONFIRMED", confirmed_level="II", confirmed_at=NOW, confirmed_by=cast.wang)
    return actions.submit_flash(event=event, person=cast.wang, now=NOW)


def copy(report: Report, form: str, person: Person, now: datetime = NOW) -> Rendering:
    asked = actions.ask_rendering(report=report, format=form, person=person, now=now)
    assert jobs.render_next_report(lambda _stream: now)
    asked.refresh_from_db()
    assert asked.failure == ""
    return asked


def told(form: str, content: bytes) -> str:
    if form == "PDF":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if form == "DOCX":
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "".join(archive.read(name).decode() for name in archive.namelist() if "/header" in name)
    return content.decode()


@pytest.mark.parametrize("form", ["HTML", "DOCX", "PDF"])
@pytest.mark.parametrize("kind", ["REAL", "DRILL"])
def test_every_format_bears_whose_copy_it_is(report: Report, cast: Cast, form: str, kind: str) -> None:
    Stream.objects.update(kind=kind)
    content = bytes(copy(report, form, cast.li).content or b"")
    assert MARK in told(form, content)


def test_two_persons_have_two_copies(report: Report, cast: Cast, sign_in: Browser) -> None:
    mine = copy(report, "HTML", cast.li)
    hers = copy(report, "HTML", cast.wang)
    assert "王芳 2026-11-20 14:05" in bytes(hers.content or b"").decode()
    assert MARK in bytes(mine.content or b"").decode()

    assert sign_in(cast.wang).get(reverse("report-file", args=[mine.key])).status_code == 404
    page = sign_in(cast.wang).get(reverse("report", args=[report.key])).content.decode()
    assert hers.key in page
    assert mine.key not in page
    assert "印有您的姓名和时间，下载有记录" in page


def test_asking_again_gives_the_same_copy(report: Report, cast: Cast) -> None:
    first = copy(report, "HTML", cast.li)
    again = actions.ask_rendering(report=report, format="HTML", person=cast.li, now=NOW)
    assert (again, Rendering.objects.count()) == (first, 1)


def test_each_download_is_an_audit_row(report: Report, cast: Cast, sign_in: Browser) -> None:
    made = copy(report, "PDF", cast.li)
    browser = sign_in(cast.li)
    for _time in range(2):
        answer = browser.get(reverse("report-file", args=[made.key]))
        assert answer.content == bytes(made.content or b"")
        assert unquote(answer.headers["Content-Disposition"]).endswith(f"{report.title}.pdf")

    rows = Entry.objects.filter(verb="reports.download_file", actor=cast.li.key, subject=report.key)
    facts = {"format": "PDF", "file": made.key, "sha256": report.sha256}
    assert [row.facts for row in rows] == [facts, facts]


def test_a_copy_of_before_belongs_to_nobody(report: Report, cast: Cast, sign_in: Browser) -> None:
    made = copy(report, "HTML", cast.li)
    Rendering.objects.update(person=None)
    assert sign_in(cast.li).get(reverse("report-file", args=[made.key])).status_code == 404
