"""The annexes of the plan on paper: who, which level, by when, whom to call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from guanlan.documents.model import Block, Column, Heading, KeyValues, Paragraph, Run, Table, Text, text
from guanlan.plan.document import Group, PlanDocument, Role
from guanlan.plan.wording import announced, level_names


@dataclass(frozen=True)
class Contact:
    """Somebody of the plan's groups, with where to reach them now."""

    group: str
    role: str
    name: str
    phone: str
    email: str


def organisation(plan: PlanDocument) -> list[Block]:
    """Return the groups, what each is for, and the group above it."""
    known = plan.groups
    columns = (
        Column(_("工作组"), share=2),
        Column(_("职责"), share=5),
        Column(_("岗位"), share=3),
        Column(_("隶属"), share=2),
    )
    rows = [
        (
            text(group.name, strong=True),
            text(group.purpose),
            text("、".join(role.name + (_("（负责）") if role.lead else "") for role in group.roles)),
            text(known[group.part_of].name if group.part_of in known else "—"),
        )
        for group in plan.organisation.groups
    ]
    return [Table(columns, tuple(rows))]


def levels(content: dict[str, Any]) -> list[Block]:
    """Return what each level means, its criteria, clocks and ways; small numbers name the source."""
    ranked = content["levels"]
    blocks: list[Block] = [
        KeyValues(tuple((f"{level_names([one.key])} {one.name}", text(one.meaning)) for one in ranked))
    ]
    columns = (
        Column(_("项目"), share=3),
        *(Column(f"{level_names([one.key])} {one.name}", share=4) for one in ranked),
    )
    for title, rows in content["grid"]:
        cells = tuple((_named(row), *(_items(cell) for cell in row.cells)) for row in rows)
        blocks += [Heading(title, note=_("方括号里是出处的编号")), Table(columns, cells)]
    return blocks


def _named(row: Any) -> Text:
    return (Run(row.name), Run(f"\n{row.remark}")) if row.remark else (Run(row.name),)


def _items(cell: Any) -> Text:
    words = "\n".join(f"{item.words} [{item.source}]" if item.source else item.words for item in cell)
    return text(words or "—")


def duty_cards(content: dict[str, Any]) -> Iterator[Block]:
    """Yield a card for each group: its roles and what falls to each, then the duties with their times."""
    plan = content["plan"]
    for one in content["groups"]:
        group = one["group"]
        count = _("%(count)d 项职责") % {"count": len(one["duties"])}
        yield Heading(group.name, note=count)
        yield Paragraph(text(group.purpose))
        yield _roles(group, plan)
        if one["duties"]:
            yield _duties(one["duties"])


def _roles(group: Group, plan: PlanDocument) -> Table:
    columns = (
        Column(_("岗位"), share=2),
        Column(_("替补"), share=2),
        Column(_("批准与签字"), share=4),
        Column(_("什么时候收到通知"), share=4),
    )
    known = plan.roles
    rows = [
        (
            text(role.name + (_("（负责）") if role.lead else ""), strong=True),
            text("、".join(known[key].name for key in role.deputies if key in known) or "—"),
            text(_signs(role, plan) or "—"),
            text(_hears(role, plan) or "—"),
        )
        for role in group.roles
    ]
    return Table(columns, tuple(rows))


def _signs(role: Role, plan: PlanDocument) -> str:
    graded = [level.key for level in plan.by_rank if role.key in level.approvers]
    said = [_("定级：%(levels)s") % {"levels": level_names(graded)}] if graded else []
    said += [
        f"{chain.name}：{level_names(chain.levels)}"
        for chain in plan.approvals
        if any(step.role == role.key for step in chain.steps)
    ]
    return "；".join(said)


def _hears(role: Role, plan: PlanDocument) -> str:
    return "；".join(
        f"{level_names(notice.levels)} "
        + announced(notice.after_minutes, notice.repeat_minutes, notice.repeat_times)
        for notice in plan.notifications
        if role.key in notice.roles
    )


def _duties(duties: Sequence[tuple[Any, str, Any]]) -> Table:
    columns = (
        Column(_("职责"), share=6),
        Column(_("依据"), share=1),
        Column(_("等级与时限"), share=6),
        Column(_("凭证"), share=3),
    )
    rows = [
        (
            (Run(duty.title, strong=True), Run(_marks(duty)), Run(f"\n{duty.action}")),
            text(number or "—"),
            text("\n".join(f"{level_names([level])} {words}" for level, words in times)),
            text(duty.evidence or "—"),
        )
        for duty, number, times in duties
    ]
    return Table(columns, tuple(rows))


