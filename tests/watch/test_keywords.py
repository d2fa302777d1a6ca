"""TrendRadar's keyword files: shown first, kept whole or not at all, read by the commands too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.cli import main
from guanlan.clocks.models import Stream
from guanlan.engine.query import Watch as EngineWatch
from guanlan.errors import BadInput, NotAllowed
from guanlan.people.models import Person
from guanlan.watch.actions import NameTaken, close_watch, keep_watches
from guanlan.watch.models import JournalEntry, Watch

Browser = Callable[[Person], Client]
FILE = "[退费]\n退款\n退费\n+商城\n!游戏\n\n维权\n@10\n"
# By hand from the file's rules.
MADE = {"退费": '("退款" OR "退费") AND "商城" NOT "游戏"', "维权": '("维权")'}


def keep(cast: Cast, stream: Stream, person: Person | None = None, **made: str) -> list[Watch]:
    watches = [EngineWatch(name, query) for name, query in (made or MADE).items()]
    return keep_watches(
        stream=stream, unit=cast.wang.unit, watches=watches, person=person or cast.wang, now=NOW
    )


def stored() -> tuple[int, int, int]:
    return Watch.objects.count(), JournalEntry.objects.count(), Entry.objects.count()


class TestKeepWatches:
    def test_opens_all_in_one_change_and_one_audit_row(self, cast: Cast, stream: Stream) -> None:
        before = stored()

        kept = keep(cast, stream)

        assert dict(Watch.objects.values_list("name", "query")) == MADE
        assert stored() == (2, before[1] + 1, before[2] + 1)
        change = JournalEntry.objects.get().change
        assert [watch["name"] for watch in change["watches"]] == ["退费", "维权"]
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor) == ("watch.keep_watches", cast.wang.key)
        assert entry.facts == {"watches": [watch.key for watch in kept]}

    def test_a_name_that_is_taken_refuses_all(self, cast: Cast, stream: Stream) -> None:
        [old, _other] = keep(cast, stream)
        before = stored()

        with pytest.raises(NameTaken, match="已经有叫“退费”的监测方案，一个也没有保存"):
            keep(cast, stream, 别的='"别的"', 退费='"退费"')

        assert stored() == before
        close_watch(watch=old, person=cast.wang, now=NOW)
        assert len(keep(cast, stream, 退费='"退费"')) == 1

    def test_a_query_that_cannot_be_read_refuses_all(self, cast: Cast, stream: Stream) -> None:
        before = stored()

        with pytest.raises(BadInput, match="引号没有结束"):
            keep(cast, stream, 好='"好"', 坏='"坏')

        assert stored() == before

    def test_refuses_a_reader(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NotAllowed):
            keep(cast, stream, cast.zhao)

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_keep_them_once(self, cast: Cast, stream: Stream, at_once: AtOnce) -> None:
        assert at_once(lambda: keep(cast, stream)) == ["NameTaken", "done"]

        assert Watch.objects.count() == 2


class TestPage:
    def upload(self, browser: Client, content: bytes) -> str:
        answer = browser.post(
            reverse("watch-import"), {"file": SimpleUploadedFile("frequency_words.txt", content)}
        )
        assert answer.status_code in (200, 422)
        return str(answer.content.decode())

    def test_shows_them_first_and_keeps_them_then(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        browser = sign_in(cast.wang)
        assert reverse("watch-import") in browser.get(reverse("watches")).content.decode()

        shown = self.upload(browser, FILE.encode())

        assert "会建 2 个监测方案" in shown
        assert "(&quot;退款&quot; OR &quot;退费&quot;) AND &quot;商城&quot;" in shown
        assert "第 8 行：数量上限“@10”没有导入" in shown
        assert not Watch.objects.exists()
        assert browser.post(reverse("watch-import"), {"words": FILE}).status_code == 302
        assert dict(Watch.objects.values_list("name", "query")) == MADE

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("退款\n/退.*款/i\n".encode(), "frequency_words.txt 第 2 行：不支持正则表达式"),
            ("退款\n+\n".encode(), "frequency_words.txt 第 2 行：符号后面缺少词"),
            ("# 只有注释\n".encode(), "frequency_words.txt 第 1 行：文件里没有可以导入的词组"),
            ("退款\n维权\n".encode("gb18030"), "frequency_words.txt 第 1 行：不是 UTF-8 编码"),
        ],
    )
    def test_says_the_line_of_what_cannot_be_read(
        self, content: bytes, sentence: str, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        before = stored()

        assert sentence in self.upload(sign_in(cast.wang), content)
        assert stored() == before

    def test_asks_for_a_file(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        answer = sign_in(cast.wang).post(reverse("watch-import"), {"words": ""})

        assert answer.status_code == 422
        assert "请选一个关键词文件" in answer.content.decode()

    def test_names_what_is_taken_before_anything_is_kept(
        self, cast: Cast, stream: Stream, sign_in: Browser
    ) -> None:
        keep(cast, stream, 退费='"退费"')

        shown = self.upload(sign_in(cast.wang), FILE.encode())

        assert "有重名，还不能保存" in shown
        assert "已有同名方案" in shown
        assert 'name="words"' not in shown

    def test_is_for_those_who_may(self, cast: Cast, stream: Stream, sign_in: Browser) -> None:
        browser = sign_in(cast.zhao)

        assert browser.get(reverse("watch-import")).status_code == 403
        assert browser.post(reverse("watch-import"), {"words": FILE}).status_code == 403
        assert not Watch.objects.exists()


def test_the_command_takes_them_as_watches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "words.txt").write_text(FILE, "utf-8")
    posts = [
        {"id": str(number), "text": text, "published_at": "2026-11-20T13:00:00+08:00"}
        for number, text in enumerate(["商城不退款", "商城游戏退款", "去维权", "天气好"])
    ]
    lines = "".join(json.dumps(post, ensure_ascii=False) + "\n" for post in posts)
    (tmp_path / "posts.jsonl").write_text(lines, "utf-8")
    command = ["analyse", str(tmp_path / "posts.jsonl"), "--out", str(tmp_path / "out.jsonl"), "--watches"]

    main([*command, str(tmp_path / "words.txt")])

    found = [json.loads(line)["watches"] for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert found == [["退费"], [], ["维权"], []]
    (tmp_path / "bad.txt").write_text("退款\n/a/\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main([*command, str(tmp_path / "bad.txt")])
    assert ended.value.code == 2
    assert "bad.txt 第 2 行：不支持正则表达式" in capsys.readouterr().err
