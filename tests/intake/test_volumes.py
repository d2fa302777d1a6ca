"""Giving the daily figures of customer service: by hand and by file."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.audit.queries import breaks
from guanlan.clocks.models import Stream
from guanlan.errors import BadInput, NotAllowed
from guanlan.intake.models import Volume
from guanlan.intake.reading.volumes import BadVolumes, Day, read_volumes
from guanlan.intake.volumes import ChangedMeanwhile, NoSource, NothingDiffers, give_volumes
from guanlan.people.models import Person

Browser = Callable[[Person], Client]
TODAY = date(2026, 11, 20)


def give(cast: Cast, stream: Stream, *days: Day, **more: Any) -> list[Volume]:
    given = {"source": "工单系统", "person": cast.liu, "now": NOW} | more
    return give_volumes(stream=stream, unit=cast.liu.unit, days=days or [Day(TODAY, 60, None, 900)], **given)


class TestGiveVolumes:
    def test_keeps_the_figures_with_person_and_source(self, cast: Cast, stream: Stream) -> None:
        (row,) = give(cast, stream)

        assert (row.day, row.complaints, row.refunds, row.contacts) == (TODAY, 60, None, 900)
        assert (row.source, row.given_by, row.given_at, row.is_whole) == ("工单系统", cast.liu, NOW, False)

    def test_a_correction_closes_what_stood_and_keeps_it(self, cast: Cast, stream: Stream) -> None:
        (old,) = give(cast, stream)

        (row,) = give(
            cast,
            stream,
            Day(TODAY, 75, None, 980),
            now=NOW + timedelta(hours=1),
            person=cast.liu,
            seen=old.key,
        )

        old.refresh_from_db()
        assert (old.complaints, old.closed_at) == (60, NOW + timedelta(hours=1))
        assert Volume.objects.get(closed_at=None) == row

    def test_the_same_figures_on_the_next_day_make_the_day_whole(self, cast: Cast, stream: Stream) -> None:
        give(cast, stream)
        with pytest.raises(NothingDiffers, match="没有保存"):
            give(cast, stream)

        (row,) = give(cast, stream, now=NOW + timedelta(days=1))

        assert row.is_whole

    def test_refuses_who_is_not_customer_service(self, cast: Cast, stream: Stream) -> None:
        for person in (cast.wang, cast.chen, cast.li, cast.zhao, cast.wu):
            with pytest.raises(NotAllowed, match="可以办理的是：客服"):
                give(cast, stream, person=person)
        assert not Volume.objects.exists()

    def test_refuses_what_was_not_seen(self, cast: Cast, stream: Stream) -> None:
        (seen,) = give(cast, stream, seen="")

        with pytest.raises(ChangedMeanwhile, match="刘洋刚给 2026-11-20 填过数"):
            give(cast, stream, Day(TODAY, 1, 1, 1), seen="")

        give(cast, stream, Day(TODAY, 1, 1, 1), seen=seen.key)

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (Day(TODAY + timedelta(days=1), 1, 1, 1), "2026-11-21 还没有到"),
            (Day(TODAY, None, None, None), "2026-11-20 一个数也没有"),
            (Day(TODAY, -1, None, None), "“-1”不像一天的数量"),
            (Day(TODAY, 100_000_001, None, None), "不像一天的数量"),
        ],
    )
    def test_refuses_days_that_cannot_be(self, cast: Cast, stream: Stream, day: Day, sentence: str) -> None:
        with pytest.raises(BadVolumes, match=sentence):
            give(cast, stream, Day(TODAY - timedelta(days=1), 1, 1, 1), day)
        assert not Volume.objects.exists()

    def test_refuses_figures_from_nowhere(self, cast: Cast, stream: Stream) -> None:
        with pytest.raises(NoSource, match="请写明数从哪里来"):
            give(cast, stream, source="  ")

    def test_writes_one_audit_row_with_keys_and_the_hash_of_the_file(
        self, cast: Cast, stream: Stream
    ) -> None:
        (old,) = give(cast, stream)
        before = Entry.objects.count()

        (row,) = give(cast, stream, Day(TODAY, 61, None, 900), file=b"abc")

        entry = Entry.objects.latest("number")
        assert (Entry.objects.count(), entry.verb, entry.actor) == (
            before + 1,
            "intake.give_volumes",
            cast.liu.key,
        )
        assert entry.facts == {
            "volumes": [row.key],
            "replaced": [old.key],
            # printf abc | sha256sum
            "file_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        }
        assert list(breaks()) == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one_row(cast: Cast, stream: Stream, at_once: AtOnce) -> None:
    assert at_once(lambda: give(cast, stream, seen="")) == ["ChangedMeanwhile", "done"]
    assert Volume.objects.count() == 1


class TestReading:
    def read(self, tmp_path: Path, text: str, name: str = "业务量.csv") -> list[Day]:
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8"))
        return read_volumes(path, today=TODAY, now=NOW)

    def test_reads_dates_and_numbers_as_people_write_them(self, tmp_path: Path) -> None:
        found = self.read(
            tmp_path,
            '统计日期,投诉件数,来电量,备注\n2026-11-17,12,800,\n2026/11/18,,"1,015",大促\n'
            "2026年11月19日,\uff10,--,\n20261120,3.0,1,\n",
        )

        assert found == [
            Day(date(2026, 11, 17), 12, None, 800),
            Day(date(2026, 11, 18), None, None, 1015),
            Day(date(2026, 11, 19), 0, None, None),
            Day(date(2026, 11, 20), 3, None, 1),
        ]

    def test_reads_a_workbook_with_dates_as_dates(self, tmp_path: Path) -> None:
        book = Workbook()
        book.active.append(["日期", "退款"])
        book.active.append([date(2026, 11, 19), 64])
        book.save(tmp_path / "a.xlsx")

        found = read_volumes(tmp_path / "a.xlsx", today=TODAY, now=NOW)

        assert found == [Day(date(2026, 11, 19), None, 64, None)]

    def test_names_every_bad_line_with_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(BadVolumes) as refused:
            self.read(
                tmp_path,
                "日期,投诉,退款\n昨天,1,1\n2026-11-17,十二,2.5\n2026-11-18,,\n2026-11-19,5,5\n"
                "2026-11-19,6,6\n2026-11-25,1,1\n2026-02-30,1,1\n2026-11-16,-4,\n",
            )

        assert refused.value.problems == (
            "业务量.csv 第 2 行“日期”列：“昨天”不是日期，请写成 2026-11-20。",
            "业务量.csv 第 3 行“投诉”列：“十二”不是整数，请改正；不知道就留空。",
            "业务量.csv 第 3 行“退款”列：“2.5”不是整数，请改正；不知道就留空。",
            "业务量.csv 第 4 行：2026-11-18 一个数也没有，请至少填一项。",
            "业务量.csv 第 6 行“日期”列：2026-11-19 在第 5 行已经写过，请只留一行。",
            "业务量.csv 第 7 行“日期”列：“2026-11-25”不是日期，请写成 2026-11-20。",
            "业务量.csv 第 8 行“日期”列：“2026-02-30”不是日期，请写成 2026-11-20。",
            "业务量.csv 第 9 行“投诉”列：“-4”不是整数，请改正；不知道就留空。",
        )
        assert "另有 7 处" in refused.value.sentence

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("", "表头要有“日期”"),
            ("日期,金额\n2026-11-19,3\n", "“联系量”中的至少一列"),
            ("日期,投诉,投诉量\n2026-11-19,3,4\n", "“投诉”有两列"),
            ("日期,投诉\n", "只有表头，没有业务量"),
            ('日期,投诉\n"2026-11-19,3\n', "双引号没有配对"),
            ("日期,投诉\n" + "2026-11-19,3\n" * 1200, "超过 1100 行"),
            ("PK\x03\x04 no workbook", "不是可以打开的 XLSX 工作簿"),
        ],
    )
    def test_refuses_files_that_are_no_table_of_days(self, tmp_path: Path, text: str, sentence: str) -> None:
        with pytest.raises(BadInput, match=sentence):
            self.read(tmp_path, text)


class TestPages:
    def test_customer_service_gives_and_corrects_a_day(
        self, sign_in: Browser, cast: Cast, stream: Stream
    ) -> None:
        browser = sign_in(cast.liu)
        page = browser.get(reverse("volumes")).content.decode()
        assert "还没有业务量" in page
        assert "填 11月20日 的数" in page

        typed = {"day": "2026-11-20", "complaints": "60", "contacts": "900", "source": "热线日报", "seen": ""}
        assert browser.post(reverse("volumes"), typed).status_code == 302

        page = browser.get(reverse("volumes")).content.decode()
        assert "业务量填到 11月20日" in page
        assert "近 28 天缺 28 天" in page
        row = page.split("已有的业务量")[1]
        assert [word in row for word in (">60<", ">900<", ">未知<", "热线日报", "刘洋", "到")] == [True] * 6
        seen = Volume.objects.get().key
        assert f'value="{seen}"' in page
        again = browser.post(reverse("volumes"), typed | {"complaints": "75"})
        assert "刚给 2026-11-20 填过数" in again.content.decode()
        browser.post(reverse("volumes"), typed | {"complaints": "75", "seen": seen})
        assert Volume.objects.get(closed_at=None).complaints == 75

    def test_a_bad_number_is_said_at_its_field(self, sign_in: Browser, cast: Cast) -> None:
        answer = sign_in(cast.liu).post(
            reverse("volumes"), {"day": "2026-11-20", "complaints": "-3", "source": "x"}
        )

        assert answer.status_code == 422
        assert "大于或等于" in answer.content.decode()
        assert not Volume.objects.exists()

    def test_others_read_but_do_not_give(self, sign_in: Browser, cast: Cast, stream: Stream) -> None:
        give(cast, stream)
        browser = sign_in(cast.wang)

        page = browser.get(reverse("volumes")).content.decode()

        assert ">60<" in page
        assert "保存" not in page.split("<main")[1]
        typed = {"day": "2026-11-20", "complaints": "1", "source": "x"}
        assert browser.post(reverse("volumes"), typed).status_code == 403
        assert browser.get(reverse("volumes-import")).status_code == 403

    def test_imports_a_file_and_names_what_is_wrong(
        self, sign_in: Browser, cast: Cast, stream: Stream
    ) -> None:
        browser = sign_in(cast.liu)
        bad = SimpleUploadedFile("十月.csv", "日期,投诉\n2026-11-18,3\n2026-11-19,x\n".encode())
        answer = browser.post(reverse("volumes-import"), {"file": bad})
        assert answer.status_code == 422
        assert "十月.csv 第 3 行“投诉”列：“x”不是整数" in answer.content.decode()
        assert not Volume.objects.exists()

        content = "日期,投诉\n2026-11-18,3\n2026-11-19,4\n".encode("gb18030")
        answer = browser.post(
            reverse("volumes-import"), {"file": SimpleUploadedFile("十月.csv", content)}, follow=True
        )

        assert "已保存 2 天的业务量" in answer.content.decode()
        assert set(Volume.objects.values_list("complaints", "source")) == {(3, "十月.csv"), (4, "十月.csv")}
        facts = Entry.objects.filter(verb="intake.give_volumes").latest("number").facts
        assert facts["file_sha256"] == hashlib.sha256(content).hexdigest()

    def test_the_sample_can_be_imported(self, sign_in: Browser, cast: Cast, tmp_path: Path) -> None:
        answer = sign_in(cast.liu).get(reverse("volumes-sample"))
        path = tmp_path / "sample.xlsx"
        path.write_bytes(answer.content)

        assert [day.day for day in read_volumes(path, today=TODAY, now=NOW)] == [
            date(2026, 11, 18),
            date(2026, 11, 19),
        ]
        heads = [cell.value for cell in load_workbook(path).active[1]]
        assert heads == ["日期", "投诉", "退款", "联系量"]
