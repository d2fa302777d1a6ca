"""The plan as one document, gathered from a version; nothing in it is typed here."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from guanlan.documents.model import Block, Cover, Document, Heading, Paragraph, Run, text
from guanlan.people.models import Group, Unit
from guanlan.people.queries import members
from guanlan.people.weeks import local_day
from guanlan.plan.document import PlanDocument
from guanlan.plan.life.expiry import has_run_out
from guanlan.plan.life.queries import countersigned, signatures
from guanlan.plan.models import PlanVersion
from guanlan.plan.papers import annexes, blank
from guanlan.plan.papers.annexes import Contact
from guanlan.plan.papers.flowchart import flowchart
from guanlan.plan.rulings.queries import rulings
from guanlan.plan.screens import clause_name, content

State = PlanVersion.State
HELD = (State.IN_FORCE, State.SCHEDULED, State.SUPERSEDED)


def paper(version: PlanVersion, *, now: datetime, contacts: Sequence[Contact] | None = None) -> Document:
    """Gather a version, kept or only read from a file; with the address book where `contacts` are given."""
    shown = content(version)
    plan: PlanDocument = shown["plan"]
    blocks: list[Block] = [
        Heading(_("公告"), chapter=True, fresh=True),
        Paragraph(text(shown["announcement"])),
        *_chapters(shown),
        Heading(_("附则"), chapter=True),
        *_closing(plan),
        *_rulings(version, plan),
    ]
    for number, (title, fresh, part) in enumerate(_annexes(shown, contacts), start=1):
        words = {"number": number, "title": title}
        head = Heading(_("附件 %(number)d　%(title)s") % words, chapter=True, fresh=fresh)
        blocks += [head, *part]
    return Document(
        title=plan.meta.name,
        made_at=now,
        blocks=tuple(blocks),
        label=plan.meta.company,
        number=_("%(name)s　%(label)s 版") % {"name": plan.meta.name, "label": version.label},
        watermark="" if version.state in HELD else _("草案"),
        footer=_("内部，含个人信息") if contacts else _("内部"),
        cover=Cover(
            plan.meta.company, _("%(label)s 版") % {"label": version.label}, tuple(_facts(version, now))
        ),
    )


def contacts_of(unit: Unit, plan: PlanDocument, *, at: datetime) -> list[Contact]:
    """Return who serves in the plan's groups at a time, in the plan's order, the lead first."""
    groups = {group.code: group for group in Group.objects.filter(unit=unit, closed_at=None)}
    return [
        Contact(
            groups[one.key].name,
            serving.get_role_display(),
            serving.person.name,
            serving.person.phone,
            serving.person.email,
        )
        for one in plan.organisation.groups
        if one.key in groups
        for serving in members(groups[one.key], at=at)
    ]


def _facts(version: PlanVersion, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield what stands at the cover's foot: which state, since when, until when, signed by whom."""
    state = str(version.get_state_display())
    if version.state == State.IN_FORCE and has_run_out(version, today=local_day(now)):
        state = _("已到期，仍按它执行")
    yield _("状态"), _("%(state)s（截至 %(day)s）") % {"state": state, "day": local_day(now)}
    if version.effective_date:
        yield _("施行"), str(version.effective_date)
    if version.expires_date:
        yield _("有效至"), str(version.expires_date)
    if version.published_by and version.published_at:
        yield _("发布"), f"{version.published_by.name} {_day(version.published_at)}"
    yield _("会签"), _signed(version)
    yield _("内容校验码"), version.sha256


def _signed(version: PlanVersion) -> str:
    circulation = countersigned(version) if version.pk else None
    if circulation is None:
        return _("未经会签")
    return "、".join(f"{one.person.name} {_day(one.at)}" for one in signatures(circulation) if one.at)


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}"


def _chapters(shown: dict[str, Any]) -> Iterator[Block]:
    for place, chapter, clauses in shown["chapters"]:
        words = {"place": place, "title": chapter.title}
        yield Heading(_("第 %(place)d 章　%(title)s") % words, chapter=True, fresh=place == 1)
        for number, clause, _duties in clauses:
            yield Paragraph((Run(f"{number}　{clause.title}　", strong=True), Run(clause.text)))


def _closing(plan: PlanDocument) -> list[Block]:
    holds = plan.validity
    words = _("自施行之日起 %(years)d 年；每 %(months)d 个月评估一次。遇下列情形即修订：%(cases)s。") % {
        "years": holds.years,
        "months": holds.review_every_months,
        "cases": "；".join(holds.revise_when),
    }
    return [
        Paragraph((Run(_("有效期　"), strong=True), Run(words))),
        Paragraph((Run(_("解释　"), strong=True), Run(plan.interpretation.text))),
    ]


def _rulings(version: PlanVersion, plan: PlanDocument) -> list[Block]:
    """Return what the command added, each with number, date, signer and hash."""
    found = list(rulings(version)) if version.pk else []
    blocks: list[Block] = [Heading(_("解释和补充规定"), chapter=True)] if found else []
    for one in found:
        about = clause_name(plan, one.clause)
        note = _("%(who)s %(day)s 签发，校验码 %(hash)s") % {
            "who": one.signed_by.name,
            "day": _day(one.signed_at),
            "hash": one.sha256[:8],
        }
        blocks += [Heading(f"{one.title}　{about}".strip(), note=note), Paragraph(text(one.text))]
    return blocks


def _annexes(
    shown: dict[str, Any], contacts: Sequence[Contact] | None
) -> Iterator[tuple[str, bool, list[Block]]]:
    """Yield title, whether it begins a page, and content of each annex."""
    plan = shown["plan"]
    yield _("组织体系"), True, annexes.organisation(plan)
    yield _("分级标准与时限"), True, annexes.levels(shown)
    yield _("处置流程图"), True, [flowchart(plan)]
    yield _("职责卡"), True, list(annexes.duty_cards(shown))
    yield _("通知步骤"), True, annexes.notices(shown)
    yield _("审批流程"), False, annexes.chains(shown)
    yield _("终止条件"), False, annexes.ending(shown)
    yield _("声明与答复模板"), True, annexes.templates(shown)
    yield _("演练、调查和培训"), True, annexes.practice(shown)
    yield _("奖惩与保障"), False, annexes.rules(shown)
    if contacts:
        yield _("通讯录"), True, annexes.contacts(contacts)
    yield _("表单"), True, blank.forms()
    yield _("数值的出处"), True, annexes.sources(shown)
