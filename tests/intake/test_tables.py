"""CSV and XLSX: headers of vendors, broken files, bombs. All rows are invented."""

import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from guanlan.intake.reading import Refusal, Remark, read_posts
from intake.reading_files import AT_UTC, NOW, file, refusal, rows, tolerant

PLAIN = "标题,正文,发布时间,点赞数\n退款难,三个月没到账,2026-11-20 14:05:00,1.2万\n"

VENDOR = (
    "序号,标题／微博内容,原创/转发,原文/评论链接,来源网站,原文作者,日期,媒体类型,认证类型,信源地域（IP）,全文内容,粉丝数,"
    "转发数,评论数,点赞数,收藏数,阅读数/浏览热度,话题,话题,MD5-mid,MD5-父微博ID,来源网站,\n"
    "1,退款三个月没到账,原创,https://weibo.com/1/A,新浪微博,'小王',2026-11-20 14:05:00,微博,黄V,上海,"
    "退款三个月没到账,1.2万,12,--,3w,,99999999999999999999,#退款#,,0cc175b9c0f1b6a831c399e269772661,d41d8cd98f00b204e9800998ecf8427e,新浪微博,\n"
    "2,转发微博//@小王:退款,转发,https://weibo.com/2/B,新浪微博,'小李',2026-11-20 14:05:00,微博,普通用户,--,"
    "转发微博//@小王:退款三个月没到账,80,0,0,0,null,,,,92eb5ffee6ae2fec3ad71c777531578f,0cc175b9c0f1b6a831c399e269772661,,\n"
)


def book(folder: Path, *sheets: list[list[object]], name: str = "posts.xlsx") -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, cells in enumerate(sheets):
        sheet = workbook.create_sheet(f"表{number + 1}")
        for row in cells:
            sheet.append(row)
    workbook.save(folder / name)
    return folder / name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_reads_csv_of_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (post,) = rows(file(tmp_path, PLAIN.replace(",", delimiter), encoding=encoding))
    assert (post["title"], post["text"], post["likes"]) == ("退款难", "三个月没到账", 12000)
    assert post["published_at"] == AT_UTC


def test_reads_a_vendors_export(tmp_path: Path) -> None:
    posts, refused, remarks = tolerant(file(tmp_path, VENDOR, encoding="gb18030"))
    assert refused == []
    first, second = posts
    known = {
        name: first[name]
        for name in ("id", "platform", "media_type", "url", "title", "text", "author", "region")
    }
    assert known == {
        "id": "0cc175b9c0f1b6a831c399e269772661",
        "platform": "weibo",
        "media_type": "social",
        "url": "https://weibo.com/1/A",
        "title": None,  # it only repeats the text
        "text": "退款三个月没到账",
        "author": "小王",
        "region": "上海",
    }
    counts = ("author_followers", "reposts", "comments", "likes", "favourites", "views")
    assert [first[name] for name in counts] == [12000, 12, None, 30000, None, None]
    assert (first["author_verified"], first["repost_of"], first["parent_id"]) == (True, None, None)
    assert (second["author_verified"], second["repost_of"]) == (False, first["id"])
    assert second["text"] == "转发微博//@小王:退款三个月没到账"
    assert (second["region"], second["favourites"], second["likes"]) == (None, None, 0)
    assert remarks == [
        Remark(1, None, "没有用到的列：序号、原创/转发、话题、话题"),
        Remark(2, "阅读数/浏览热度", "数量“99999999999999999999”过大，按未知计"),
    ]


def test_complaints_and_tickets_tell_their_medium(tmp_path: Path) -> None:
    complaints = file(
        tmp_path, "投诉编号,投诉标题,投诉详情,投诉时间\n17370001234,退款,不退款,2026-11-20 14:05\n"
    )
    assert [(row["id"], row["media_type"]) for row in rows(complaints)] == [("17370001234", "complaint")]
    tickets = file(tmp_path, "工单号,渠道,描述,创建时间\nT1,热线,要求退款,2026-11-20 14:05\n")
    assert [(row["platform"], row["media_type"]) for row in rows(tickets)] == [("热线", "ticket")]


