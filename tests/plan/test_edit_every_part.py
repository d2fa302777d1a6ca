"""Every part of both shipped plans has a form; opening and saving it changes nothing."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.plan.actions import draft_version
from guanlan.plan.criteria import FACTS, MEASURES
from guanlan.plan.document import PlanDocument
from guanlan.plan.editing.labels import CHOICES, label
from guanlan.plan.editing.names import options, section_name
from guanlan.plan.editing.screens import parts_of
from guanlan.plan.editing.shapes import Shape, sections, shapes
from guanlan.plan.editing.writing import written
from guanlan.plan.fields import Part
from guanlan.plan.models import PlanVersion
from guanlan.plan.placeholders import named
from guanlan.plan.reading import read
from plan.filling import boxes, send
from plan.shipped import NAMES, document, text

Browser = Callable[..., Client]


def addresses(version: PlanVersion, plan: PlanDocument) -> Iterator[str]:
    for section in sections().values():
        if not section.many:
            yield reverse("plan-edit-section", args=[version.key, section.name])
        for part in parts_of(plan, section) if section.many else ():
            yield reverse("plan-edit-part", args=[version.key, section.name, part.key])


def every_shape(part: type[Part]) -> Iterator[Shape]:
    for shape in shapes(part):
        yield shape
        if shape.holds is not None and shape.name != "fallback":
            yield from every_shape(shape.holds)


class TestEveryPart:
    @pytest.mark.parametrize("name", NAMES)
    def test_opening_and_saving_changes_nothing(self, cast: Cast, sign_in: Browser, name: str) -> None:
        version = draft_version(
            unit=cast.li.unit, content=text(name).encode(), name=name, person=cast.li, now=NOW
        )
        browser, entries = sign_in(cast.li), Entry.objects.count()
        # One part of each kind by HTTP, for a plan has hundreds.
        seen: set[str] = set()
        for address in addresses(version, document(name)):
            kind = address.split("/")[4]
            if kind in seen:
                continue
            seen.add(kind)
            answer = send(browser, address)
            assert answer.status_code == 302, (address, answer.content.decode())
        version.refresh_from_db()
        assert seen == set(sections())
        assert PlanDocument.model_validate(version.document) == named(document(name), "观澜商城")
        assert Entry.objects.count() == entries
        assert version.source == text(name).replace("{{company}}", "观澜商城")

    def test_every_box_has_a_chinese_name(self) -> None:
        unnamed = {
            f"{shape.part}.{shape.name}"
            for section in sections().values()
            for shape in every_shape(section.item)
            if label(shape.part, shape.name) == shape.name
        }
        assert unnamed == set()
        assert all(section_name(section) != section.name for section in sections().values())

    def test_everything_to_choose_has_a_name(self) -> None:
        plan = document()
        shown = [
            (shape.name, code, name)
            for section in sections().values()
            for shape in every_shape(section.item)
            if shape.kind in ("one", "many", "ordered")
            for code, name in options(shape, plan)
        ]
        assert shown
        assert [row for row in shown if row[1] == row[2]] == []
        assert set(CHOICES["measure"]) == set(MEASURES)
        assert set(CHOICES["fact"]) == set(FACTS)

    def test_a_page_shows_names_and_no_keys(self, cast: Cast, sign_in: Browser) -> None:
        version = draft_version(
            unit=cast.li.unit, content=text(NAMES[0]).encode(), name="plan", person=cast.li, now=NOW
        )
        address = reverse("plan-edit-part", args=[version.key, "duties", "duty.monitoring.assess"])

        page = sign_in(cast.li).get(address).content.decode()

        assert ">监测组</option>" in page
        assert ">3.3 定级</option>" in page
        assert ">group.monitoring<" not in page
        assert ">clause.grading<" not in page
        assert boxes(sign_in(cast.li).get(address))["times.I.due_minutes"] == ["15"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_reads_as_the_same_plan(name: str) -> None:
    assert read(written(document(name)).encode(), name).document == document(name)
