"""Taking a plan in: kept as a draft with its source, or not at all."""

import pytest

from conftest import NOW, Cast
from guanlan.audit.models import Entry
from guanlan.errors import NotAllowed
from guanlan.plan.actions import LabelTaken, draft_version, publish_version
from guanlan.plan.models import PlanVersion
from guanlan.plan.queries import document
from guanlan.plan.reading import BadPlan
from plan.shipped import NAMES, text

PLAN = text(NAMES[0]).replace("{{company}}", "观澜商城")


def drafted(cast: Cast, content: str = PLAN, **other: object) -> PlanVersion:
    person = other.get("person", cast.li)
    return draft_version(
        unit=cast.li.unit, content=content.encode(), name="plan.yaml", person=person, now=NOW
    )


class TestDraftVersion:
    def test_keeps_the_file_as_it_was_read(self, cast: Cast) -> None:
        content = "\ufeff" + PLAN.replace("\n", "\r\n")

        version = drafted(cast, content)

        version.refresh_from_db()
        assert (version.state, version.label, version.created_by) == ("DRAFT", "1.0", cast.li)
        assert version.source.encode() == content.encode()
        assert document(version).meta.name == "客服舆情应急预案（五组制）"

    def test_a_draft_of_the_same_label_gives_way(self, cast: Cast) -> None:
        first = drafted(cast)

        second = drafted(cast, PLAN.replace("name: 监测专员", "name: 监测员"), person=cast.wu)

        assert PlanVersion.objects.get() == second == first
        second.refresh_from_db()
        assert "name: 监测员" in second.source
        assert second.sha256 != first.sha256
        assert second.created_by == cast.wu

    def test_a_published_version_does_not(self, cast: Cast) -> None:
        published = drafted(cast)
        publish_version(version=published, effective_on=NOW.date(), person=cast.li, now=NOW)

        with pytest.raises(LabelTaken, match=r"版本“1\.0”已经有了，请在文件的 meta"):
            drafted(cast, PLAN.replace("name: 监测专员", "name: 监测员"))

        assert "name: 监测专员" in PlanVersion.objects.get().source

    def test_a_file_with_mistakes_leaves_nothing(self, cast: Cast) -> None:
        with pytest.raises(BadPlan):
            drafted(cast, PLAN.replace("rank: 1", "rank: one", 1))

        assert PlanVersion.objects.count() == 0
        assert not Entry.objects.filter(verb="plan.draft_version").exists()

    @pytest.mark.parametrize("who", ["wang", "liu", "chen", "zhou", "zhao"])
    def test_refuses_who_may_not_manage_plans(self, cast: Cast, who: str) -> None:
        with pytest.raises(NotAllowed, match="可以办理的是：领导、指挥、管理员"):
            drafted(cast, person=getattr(cast, who))

    def test_writes_one_audit_row_with_hash_and_label(self, cast: Cast) -> None:
        version = drafted(cast)

        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.actor, entry.subject) == ("plan.draft_version", cast.li.key, version.key)
        assert entry.facts == {"sha256": version.sha256, "label": "1.0"}