def test_a_mapping_goes_before_the_known_names(tmp_path: Path) -> None:
    path = file(tmp_path, "正文,我的话,何时\n甲,乙,2026-11-20 14:05\n")
    (post,) = rows(path, mapping={"text": "我的话", "published_at": "何时"})
    assert (post["text"], post["published_at"]) == ("乙", AT_UTC)
    assert "没有映射所指的列“无此列”" in refusal(
        path, mapping={"text": "我的话", "published_at": "何时", "likes": "无此列"}
    )
    sentence = refusal_of_mapping(path, {"时间": "何时"})
    assert "映射里的“时间”不是帖文的字段" in sentence


def refusal_of_mapping(path: Path, mapping: dict[str, str]) -> str:
    with pytest.raises(Exception, match="映射") as caught:
        list(read_posts(path, now=NOW, mapping=mapping))
    return str(caught.value)


def test_the_header_may_stand_lower_and_rows_may_be_blank(tmp_path: Path) -> None:
    (post,) = rows(file(tmp_path, "某平台导出,,,\n\n" + PLAIN + ",,,\n\n"))
    assert post["title"] == "退款难"


def test_cells_may_hold_line_breaks_and_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    text = '正文,发布时间\n"第一行\n第二行",2026-11-20 14:05\n退款,昨天\n'
    assert "posts.csv 第 4 行“发布时间”列：“昨天”要看何时读到" in refusal(file(tmp_path, text))
    posts, refused, _remarks = tolerant(file(tmp_path, text))
    assert [row["text"] for row in posts] == ["第一行\n第二行"]
    assert refused[0].line == 4
    assert refused[0].column == "发布时间"


@pytest.mark.parametrize(
    "content", ["标题,正文,发布时间\n", "标题,正文,发布时间", "标题,正文,发布时间\n,,\n\n"]
)
def test_refuses_a_header_only(tmp_path: Path, content: str) -> None:
    assert refusal(file(tmp_path, content)) == "posts.csv 只有表头，没有帖文。"


def test_refuses_columns_it_does_not_know_and_names_them(tmp_path: Path) -> None:
    sentence = refusal(file(tmp_path, "甲列,乙列\n1,2\n"))
    assert sentence.startswith("posts.csv 的表头里认不出必需的列")
    assert "要有发布时间，以及正文或标题" in sentence
    assert "甲列、乙列" in sentence
    assert "正文、点赞数" in refusal(file(tmp_path, "正文,点赞数\n退款,2\n"))


@pytest.mark.parametrize(
    ("row", "line", "sentence"),
    [
        (b'"\xe9\x80\x80\xe6\xac\xbe,2026-11-20 14:05\n', 3, "双引号没有配对"),
        ("退,款,2026-11-20 14:05\n".encode(), 3, "这一行有 3 格，表头只有 2 列"),
        ("退款\0,2026-11-20 14:05\n".encode(), 3, "第 7 个字节是空字符"),
        (b"\xe9\x80\x80\xe6\xac,2026-11-20 14:05\n", 3, "第 4 个字节不是 UTF-8 编码"),
        ("退款,1970-01-01 08:00\n".encode(), 3, "不在 2005 年至后天之间"),
        (b",2026-11-20 14:05\n", 3, "既没有正文也没有标题"),
    ],
)
def test_names_file_and_line_of_a_bad_row(tmp_path: Path, row: bytes, line: int, sentence: str) -> None:
    good = "正文,发布时间\n退款三个月没有到账,2026-11-20 14:05\n".encode()
    path = file(tmp_path, good + row)
    assert f"posts.csv 第 {line} 行" in refusal(path)
    assert sentence in refusal(path)
    posts, refused, _remarks = tolerant(path)
    assert len(posts) == 1
    assert [one.line for one in refused] == [line]


