"""Queries that go wrong, by watch file and by page: the column is named and no watch is left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.cli import main
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput
from guanlan.people.models import Person
from guanlan.watch.actions import keep_watch
from guanlan.watch.models import JournalEntry, Watch

POST = '{"id": "1", "text": "词9999 退款没到", "published_at": "2026-11-20T13:00:00+08:00"}\n'
# query, the column counted by hand, and what is said of it
BAD = [
    ('退款 OR "没到', 7, "引号没有结束"),
    ("退款 NEAR/0 没到", 4, "NEAR 要写成 NEAR/n"),
    ("退款 NEAR/1001 没到", 4, "NEAR 要写成 NEAR/n"),
    ("(退款 OR 没到", 1, "左括号没有配对的右括号"),
    ("NOT 退款", 1, "只有排除条件"),
]
MANY = " OR ".join(f"词{number}" for number in range(10_000))


def written(folder: Path, query: str) -> list[str]:
    """Write a post and a watch file whose query stands on its third line; return the command."""
    (folder / "posts.jsonl").write_text(POST, "utf-8")
    text = f"watches:\n  - name: 甲\n    query: {json.dumps(query, ensure_ascii=False)}\n"
    (folder / "w.yaml").write_text(text, "utf-8")
    return [
        "analyse",
        str(folder / "posts.jsonl"),
        "--watches",
        str(folder / "w.yaml"),
        "--out",
        str(folder / "out.jsonl"),
    ]


class TestCommand:
    @pytest.mark.parametrize(("query", "column", "sentence"), BAD)
    def test_names_file_line_and_column(
        self, query: str, column: int, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            main(written(tmp_path, query))

        assert ended.value.code == 2
        assert f"w.yaml 第 3 行，query 第 {column} 列：{sentence}" in capsys.readouterr().err
        assert not (tmp_path / "out.jsonl").exists()

    def test_ten_thousand_terms_are_read(self, tmp_path: Path) -> None:
        main(written(tmp_path, MANY))

        [line] = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
        # Of the ten thousand, those that the post begins with.
        assert {hit["term"] for hit in json.loads(line)["hits"]} == {"词9", "词99", "词999", "词9999"}


class TestPage:
    @pytest.mark.parametrize(("query", "column", "sentence"), BAD)
    def test_says_it_at_the_box_and_keeps_what_was_typed(
        self,
        query: str,
        column: int,
        sentence: str,
        cast: Cast,
        stream: Stream,
        sign_in: Callable[[Person], Client],
    ) -> None:
        before = (Watch.objects.count(), JournalEntry.objects.count(), Entry.objects.count())

        answer = sign_in(cast.wang).post(reverse("watch-new"), {"name": "退款一事", "query": query})

        shown = answer.content.decode()
        assert answer.status_code == 422
        assert f"第 {column} 列：{sentence}" in shown
        assert 'value="退款一事"' in shown
        assert (Watch.objects.count(), JournalEntry.objects.count(), Entry.objects.count()) == before

    @pytest.mark.parametrize(("query", "column", "sentence"), BAD)
    def test_the_count_beside_it_says_the_same(
        self,
        query: str,
        column: int,
        sentence: str,
        cast: Cast,
        stream: Stream,
        sign_in: Callable[[Person], Client],
    ) -> None:
        shown = sign_in(cast.wang).get(reverse("watch-count"), {"query": query}).content.decode()

        assert f"第 {column} 列：{sentence}" in shown

    def test_ten_thousand_terms_are_kept(
        self, cast: Cast, stream: Stream, sign_in: Callable[[Person], Client]
    ) -> None:
        answer = sign_in(cast.wang).post(reverse("watch-new"), {"name": "万词", "query": MANY})

        assert answer.status_code == 302
        assert Watch.objects.get().query == MANY


@pytest.mark.parametrize(("query", "column", "sentence"), BAD)
def test_the_action_refuses_it_too(
    query: str, column: int, sentence: str, cast: Cast, stream: Stream
) -> None:
    with pytest.raises(BadInput, match=f"第 {column} 列：{sentence}"):
        keep_watch(stream=stream, unit=cast.wang.unit, name="甲", query=query, person=cast.wang, now=NOW)
    assert not Watch.objects.exists()
