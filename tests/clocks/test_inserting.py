"""Rows inserted in bulk: defaults, keys, moments, and what is refused."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cast import NOW
from guanlan.clocks.inserting import change, insert, public_keys
from guanlan.clocks.models import KEY_ALPHABET, Retention, Stream
from guanlan.intake.models import Batch, RefusedLine
from guanlan.people.actions import name_company
from guanlan.watch.models import Watch

ROWS = 400


def test_a_row_is_as_the_model_would_have_made_it(stream: Stream) -> None:
    unit = name_company(name="观澜商城", actor="system", now=NOW)
    rows = [
        {
            "stream_id": stream.pk,
            "unit_id": unit.pk,
            "name": f"方案{i}",
            "query": "退款 OR 100%",
            "created_at": NOW + timedelta(microseconds=i),
            "media": ["news"],
            "closed_at": None,
        }
        for i in range(ROWS)
    ]
    insert(Watch, rows)
    kept = list(Watch.objects.order_by("pk"))
    assert [watch.name for watch in kept] == [f"方案{i}" for i in range(ROWS)]
    assert [watch.created_at for watch in kept] == [NOW + timedelta(microseconds=i) for i in range(ROWS)]
    assert {len(watch.key) for watch in kept} == {12}
    assert len({watch.key for watch in kept}) == ROWS
    made = Watch(stream=stream, unit=unit, name="x", query="退款 OR 100%", created_at=NOW, media=["news"])
    for name in (
        "query",
        "brand",
        "media",
        "own_accounts",
        "closed_at",
        "created_by_id",
        "retention",
        "changed_seq",
    ):
        assert {str(getattr(watch, name)) for watch in kept} == {str(getattr(made, name))}, name
    assert kept[0].retention == Retention.RECORD


def test_nothing_is_nothing_and_an_unknown_column_is_refused(stream: Stream) -> None:
    insert(Watch, [])
    with pytest.raises(KeyError, match="colour"):
        insert(Watch, [{"stream_id": stream.pk, "colour": "red"}])
    assert not Watch.objects.exists()


def test_each_row_is_given_its_own_values_and_nothing_else_moves(stream: Stream) -> None:
    unit = name_company(name="观澜商城", actor="system", now=NOW)
    given = {"stream_id": stream.pk, "unit_id": unit.pk, "query": "退款", "created_at": NOW}
    insert(Watch, [{**given, "name": f"方案{i}"} for i in range(4)])
    before = {watch.name: watch for watch in Watch.objects.all()}
    later = NOW + timedelta(microseconds=1)
    change(
        Watch,
        {
            before["方案1"].pk: {"query": "赔偿 OR 100%", "media": ["视频"], "closed_at": later},
            before["方案3"].pk: {"query": "道歉", "media": [], "closed_at": None},
        },
    )
    change(Watch, {})
    after = {watch.name: (watch.query, watch.media, watch.closed_at) for watch in Watch.objects.all()}
    assert after == {
        "方案0": ("退款", [], None),
        "方案1": ("赔偿 OR 100%", ["视频"], later),
        "方案2": ("退款", [], None),
        "方案3": ("道歉", [], None),
    }
    assert {watch.key for watch in Watch.objects.all()} == {watch.key for watch in before.values()}
    # What is looked for in a list is found: it is written as Django writes it, but for blanks.
    assert Watch.objects.filter(media=[]).count() == 3


def test_one_row_that_breaks_a_rule_leaves_none(stream: Stream) -> None:
    rows = [{"stream_id": stream.pk, "batch_id": None, "line": line, "sentence": "x"} for line in (1, 2)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(RefusedLine, rows)
    assert not RefusedLine.objects.exists()
    assert not Batch.objects.exists()


def test_every_letter_of_a_key_is_as_likely() -> None:
    counts = Counter("".join(public_keys(20_000)))
    assert set(counts) == set(KEY_ALPHABET)
    expected = 20_000 * 12 / len(KEY_ALPHABET)
    assert max(abs(count - expected) for count in counts.values()) < 6 * expected**0.5