def test_rows_after_a_bad_one_are_still_read(tmp_path: Path) -> None:
    path = file(tmp_path, "正文,发布时间\n退\0款,2026-11-20 14:05\n退款,2026-11-20 14:05\n")
    posts, refused, _remarks = tolerant(path)
    assert [row["text"] for row in posts] == ["退款"]
    assert refused == [Refusal(2, None, "第 4 个字节是空字符，文件可能已损坏，请重新导出")]


def test_ids_that_a_spreadsheet_rounded_are_not_trusted(tmp_path: Path) -> None:
    path = file(
        tmp_path, "mid,正文,发布时间\n5.09877E+15,甲,2026-11-20 14:05\n5.09877E+15,乙,2026-11-20 14:05\n"
    )
    posts, _refused, remarks = tolerant(path)
    assert len({row["id"] for row in posts}) == 2
    assert remarks == [Remark(2, "mid", "编号“5.09877E+15”已被表格软件改成近似数，按未知计", times=2)]


def test_reads_a_workbook(tmp_path: Path) -> None:
    header = ["工单号", "正文", "发布时间", "点赞数", "备注"]
    cells = [1001.0, "退款", datetime(2026, 11, 20, 14, 5), 12, "x"]  # noqa: DTZ001 - cells have no zone
    path = book(tmp_path, [["说明"]], [header, [], cells], [["别的"]])
    posts, refused, remarks = tolerant(path)
    assert refused == []
    assert [(row["id"], row["text"], row["published_at"], row["likes"]) for row in posts] == [
        ("1001", "退款", AT_UTC, 12)
    ]
    assert {remark.sentence for remark in remarks} == {"没有读的工作表：表1、表3", "没有用到的列：备注"}


def test_names_the_row_of_a_workbook(tmp_path: Path) -> None:
    path = book(tmp_path, [["正文", "发布时间"], ["退款", "2026-11-20 14:05"], [], ["退款", "昨天"]])
    assert "posts.xlsx 第 4 行“发布时间”列" in refusal(path)
    assert refusal(book(tmp_path, [["正文", "发布时间"]])) == "posts.xlsx 只有表头，没有帖文。"
    assert "是空的" in refusal(book(tmp_path, []))
    assert "看到的列是：甲、乙" in refusal(book(tmp_path, [["甲", "乙"], [1, 2]]))


def test_refuses_what_only_looks_like_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "posts.xlsx"
    path.write_bytes(b"PK\x03\x04 not a zip")
    assert "不是可以打开的 XLSX" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "不是可以打开的 XLSX" in refusal(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    assert "旧版 Office" in refusal(path)


def rewritten(path: Path, part: str, content: bytes) -> Path:
    """Replace one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, kept in (parts | {part: content}).items():
            archive.writestr(name, kept)
    return path


def test_refuses_a_zip_bomb(tmp_path: Path) -> None:
    path = book(tmp_path, [["正文", "发布时间"], ["退款", "2026-11-20 14:05"]])
    assert "压缩炸弹" in refusal(rewritten(path, "xl/media/image1.png", b"\0" * 60_000_000))


def test_refuses_entities_in_a_workbook(tmp_path: Path) -> None:
    path = book(tmp_path, [["正文", "发布时间"], ["退款", "2026-11-20 14:05"]])
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    )
    cell = b'<c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    assert "不是可以打开的 XLSX" in refusal(
        rewritten(path, "xl/worksheets/sheet1.xml", laughs + sheet + cell)
    )


@pytest.mark.parametrize("claim", [b"A1:XFD1048576", b"A1:A1"])
def test_a_sheet_is_read_as_it_is_whatever_size_it_claims(tmp_path: Path, claim: bytes) -> None:
    path = book(tmp_path, [["正文", "发布时间"], ["退款", "2026-11-20 14:05"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b'<dimension ref="A1:B2"' in sheet
    claimed = sheet.replace(b'<dimension ref="A1:B2"', b'<dimension ref="%s"' % claim)
    assert len(rows(rewritten(path, "xl/worksheets/sheet1.xml", claimed))) == 1
