"""What somebody outside a restricted incident finds of it, walking every page there is: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from conftest import NOW, Cast
from guanlan.approvals.queries import latest
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import (
    accept_task,
    change_level,
    complete_task,
    stand_down,
    state_figure,
    waive_task,
)
from guanlan.incidents.models import Incident, Task
from guanlan.media.actions import draft_statement, record_release, sign_statement, submit_statement
from guanlan.media.models import Statement
from guanlan.people import actions as people
from guanlan.people.models import Group, Person
from guanlan.plan.models import PlanVersion
from guanlan.reports.actions import ask_rendering, distribute, submit_flash, write_closing
from guanlan.reports.jobs import chase_next_receipt, render_next_report
from guanlan.reports.models import Report
from guanlan.watch.models import Event
from incident_scene import activate, raise_event

Browser = Callable[[Person], Client]

# The name the incident gets, and a word in every text that people write in it.
NAME, WORD = "机密行动七号", "芝麻开门"
LINK = re.compile(r'(?:href|data-href|hx-get|action)="(/[^"#?]*)')
# Leaving ends the walk; the rest are third parties' pages, files, or need no person.
NOT_WALKED = re.compile(r"^/(static|accounts|api|healthz)")
MOST = 400


@pytest.fixture
def event(cast: Cast, stream: Stream, plan: PlanVersion) -> Event:
    return raise_event(cast, stream, name=NAME)


@pytest.fixture
def outsiders(cast: Cast, event: Event) -> list[Person]:
    """A reader, and 何川, who serves in every group there is but leads none: no page is closed to him."""
    he = people.add_person(username="he", name="何川", unit=cast.li.unit, actor="system", now=NOW)
    for group in Group.objects.all():
        people.place(person=he, group=group, role="MEMBER", actor="system", now=NOW)
    return [cast.zhao, he]


@pytest.fixture
def secret(event: Event, cast: Cast, outsiders: list[Person]) -> Incident:
    """A restricted incident with everything in it; its event is called otherwise from here on."""
    incident = activate(event, cast.li, restricted=True)
    Event.objects.update(name="退款三天未到账")
    change_level(incident=incident, level="I", reason=WORD, person=cast.li, now=NOW)
    task = next(task for task in incident.tasks.select_related("group") if task.group.function == "service")
    task = accept_task(task=task, person=cast.liu, now=NOW)
    complete_task(task=task, words=WORD, person=cast.liu, now=NOW)
    state_figure(
        incident=incident,
        kind="complaints_settled",
        done=1,
        total=1,
        ground=WORD,
        person=cast.liu,
        now=NOW,
    )
    statement = draft_statement(
        incident=incident, kind="ATTITUDE", title=WORD, body=WORD, person=cast.chen, now=NOW
    )
    submit_statement(statement=statement, person=cast.chen, now=NOW)
    flash = submit_flash(event=event, person=cast.wang, now=NOW)
    Report.objects.filter(pk=flash.pk).update(title=WORD)
    return incident


def ended(incident: Incident, cast: Cast) -> None:
    """Sign, release, stand down, write and hand out the closing report, and let its time run out."""
    statement = Statement.objects.get()
    sha256 = latest(statement.text).sha256
    for person in (cast.zhou, cast.li):
        sign_statement(statement=statement, sha256=sha256, person=person, now=NOW)
    record_release(
        statement=statement,
        sha256=sha256,
        channel=WORD,
        url="",
        released_at=NOW,
        person=cast.chen,
        now=NOW,
    )
    for task in Task.objects.filter(incident=incident, state__in=["OFFERED", "ACCEPTED"]):
        waive_task(task=task, reason=WORD, person=cast.li, now=NOW)
    stand_down(incident=incident, reason=WORD, override=WORD, person=cast.li, now=NOW)
    closing = write_closing(incident=incident, person=cast.li, now=NOW)
    distribute(report=closing, persons=[cast.liu, cast.zhao], person=cast.li, now=NOW)
    ask_rendering(report=closing, format="HTML", person=cast.li, now=NOW)
    assert render_next_report(lambda _stream: NOW)
    while chase_next_receipt(lambda _stream: NOW + timedelta(days=2)):
        pass


def secrets_of(incident: Incident) -> list[str]:
    """Return what nobody outside may read: name, number, words, and the key of every row in it."""
    keys = [incident.key]
    for model in apps.get_models():
        fields = {field.name for field in model._meta.get_fields()}
        if model._meta.app_label in ("incidents", "media", "reports") and "incident" in fields:
            keys += model.objects.filter(incident=incident).values_list("key", flat=True)
    return [NAME, WORD, incident.number, *keys]


def plain_addresses() -> list[str]:
    """Return every address that needs no key."""
    found = []

    def look(patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                look(pattern.url_patterns)
            elif pattern.name:
                try:
                    found.append(reverse(pattern.name))
                except NoReverseMatch:
                    continue

    look(get_resolver().url_patterns)
    return found


def walk(browser: Client) -> dict[str, str]:
    """Follow every link from every page; return what each page said."""
    seen: dict[str, str] = {}
    ahead = plain_addresses()
    while ahead:
        address = ahead.pop()
        if address in seen or NOT_WALKED.match(address) or len(seen) > MOST:
            continue
        answer = browser.get(address)
        if answer.streaming:
            seen[address] = b"".join(answer.streaming_content).decode("utf-8", "replace")
        else:
            seen[address] = answer.content.decode("utf-8", "replace")
        ahead += LINK.findall(seen[address])
    return seen


def told(pages: dict[str, str], secrets: list[str]) -> list[tuple[str, str]]:
    return [(address, word) for address, page in pages.items() for word in secrets if word in page]


class TestOutside:
    @pytest.mark.parametrize("over", [False, True], ids=["while it is active", "after its end"])
    def test_no_page_names_it(
        self,
        secret: Incident,
        outsiders: list[Person],
        cast: Cast,
        sign_in: Browser,
        hands: dict[str, datetime],
        over: bool,
    ) -> None:
        if over:
            ended(secret, cast)
        secret.refresh_from_db()
        secrets = secrets_of(secret)
        for person in outsiders:
            browser = sign_in(person)
            pages = walk(browser)
            # The audit trail is walked too: it names rows by their keys, and says nothing of them.
            leaks = [
                (address, word)
                for address, word in told(pages, secrets)
                if not (address.startswith("/audit/") and word not in (NAME, WORD, secret.number))
            ]
            assert leaks == [], person.name
            assert len(pages) >= 15

    def test_the_walk_finds_it_for_somebody_inside(
        self, secret: Incident, cast: Cast, sign_in: Browser
    ) -> None:
        pages = walk(sign_in(cast.li))

        found = {word for _address, word in told(pages, secrets_of(secret))}
        assert {NAME, WORD, secret.number, secret.key} <= found

    def test_no_address_within_it_opens(
        self, secret: Incident, outsiders: list[Person], cast: Cast, sign_in: Browser
    ) -> None:
        task, statement = secret.tasks.first(), Statement.objects.get()
        report = Report.objects.get(title=WORD)
        addresses = [
            *(
                reverse(name, args=[secret.key])
                for name in (
                    "incident",
                    "incident-level",
                    "incident-stand-down",
                    "incident-archive",
                    "incident-access",
                    "incident-hours",
                    "incident-hours-table",
                    "statement-new",
                )
            ),
            reverse("incident-figure", args=[secret.key, "complaints_settled"]),
            *(
                reverse(name, args=[task.key])
                for name in ("task", "task-complete", "task-hand-over", "task-return", "task-waive")
            ),
            reverse("statement", args=[statement.key]),
            reverse("report", args=[report.key]),
            reverse("report-files", args=[report.key]),
        ]
        for person in outsiders:
            browser = sign_in(person)
            opened = [address for address in addresses if browser.get(address).status_code != 404]
            assert opened == [], person.name

    def test_a_monitor_outside_reports_the_event_alone(
        self, secret: Incident, outsiders: list[Person], sign_in: Browser
    ) -> None:
        he = outsiders[-1]
        browser = sign_in(he)

        answer: Any = browser.post(reverse("report-submit", args=[secret.event.key]), follow=True)

        shown = answer.content.decode()
        assert answer.status_code == 200
        assert [word for word in secrets_of(secret) if word in shown] == []
        report = Report.objects.get(written_by=he)
        assert report.incident is None
        assert WORD not in str(report.frozen)
