"""The plan as Word and PDF: all of it, frozen when asked for, the address book only for who manages it."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document as Word
from pypdf import PdfReader

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.people.actions import change_person
from guanlan.plan.models import Paper, PlanVersion
from guanlan.plan.papers.actions import ask_paper
from guanlan.plan.papers.gathering import contacts_of, paper
from guanlan.plan.papers.jobs import Altered, make_next_paper, rendered
from guanlan.plan.queries import document
from plan.versions import drafted, signed, text_of

Browser = Callable[..., Client]


def ask(version: PlanVersion, person: object, form: str = "PDF", contacts: bool = False) -> Paper:
    return ask_paper(version=version, format=form, with_contacts=contacts, person=person, now=NOW)  # type: ignore[arg-type]


def made() -> bytes:
    assert make_next_paper(lambda: NOW) is True
    return bytes(Paper.objects.latest("pk").content or b"")


def bare(words: str) -> str:
    """Without what breaks lines differently on paper."""
    return re.sub(r"[\s\u200b]", "", words)


def pdf_text(content: bytes) -> str:
    return bare("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


@pytest.fixture
def numbered(cast: Cast) -> Cast:
    change_person(
        person=cast.li, name="李敏", phone="13900001111", email="li@example.com", actor="system", now=NOW
    )
    return cast


class TestContent:
    def test_the_pdf_holds_every_part_of_the_plan(self, plan: PlanVersion, cast: Cast) -> None:
        ask(plan, cast.wang)
        said, written = pdf_text(made()), document(plan)

        wanted = [
            *(chapter.title for chapter in written.chapters),
            *(clause.text for chapter in written.chapters for clause in chapter.clauses),
            *(group.name for group in written.organisation.groups),
            *(role.name for role in written.roles.values()),
            *(level.name for level in written.levels),
            *(criterion.name for criterion in written.criteria),
            *(trigger.name for trigger in written.triggers),
            *(duty.title for duty in written.duties),
            *(chain.name for chain in written.approvals),
            *(condition.name for condition in written.stand_down),
            *(answer.name for answer in written.answers),
            *(drill.name for drill in written.drills),
            *(clause.text for clause in (*written.rewards, *written.accountability, *written.support)),
            written.interpretation.text,
        ]
        assert [words for words in wanted if bare(words) not in said] == []
        # What is not the plan's own text: cover, contents, announcement with company and day, forms.
        for words in ("观澜商城", "2026-11-20", "2029-11-20", plan.sha256, "目录", "2026年11月20日"):
            assert bare(words) in said
        for words in ("附件1组织体系", "附件3处置流程图", "舆情快报", "媒体问询登记", "口头指令记录"):
            assert words in said
        assert "附件11通讯录" not in said

    def test_the_picture_shows_the_plans_own_times(self, plan: PlanVersion) -> None:
        chart = next(block for block in paper(plan, now=NOW).blocks if block.kind == "chart")

        names = [point["name"] for point in chart.option["series"][1]["data"]]
        # Ⅰ and Ⅱ are to be confirmed within 15 minutes, and reported within 20 and 30.
        assert names[1] == "监测组核实、定级\nⅠ级 15 分钟，Ⅱ级 15 分钟，Ⅲ级 30 分钟，Ⅳ级 4 小时"
        assert names[2].startswith("上报应急指挥部\nⅠ级 20 分钟，Ⅱ级 30 分钟")

    def test_words_table_of_contents_leads_to_the_chapters(self, plan: PlanVersion, cast: Cast) -> None:
        ask(plan, cast.wang, "DOCX")
        word = Word(io.BytesIO(made()))

        body = word.element.xml
        wanted = re.findall(r'w:anchor="(chapter-\d+)"', body)
        assert len(wanted) == 22  # announcement, eight chapters, the end, twelve annexes
        assert wanted == re.findall(r'w:bookmarkStart [^>]*w:name="(chapter-\d+)"', body)
        assert len(word.inline_shapes) == 1

    def test_the_cover_says_who_signed_or_that_nobody_did(self, plan: PlanVersion, cast: Cast) -> None:
        plan.refresh_from_db()
        cover = paper(plan, now=NOW).cover
        assert cover is not None
        assert dict(cover.rows)["会签"] == "未经会签"

        cover = paper(signed(cast, drafted(cast, "2.0")), now=NOW).cover

        assert cover is not None
        assert dict(cover.rows)["会签"] == "周宁 2026-11-20"

    def test_a_draft_is_marked_on_every_page(self, plan: PlanVersion, cast: Cast) -> None:
        plan.refresh_from_db()
        assert paper(plan, now=NOW).watermark == ""
        assert paper(drafted(cast, "2.0"), now=NOW).watermark == "草案"


class TestContacts:
    def test_whoever_manages_the_plan_gets_the_address_book(self, plan: PlanVersion, numbered: Cast) -> None:
        ask(plan, numbered.li, contacts=True)

        said = pdf_text(made())
        found = said.split("附件11通讯录")[-1]
        assert "应急指挥部组长李敏13900001111li@example.com" in found

    def test_nobody_else_does(self, plan: PlanVersion, numbered: Cast, sign_in: Browser) -> None:
        with pytest.raises(NotAllowed):
            ask(plan, numbered.wang, contacts=True)
        wang = sign_in(numbered.wang)
        assert (
            wang.post(
                reverse("plan-papers", args=[plan.key]), {"format": "PDF", "contacts": "on"}
            ).status_code
            == 403
        )
        assert Paper.objects.count() == 0

        asked = ask(plan, numbered.li, contacts=True)
        made()

        assert wang.get(reverse("plan-paper", args=[asked.key])).status_code == 404
        assert sign_in(numbered.li).get(reverse("plan-paper", args=[asked.key])).status_code == 200

    def test_lists_who_serves_now_the_lead_first(self, plan: PlanVersion, cast: Cast) -> None:
        found = contacts_of(plan.unit, document(plan), at=NOW)

        assert [(one.group, one.role, one.name) for one in found] == [
            ("应急指挥部", "组长", "李敏"),
            ("监测组", "组长", "王芳"),
            ("客服应对组", "组长", "刘洋"),
            ("媒体沟通组", "组长", "陈晓"),
            ("法律顾问组", "组长", "周宁"),
        ]


class TestAskingAndMaking:
    def test_what_still_waits_is_not_asked_twice(self, plan: PlanVersion, cast: Cast) -> None:
        assert ask(plan, cast.wang) == ask(plan, cast.wang)
        assert Entry.objects.filter(verb="plan.ask_paper").count() == 1
        entry = Entry.objects.latest("number")
        assert (entry.actor, entry.facts["format"]) == (cast.wang.key, "PDF")

    def test_altered_content_is_not_made_into_a_file(self, plan: PlanVersion, cast: Cast) -> None:
        asked = ask(plan, cast.wang)
        Paper.objects.update(frozen=asked.frozen | {"title": "另一份预案"})
        asked.refresh_from_db()

        with pytest.raises(Altered):
            rendered(asked)
        assert make_next_paper(lambda: NOW) is True
        asked.refresh_from_db()
        assert "内容与校验码不符，没有生成文件" in asked.failure
        assert make_next_paper(lambda: NOW) is False

    def test_the_page_offers_waits_and_gives(self, plan: PlanVersion, cast: Cast, sign_in: Browser) -> None:
        wang = sign_in(cast.wang)
        assert "生成 Word" in text_of(wang.get(reverse("plan")))
        assert "附通讯录" not in text_of(wang.get(reverse("plan")))
        assert "附通讯录" in text_of(sign_in(cast.li).get(reverse("plan")))

        wang.post(reverse("plan-papers", args=[plan.key]), {"format": "DOCX"})
        assert (
            "正在生成 Word，可以离开本页"
            in wang.get(reverse("plan-papers", args=[plan.key])).content.decode()
        )
        made()
        page = wang.get(reverse("plan")).content.decode()

        address = reverse("plan-paper", args=[Paper.objects.get().key])
        assert f'href="{address}">下载 Word</a>' in page
        answer = wang.get(address)
        assert "attachment" in answer.headers["Content-Disposition"]
        assert Word(io.BytesIO(answer.content)).core_properties.title == plan.name

    def test_another_format_is_refused_with_a_sentence(
        self, plan: PlanVersion, cast: Cast, sign_in: Browser
    ) -> None:
        answer = sign_in(cast.wang).post(reverse("plan-papers", args=[plan.key]), {"format": "RTF"})

        assert answer.status_code == 422
        assert "请选 Word 或 PDF" in answer.content.decode()


def test_shown_on_the_command_line_as_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stream: Stream
) -> None:
    from guanlan.cli import main
    from plan.shipped import FOLDER, NAMES

    out = tmp_path / "预案.pdf"
    main(["plan", "show", str(FOLDER / NAMES[1]), "--out", str(out)])

    assert capsys.readouterr().out == f"已写到 {out}。\n"
    said = pdf_text(out.read_bytes())
    assert "草案" in said
    assert "三级" in said or "领导小组" in said
    with pytest.raises(SystemExit):
        main(["plan", "show", str(FOLDER / NAMES[1]), "--out", str(tmp_path / "plan.txt")])
    assert "后缀要写 .docx 或 .pdf" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["预案.pdf"]


@pytest.mark.django_db(transaction=True)
def test_asked_for_twice_at_once_it_is_made_once(plan: PlanVersion, cast: Cast, at_once: AtOnce) -> None:
    at_once(lambda: ask(plan, cast.wang))

    assert Paper.objects.count() == 1
