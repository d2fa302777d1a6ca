"""Files that go wrong, by command line, page and API: one table to tick off.

Each refusal is one sentence with file, line and column as far as there are any, and leaves
no row behind; what only looks bad is read for what it means, and unknown is never 0.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conftest import NOW, Cast
from guanlan.api.actions import issue_token
from guanlan.cli import main
from guanlan.clocks.models import Stream
from guanlan.intake.jobs import read_next_batch
from guanlan.intake.models import Batch, Post, Sight
from guanlan.people.models import Person

GOOD = {"id": "1", "platform": "微博", "text": "退款没到", "published_at": "2026-11-20T13:00:00+08:00"}
AT_ONE = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def jsonl(*posts: dict[str, object]) -> bytes:
    return b"".join(json.dumps(GOOD | post, ensure_ascii=False).encode() + b"\n" for post in posts)


@dataclass(frozen=True)
class Bad:
    """A file that cannot be taken whole: what the command says, and how many posts the page keeps."""

    name: str
    content: bytes
    sentence: str
    kept: int = 0

    @property
    def reason(self) -> str:
        """The sentence without its place; the page shows line and column beside it."""
        return re.split(r"第 \d+ 行(?:“[^”]*”列)?：", self.sentence)[-1]


FIRST = jsonl({})
REFUSED = [
    Bad("empty.jsonl", b"", "empty.jsonl 是空的，没有可读的帖文。"),
    Bad("blank.jsonl", b"\n \n\n", "blank.jsonl 是空的，没有可读的帖文。"),
    Bad("header.csv", "发布时间,正文\n".encode(), "header.csv 只有表头，没有帖文。"),
    Bad(
        "columns.csv",
        "甲,乙\n1,2\n".encode(),
        "columns.csv 的表头里认不出必需的列：要有发布时间，以及正文或标题",
    ),
    Bad("array.json", b"[" + FIRST.strip() + b"]", "array.json 第 1 行第 1 列是一个 JSON 数组"),
    Bad(
        "utf8.jsonl",
        FIRST + b'{"text": "\xff\xfe"}\n',
        "utf8.jsonl 第 2 行：第 11 个字节不是 UTF-8 编码",
        kept=1,
    ),
    Bad(
        "half.jsonl",
        b"\xff\xfe" + FIRST.decode().encode("utf-16-le")[:-1],
        "half.jsonl 第 2 行：从这里起不是 UTF-16 编码",
        kept=1,
    ),
    Bad(
        "long.jsonl",
        FIRST + b'{"text": "' + b"a" * 10_000_000 + b'"}\n',
        "long.jsonl 第 2 行：这一行超过 1 MB",
        kept=1,
    ),
    Bad(
        "open.jsonl",
        FIRST + '{"text": "退款"\n'.encode(),
        # By hand: the object ends after 13 characters, its line end is the 14th.
        "open.jsonl 第 2 行：从第 14 个字符起不是正确的 JSON",
        kept=1,
    ),
    Bad("list.jsonl", FIRST + b"[1, 2]\n", "list.jsonl 第 2 行：这一行不是 JSON 对象", kept=1),
    Bad(
        "quote.csv",
        '发布时间,正文\n2026-11-20 13:00,"没有结尾\n'.encode(),
        "quote.csv 第 2 行：这里的双引号没有配对",
    ),
    Bad(
        "wide.csv",
        "发布时间,正文\n2026-11-20 13:00,一,二\n".encode(),
        "wide.csv 第 2 行：这一行有 3 格，表头只有 2 列",
    ),
    Bad(
        "silent.jsonl",
        FIRST + jsonl({"id": "2", "text": ""}),
        "silent.jsonl 第 2 行“text”列：既没有正文也没有标题",
        kept=1,
    ),
    Bad(
        "untimed.jsonl",
        FIRST + jsonl({"id": "2", "published_at": None}),
        "untimed.jsonl 第 2 行“published_at”列：没有发布时间",
        kept=1,
    ),
    Bad(
        "1970.jsonl",
        FIRST + jsonl({"id": "2", "published_at": "1970-01-01T00:00:00+08:00"}),
        "1970.jsonl 第 2 行“published_at”列：时间“1970-01-01T00:00:00+08:00”不在 2005 年至后天之间",
        kept=1,
    ),
    Bad(
        "2099.csv",
        "发布时间,正文\n2026-11-20 13:00,一\n2099-01-01 00:00,二\n".encode(),
        "2099.csv 第 3 行“发布时间”列：时间“2099-01-01 00:00”不在 2005 年至后天之间",
        kept=1,
    ),
    Bad("torn.jsonl.gz", gzip.compress(FIRST)[:-9], "torn.jsonl.gz 的压缩已损坏"),
    Bad("old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 60, "old.xls 是旧版 Office 文件，请另存为 .xlsx"),
]
EACH = pytest.mark.parametrize("bad", REFUSED, ids=lambda bad: bad.name)


def rows() -> dict[str, int]:
    """Count every row of the product."""
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model.__module__.startswith("guanlan.")
    }


@pytest.fixture(autouse=True)
def _at_the_hour(stream: Stream, cast: Cast, hands: object) -> None:
    """A stream, a company, and all clocks at NOW."""


class TestCommand:
    @EACH
    def test_says_why_and_keeps_nothing(
        self, bad: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / bad.name
        path.write_bytes(bad.content)
        before = rows()

        with pytest.raises(SystemExit) as ended:
            main(["import", str(path)])

        assert ended.value.code == 2
        told = capsys.readouterr()
        assert bad.sentence in told.err
        assert (told.err.count("\n"), told.out) == (1, "")
        assert rows() == before

    @EACH
    def test_the_engine_alone_says_the_same_and_writes_nothing(
        self, bad: Bad, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path, out = tmp_path / bad.name, tmp_path / "out.jsonl"
        path.write_bytes(bad.content)

        with pytest.raises(SystemExit) as ended:
            main(["analyse", str(path), "--out", str(out)])

        assert ended.value.code == 2
        assert bad.sentence in capsys.readouterr().err
        assert [found.name for found in tmp_path.iterdir()] == [bad.name]

    def test_a_file_that_is_not_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        before = rows()

        with pytest.raises(SystemExit) as ended:
            main(["import", str(tmp_path / "none.jsonl")])

        assert ended.value.code == 2
        assert "没有文件" in capsys.readouterr().err
        assert rows() == before


class TestPage:
    @EACH
    def test_says_it_on_the_batch_and_keeps_the_good_lines(
        self, bad: Bad, cast: Cast, sign_in: Callable[[Person], Client]
    ) -> None:
        browser, address = sign_in(cast.wang), reverse("import")
        before = rows()

        answer = browser.post(address, {"file": SimpleUploadedFile(bad.name, bad.content)})
        if not bad.content:
            # The form refuses an empty file itself.
            assert answer.status_code == 200
            assert 'class="errorlist"' in answer.content.decode()
            assert rows() == before
            return
        while read_next_batch():
            pass

        batch = Batch.objects.get()
        said = [batch.failure, *batch.refused_lines.values_list("sentence", flat=True)]
        assert any(bad.reason in sentence for sentence in said), said
        shown = browser.get(reverse("batch", args=[batch.key])).content.decode()
        assert re.split("[，：。]", bad.reason)[0] in shown
        assert (Post.objects.count(), batch.raw) == (bad.kept, None)


READ = [
    ("utf-8 with BOM", codecs.BOM_UTF8 + FIRST),
    ("gb18030", FIRST.decode().encode("gb18030")),
    ("utf-16 with BOM", FIRST.decode().encode("utf-16")),
    ("utf-16 big-endian with BOM", codecs.BOM_UTF16_BE + FIRST.decode().encode("utf-16-be")),
    ("gzip", gzip.compress(FIRST)),
    ("a blank line and CRLF", b"\r\n" + FIRST.replace(b"\n", b"\r\n")),
]
COUNTS: list[tuple[object, int | None]] = [
    ("1.2万", 12_000),
    ("10万+", 100_000),
    ("", None),
    (None, None),
    (-1, None),
    ("-1", None),
    (float("nan"), None),
    ("很多", None),
    (0, 0),
]
MOMENTS: list[object] = [
    1795150800,  # date -d 2026-11-20T13:00:00+08:00 +%s
    1795150800000,
    "1795150800",
    "2026-11-20T13:00:00",
    "2026-11-20 13:00:00",
    "2026-11-20T13:00:00+08:00",
    "2026-11-20T05:00:00Z",
    "2026年11月20日 13:00",
]


def imported(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_bytes(content)
    main(["import", str(path)])


class TestRead:
    @pytest.mark.parametrize(("_name", "content"), READ, ids=[name for name, _content in READ])
    def test_whatever_it_is_written_in(self, _name: str, content: bytes, tmp_path: Path) -> None:
        imported(tmp_path, content)

        assert (Post.objects.get().text, Post.objects.get().published_at) == ("退款没到", AT_ONE)

    @pytest.mark.parametrize(("written", "known"), COUNTS, ids=[str(written) for written, _ in COUNTS])
    def test_a_count_means_what_it_says_and_unknown_is_not_zero(
        self, written: object, known: int | None, tmp_path: Path
    ) -> None:
        imported(tmp_path, jsonl({"likes": written}))

        assert Post.objects.get().likes == known

    @pytest.mark.parametrize("written", MOMENTS, ids=str)
    def test_one_moment_in_every_writing(self, written: object, tmp_path: Path) -> None:
        imported(tmp_path, jsonl({"published_at": written}))

        assert Post.objects.get().published_at == AT_ONE

    def test_an_id_again_with_other_counts_is_a_series(self, tmp_path: Path) -> None:
        imported(tmp_path, jsonl({"likes": 10}, {"likes": 12}, {"likes": 12}))

        assert Post.objects.get().likes == 12
        assert sorted(Sight.objects.values_list("likes", flat=True)) == [10, 12]


class TestApi:
    @pytest.fixture
    def secret(self, cast: Cast) -> str:
        _token, secret = issue_token(
            name="采集程序",
            owner=cast.wang,
            scopes=["posts:write"],
            expires_at=NOW.replace(year=2027),
            person=cast.wu,
            now=NOW,
        )
        return secret

    def push(self, secret: str, body: str) -> Any:
        return Client().post(
            reverse("api:push_posts"),
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"},
        )

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ("", "请求体是空的"),
            ('{"posts": [', "请求体不是正确的 JSON"),
            (json.dumps([GOOD]), "请求体缺少“posts”"),
            ("{}", "请求体缺少“posts”"),
            ('{"posts": {}}', "“posts”"),
            ('{"posts": [1]}', "“posts.0”"),
            ('{"posts": []}', "posts 要有 1 到 1000 条"),
            (json.dumps({"posts": [GOOD, {"id": "2"}]}), "第 2 行"),
            (
                json.dumps({"posts": [GOOD, GOOD | {"published_at": "1970-01-01T00:00:00Z"}]}),
                "第 2 行“published_at”列：时间“1970-01-01T00:00:00Z”不在 2005 年至后天之间",
            ),
            (json.dumps({"posts": [GOOD | {"published_at": "2099-01-01T00:00:00Z"}]}), "第 1 行"),
        ],
    )
    def test_says_why_and_keeps_nothing(self, secret: str, body: str, sentence: str) -> None:
        before = rows()

        answer = self.push(secret, body)

        assert answer.status_code in (400, 422)
        assert sentence in answer.json()["detail"]
        after = rows()
        assert after == before

    @pytest.mark.parametrize(("written", "known"), COUNTS, ids=[str(written) for written, _ in COUNTS])
    def test_a_count_means_what_it_says(self, secret: str, written: object, known: int | None) -> None:
        assert self.push(secret, json.dumps({"posts": [GOOD | {"likes": written}]})).status_code == 202
        while read_next_batch():
            pass

        assert Post.objects.get().likes == known