def _marks(duty: Any) -> str:
    marks = [
        words
        for holds, words in (
            (duty.mandatory, _("必办")),
            (duty.first_step, _("先期处置")),
            (duty.aftermath, _("善后")),
        )
        if holds
    ]
    return f"（{'，'.join(marks)}）" if marks else ""


def notices(content: dict[str, Any]) -> list[Block]:
    """Return who is told when by which way."""
    columns = (
        Column(_("等级"), share=2),
        Column(_("什么时候"), share=4),
        Column(_("通知谁"), share=3),
        Column(_("方式"), share=3),
    )
    rows = [
        (
            text(level_names(row["notice"].levels), strong=True),
            text(row["when"] + (_("，人人须读") if row["notice"].all_must_read else "")),
            text(row["roles"]),
            text(row["channels"]),
        )
        for row in content["notices"]
    ]
    return [Table(columns, tuple(rows))]


def chains(content: dict[str, Any]) -> list[Block]:
    """Return who signs what in which order."""
    columns = (
        Column(_("流程"), share=3),
        Column(_("等级"), share=2),
        Column(_("起草"), share=3),
        Column(_("依次签字"), share=5),
    )
    rows = [
        (
            text(f"{row['chain'].name}（{row['kind']}）", strong=True),
            text(level_names(row["chain"].levels)),
            text(row["authors"]),
            text(" → ".join(f"{role} {time}" for _step, role, time in row["steps"])),
        )
        for row in content["chains"]
    ]
    return [Paragraph(text(_("起草人不批自己的文稿。"))), Table(columns, tuple(rows))]


def ending(content: dict[str, Any]) -> list[Block]:
    """Return the conditions for standing down."""
    columns = (Column(_("条件"), share=5), Column(_("数值"), share=3), Column(_("等级"), share=2))
    rows = [
        (text(row.name), text(value or "—"), text(level_names(row.levels)))
        for row, value, _number in content["conditions"]
    ]
    return [Paragraph(text(_("本级所列全部满足，才能宣布结束。"))), Table(columns, tuple(rows))]


def templates(content: dict[str, Any]) -> list[Block]:
    """Return the texts to begin with; what stands in double braces is filled in when drafting."""
    blocks: list[Block] = []
    for statement, kind in content["statements"]:
        blocks += [Heading(statement.name, note=f"{kind}，{level_names(statement.levels)}")]
        blocks += [Paragraph(text(statement.body))]
    for answer in content["plan"].answers:
        blocks += [Heading(answer.name, note=answer.situation), Paragraph(text(answer.body))]
        if answer.never_say:
            blocks.append(Paragraph(text(_("不能说：%(words)s") % {"words": "；".join(answer.never_say)})))
    return blocks


def practice(content: dict[str, Any]) -> list[Block]:
    """Return drills, surveys and training with how often."""
    columns = (Column(_("名称"), share=3), Column(_("多久一次"), share=2), Column(_("内容"), share=6))
    rows = [
        (
            text(f"{row.name}（{kind}）", strong=True),
            text(_("每 %(months)d 个月") % {"months": row.every_months}),
            text(words),
        )
        for kind, row, words in content["practice"]
    ]
    return [Table(columns, tuple(rows))]


def rules(content: dict[str, Any]) -> list[Block]:
    """Return rewards, accountability and support."""
    blocks: list[Block] = []
    for title, clauses in content["rules"]:
        if clauses:
            blocks.append(Heading(title))
        blocks += [Paragraph((Run(f"{one.title}　", strong=True), Run(one.text))) for one in clauses]
    return blocks


def contacts(persons: Sequence[Contact]) -> list[Block]:
    """Return where to reach whom, as it is now."""
    columns = (
        Column(_("工作组"), share=3),
        Column(_("担任"), share=1),
        Column(_("姓名"), share=2),
        Column(_("手机"), share=3),
        Column(_("邮箱"), share=4),
    )
    rows = [
        (
            text(one.group),
            text(one.role),
            text(one.name, strong=True),
            text(one.phone or _("未填")),
            text(one.email or _("未填")),
        )
        for one in persons
    ]
    words = _("含个人信息，只供应急联络；人员变动后重新生成。")
    return [Paragraph(text(words)), Table(columns, tuple(rows))]


def sources(content: dict[str, Any]) -> list[Block]:
    """Return the notes that the numbers in brackets lead to."""
    notes = enumerate(content["sources"], start=1)
    return [KeyValues(tuple((str(number), text(words)) for number, words in notes))]
