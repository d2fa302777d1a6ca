"""A company's Word plan becomes a draft: kept, placed beside its text by a person, joined to a plan."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.evidence.models import KeptFile
from guanlan.evidence.queries import content_of
from guanlan.plan.models import PlanVersion, WordPlan
from guanlan.plan.queries import document, findings
from guanlan.plan.shipped import first_choice
from guanlan.plan.word_import.actions import (
    DraftMade,
    NoChapters,
    UnfitPlaces,
    draft_from_word,
    place_lines,
    take_word,
)
from plan.versions import text_of
from plan.word_files import LINES, word

Browser = Callable[..., Client]

# What the plan of five groups cites, and nothing in the invented file stands for.
GROUNDS = {clause.key: None for chapter in first_choice().document.chapters for clause in chapter.clauses}


def taken(stream: Stream, cast: Cast, who: str = "li", content: bytes | None = None) -> WordPlan:
    upload = SimpleUploadedFile("海棠预案.docx", content or word(*LINES))
    return take_word(stream=stream, upload=upload, person=getattr(cast, who), now=NOW)


def drafted(kept: WordPlan, cast: Cast, label: str = "1.0", **other: Any) -> PlanVersion:
    given: dict[str, Any] = {"person": cast.li, "grounds": GROUNDS} | other
    return draft_from_word(
        word=kept, base=first_choice().document, name="海棠预案", label=label, now=NOW, **given
    )


class TestTaking:
    @pytest.mark.parametrize("who", ["li", "wu"])
    def test_the_file_is_kept_as_it_was(self, stream: Stream, cast: Cast, who: str) -> None:
        content = word(*LINES)

        kept = taken(stream, cast, who, content)

        assert content_of(kept.file) == content
        assert (kept.file.name, kept.stream, kept.taken_by) == ("海棠预案.docx", stream, getattr(cast, who))
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.subject) == ("plan.take_word", kept.key)
        assert entry.facts == {"file": hashlib.sha256(content).hexdigest()}

    @pytest.mark.parametrize("who", ["wang", "liu", "chen", "zhou", "zhao"])
    def test_refuses_who_may_not_manage_plans(
        self, stream: Stream, cast: Cast, sign_in: Browser, who: str
    ) -> None:
        with pytest.raises(NotAllowed, match="可以办理的是：领导、指挥、管理员"):
            taken(stream, cast, who)

        answer = sign_in(getattr(cast, who)).get(reverse("plan-word-upload"))
        assert answer.status_code == 403
        assert KeptFile.objects.count() == WordPlan.objects.count() == 0

    def test_what_cannot_be_read_leaves_nothing(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)

        answer = browser.post(reverse("plan-word-upload"), {"word": SimpleUploadedFile("a.docx", b"x" * 99)})
        none = browser.post(reverse("plan-word-upload"))

        assert answer.status_code == none.status_code == 422
        assert "“a.docx”打不开" in text_of(answer)
        assert "请先选一个 Word 文件，再上传。" in text_of(none)
        assert KeptFile.objects.count() == WordPlan.objects.count() == 0


class TestPlacing:
    def test_each_line_stands_beside_where_it_goes(self, cast: Cast, sign_in: Browser) -> None:
        browser = sign_in(cast.li)

        answer = browser.post(
            reverse("plan-word-upload"), {"word": SimpleUploadedFile("海棠.docx", word(*LINES))}, follow=True
        )

        page = text_of(answer)
        assert "分出 4 章 6 条，请核对每一段去哪里" in page
        for line in LINES:
            assert " ".join(line.split()) in page
        assert "第 2 章 组织与职责" in page
        assert "2.2 监测组" in page
        assert "像时限：“2小时内”" in page
        assert "像等级：“Ⅰ级” 填到等级与时限" in page
        assert "像组：“应急指挥部” 填到组和岗位" in page
        assert "海棠.docx" in text_of(browser.get(reverse("plan-word-upload")))

    def test_other_places_are_kept_and_shown(self, stream: Stream, cast: Cast, sign_in: Browser) -> None:
        kept, browser = taken(stream, cast), sign_in(cast.li)
        places = {f"place-{at}": place for at, place in enumerate(kept.places)}
        places |= {
            "place-3": "text",
            "place-6": "clause",
            "place-12": "skip",
        }  # of the last chapter's only clause

        page = text_of(browser.post(reverse("plan-word", args=[kept.key]), places, follow=True))

        kept.refresh_from_db()
        assert [kept.places[at] for at in (3, 6, 12)] == ["text", "clause", "skip"]
        assert "已按您的选择重排。" in page
        assert "2.2 总经理任总指挥" in page
        assert "2.3 监测组" in page
        assert "第四章 附则 章 条款 并入上一条 跳过 这一章没有条款，不会写进草案" in page
        assert Entry.objects.latest("number").verb == "plan.place_lines"

    @pytest.mark.parametrize("places", [["chapter"], ["elsewhere"] * len(LINES), []])
    def test_places_that_fit_no_line_are_refused(self, stream: Stream, cast: Cast, places: list[str]) -> None:
        kept = taken(stream, cast)

        with pytest.raises(UnfitPlaces, match="和文件的段数对不上"):
            place_lines(word=kept, places=places, person=cast.li, now=NOW)

    def test_refuses_who_may_not_manage_plans(self, stream: Stream, cast: Cast, sign_in: Browser) -> None:
        kept = taken(stream, cast)

        with pytest.raises(NotAllowed):
            place_lines(word=kept, places=kept.places, person=cast.wang, now=NOW)
        with pytest.raises(NotAllowed):
            drafted(kept, cast, person=cast.wang)
        for name in ("plan-word", "plan-word-draft"):
            assert sign_in(cast.wang).get(reverse(name, args=[kept.key])).status_code == 403


class TestDraft:
    def test_chapters_come_from_word_and_all_else_from_the_plan(self, stream: Stream, cast: Cast) -> None:
        base = first_choice().document

        version = drafted(taken(stream, cast), cast)

        plan = document(version)
        assert (version.state, version.label, version.name) == ("DRAFT", "1.0", "海棠预案")
        assert [chapter.title for chapter in plan.chapters] == [
            "总则",
            "组织与职责",
            "监测与上报",
            "附则",
            "沿用的条款",
        ]
        assert plan.chapters[1].clauses[1].text == "全天监测，归集信息，2小时内上报。"
        assert (plan.levels, plan.duties, plan.approvals) == (base.levels, base.duties, base.approvals)
        assert findings(version, today=NOW.date()) == ()

    def test_a_clause_that_takes_the_place_takes_the_key(self, stream: Stream, cast: Cast) -> None:
        at = LINES.index("第四条　监测组：全天监测，归集信息，2小时内上报。")
        grounds = GROUNDS | {"clause.grading": at, "clause.report-up": at}

        plan = document(drafted(taken(stream, cast), cast, grounds=grounds))

        clause = plan.chapters[1].clauses[1]
        assert (clause.key, clause.title) == ("clause.grading", "监测组")
        cited = {duty.key: duty.clause for duty in plan.duties}
        assert cited["duty.monitoring.assess"] == cited["duty.monitoring.report"] == "clause.grading"
        assert "clause.report-up" not in {clause.key for clause in plan.chapters[-1].clauses}

    def test_the_page_proposes_what_reads_alike(self, stream: Stream, cast: Cast, sign_in: Browser) -> None:
        kept, browser = taken(stream, cast), sign_in(cast.li)

        answer = browser.get(reverse("plan-word-draft", args=[kept.key]))

        page = answer.content.decode()
        row = page.split('name="ground-clause.decide"')[1].split("</select>")[0]
        assert "4 章来自 Word" in text_of(answer)
        assert 'value="海棠家居客户服务舆情应急预案"' in page
        assert '<option value="" selected>沿用原来的这一条</option>' in row
        assert ">2.1 应急指挥部</option>" in row
        assert "依据它的职责：" in text_of(answer)

    def test_a_person_walks_it_to_the_draft(
        self, plan: PlanVersion, stream: Stream, cast: Cast, sign_in: Browser
    ) -> None:
        kept, browser = taken(stream, cast), sign_in(cast.li)
        places = {f"place-{at}": place for at, place in enumerate(kept.places)}
        onwards = browser.post(reverse("plan-word", args=[kept.key]), {**places, "onwards": "1"})
        assert onwards.headers["Location"] == reverse("plan-word-draft", args=[kept.key])

        given = {"base_of": "in-force", "name": "海棠预案", "label": "1.1", "ground-clause.report-up": "8"}
        answer = browser.post(onwards.headers["Location"], given)

        draft = PlanVersion.objects.get(label="1.1")
        assert answer.headers["Location"] == reverse("plan-edit", args=[draft.key])
        assert draft.code == plan.code
        (duty,) = (duty for duty in document(draft).duties if duty.key == "duty.monitoring.report")
        clauses = {clause.key: clause for chapter in document(draft).chapters for clause in chapter.clauses}
        assert clauses[duty.clause].title == "监测组"
        kept.refresh_from_db()
        assert kept.draft == draft
        page = text_of(browser.get(reverse("plan-word", args=[kept.key])))
        assert "已起成草案 1.1" in page
        levels = reverse("plan-edit-section", args=[draft.key, "levels"])
        assert levels in browser.get(reverse("plan-word", args=[kept.key])).content.decode()

    def test_writes_who_made_which_draft_of_which_file(self, stream: Stream, cast: Cast) -> None:
        kept = taken(stream, cast)

        version = drafted(kept, cast)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("plan.draft_from_word", cast.li.key, kept.key)
        assert entry.facts == {"file": kept.file.sha256, "draft": version.key}

    def test_a_file_becomes_one_draft(self, stream: Stream, cast: Cast) -> None:
        kept = taken(stream, cast)
        drafted(kept, cast)

        with pytest.raises(DraftMade, match=r"已经起成草案 1\.0"):
            drafted(kept, cast, "2.0")
        with pytest.raises(DraftMade):
            place_lines(word=kept, places=kept.places, person=cast.li, now=NOW)

        assert PlanVersion.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_of_two_at_once_one_makes_it(self, stream: Stream, cast: Cast, at_once: AtOnce) -> None:
        kept, labels = taken(stream, cast), ["1.0", "2.0"]

        outcomes = at_once(lambda: drafted(WordPlan.objects.get(pk=kept.pk), cast, labels.pop()))

        assert outcomes == ["DraftMade", "done"]
        assert PlanVersion.objects.count() == 1

    def test_nothing_left_to_draft_from(self, stream: Stream, cast: Cast) -> None:
        kept = taken(stream, cast)
        place_lines(word=kept, places=["skip"] * len(kept.places), person=cast.li, now=NOW)
        kept.refresh_from_db()

        with pytest.raises(NoChapters, match="请至少留一段作条款"):
            drafted(kept, cast)
