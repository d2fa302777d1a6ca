"""The chain: each row sealed over the one before, and every way of tampering found."""

import hashlib
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from conftest import NOW
from guanlan.audit.actions import record
from guanlan.audit.models import Entry, Head
from guanlan.audit.queries import breaks, found, verbs


def write(number: int, **changed: object) -> None:
    for each in range(number):
        fields = {"actor": "abc", "verb": "tests.step", "kind": "thing", "subject": f"s{each}", "at": NOW}
        with transaction.atomic():
            record(**(fields | {"facts": {"each": each}} | changed))


@pytest.fixture
def chain(db: None) -> None:
    write(6)


class TestRecord:
    def test_numbers_grow_by_one_and_each_names_the_seal_before(self, chain: None) -> None:
        entries = list(Entry.objects.order_by("number"))

        assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6]
        assert entries[0].previous == "0" * 64
        assert [entry.previous for entry in entries[1:]] == [entry.seal for entry in entries[:-1]]
        assert (Head.objects.get().number, Head.objects.get().seal) == (6, entries[-1].seal)

    def test_a_seal_can_be_computed_with_any_json_and_sha256(self, db: None) -> None:
        write(1)

        # Written by hand from the description in audit.seals.
        body = (
            '{"actor":"abc","at":"2026-11-20T06:05:00.000000+00:00","facts":{"each":0},"kind":"thing",'
            '"number":1,"stream":null,"subject":"s0","verb":"tests.step"}'
        )
        assert json.loads(body)["number"] == 1
        assert Entry.objects.get().seal == hashlib.sha256(f"{'0' * 64}\n{body}".encode()).hexdigest()

    def test_goes_with_the_step_that_failed(self, chain: None) -> None:
        def fail() -> None:
            with transaction.atomic():
                record(actor="abc", verb="tests.step", kind="thing", subject="x", at=NOW)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()

        assert (Entry.objects.count(), Head.objects.get().number) == (6, 6)
        assert list(breaks()) == []

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_outside_a_transaction(self) -> None:
        with pytest.raises(AssertionError, match="in the transaction of its cause"):
            record(actor="abc", verb="tests.step", kind="thing", subject="x", at=NOW)

    @pytest.mark.django_db(transaction=True)
    def test_writers_at_once_leave_one_chain_without_gaps(self) -> None:
        together = threading.Barrier(4)

        def append() -> None:
            together.wait()
            try:
                write(5)
            finally:
                connection.close()

        hands = [threading.Thread(target=append) for _each in range(4)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()

        assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 21))
        assert list(breaks()) == []


class TestBreaks:
    def test_an_untouched_chain_has_none(self, chain: None) -> None:
        assert list(breaks()) == []

    def test_an_empty_chain_has_none(self, db: None) -> None:
        assert list(breaks()) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"actor": "abd"},
            {"verb": "tests.stop"},
            {"kind": "think"},
            {"subject": "s9"},
            {"at": NOW + timedelta(microseconds=1)},
            {"stream": 1},
            {"facts": {"each": 9}},
        ],
    )
    def test_one_changed_field_is_found(self, chain: None, change: dict[str, object]) -> None:
        Entry.objects.filter(number=3).update(**change)

        assert list(breaks()) == [3]

    def test_a_row_sealed_anew_breaks_the_next_one(self, chain: None) -> None:
        Entry.objects.filter(number=3).update(seal="f" * 64)

        assert list(breaks()) == [3, 4]

    def test_a_cut_tail_is_found(self, chain: None) -> None:
        Entry.objects.filter(number__gte=5).delete()

        assert list(breaks()) == [5]

    def test_a_whole_chain_gone_is_found(self, chain: None) -> None:
        Entry.objects.all().delete()

        assert list(breaks()) == [1]

    def test_a_cut_middle_is_found(self, chain: None) -> None:
        Entry.objects.filter(number=3).delete()

        assert list(breaks()) == [4]

    def test_a_cut_middle_closed_up_again_is_found(self, chain: None) -> None:
        Entry.objects.filter(number=3).delete()
        for number in (4, 5, 6):
            Entry.objects.filter(number=number).update(number=F("number") - 1)

        assert 3 in list(breaks())

    def test_two_rows_that_changed_places_are_found(self, chain: None) -> None:
        Entry.objects.filter(number=3).update(number=100)
        Entry.objects.filter(number=4).update(number=3)
        Entry.objects.filter(number=100).update(number=4)

        assert set(breaks()) >= {3, 4}

    def test_a_row_added_behind_the_heads_back_is_found(self, chain: None) -> None:
        last = Entry.objects.get(number=6)
        Entry.objects.create(
            number=7, at=NOW, actor="abc", verb="x", kind="x", subject="x", previous=last.seal, seal="0" * 64
        )

        assert 7 in list(breaks())


def test_entries_are_found_by_verb_actor_and_subject_newest_first(chain: None) -> None:
    write(1, verb="tests.other", actor="xyz")

    assert [entry.number for entry in found()] == [7, 6, 5, 4, 3, 2, 1]
    assert [entry.number for entry in found(verb="tests.other")] == [7]
    assert [entry.number for entry in found(actor="xyz")] == [7]
    assert [entry.number for entry in found(subject="s0")] == [7, 1]
    assert verbs() == ["tests.other", "tests.step"]
