"""Rules: every key stands once and leads somewhere, every role has a lead and a deputy."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from gettext import gettext as _

from guanlan.plan.document import (
    Chain,
    Drill,
    Group,
    Notification,
    PlanDocument,
    StandDown,
    StatementTemplate,
    Training,
    keys,
)
from guanlan.plan.remark import Remark


def remarks(document: PlanDocument) -> Iterator[Remark]:
    """Yield what is wrong with keys, references and roles."""
    yield from _repeated(document)
    for kind, known, references in _references(document):
        for key, target in references:
            if target not in known:
                yield _dangling(key, kind, target, known)
    for group in document.organisation.groups:
        yield from _lead(group)
        yield from _deputies(group)


def _repeated(document: PlanDocument) -> Iterator[Remark]:
    for key, count in Counter(keys(document)).items():
        if count > 1:
            yield Remark(
                key,
                _("“{key}”用了 {count} 次。").format(key=key, count=count),
                _("请给每一处各起一个不同的 key。"),
                occurrence=1,
            )


def _dangling(key: str, kind: str, target: str, known: set[str]) -> Remark:
    guess = get_close_matches(target, sorted(known), n=1)
    remedy = _("请改成已有的{kind}，或补上它。").format(kind=kind)
    if guess:
        remedy = _("是不是“{guess}”？").format(guess=guess[0])
    sentence = _("“{key}”提到的{kind}“{target}”不存在。").format(key=key, kind=kind, target=target)
    return Remark(key, sentence, remedy)


Reference = tuple[str, str]


def _references(document: PlanDocument) -> Iterator[tuple[str, set[str], list[Reference]]]:
    clauses = {clause.key for chapter in document.chapters for clause in chapter.clauses}
    yield _("组"), set(document.groups), list(_to_groups(document))
    yield _("岗位"), set(document.roles), list(_to_roles(document))
    yield _("等级"), {level.key for level in document.levels}, list(_to_levels(document))
    yield _("条款"), clauses, [(duty.key, duty.clause) for duty in document.duties]


def _to_groups(document: PlanDocument) -> Iterator[Reference]:
    for group in document.organisation.groups:
        if group.part_of is not None:
            yield group.key, group.part_of
    for level in document.levels:
        for starter in level.first_by:
            yield level.key, starter
    for duty in document.duties:
        yield duty.key, duty.group
    gatherings: tuple[Drill | Training, ...] = (*document.drills, *document.training)
    for gathering in gatherings:
        for target in gathering.groups:
            yield gathering.key, target
    yield document.meta.key, document.interpretation.group


def _to_roles(document: PlanDocument) -> Iterator[Reference]:
    for role in document.roles.values():
        for deputy in role.deputies:
            yield role.key, deputy
    for level in document.levels:
        for approver in level.approvers:
            yield level.key, approver
    for notification in document.notifications:
        for target in notification.roles:
            yield notification.key, target
    for chain in document.approvals:
        for author in chain.authors:
            yield chain.key, author
        for step in chain.steps:
            yield step.key, step.role


def _to_levels(document: PlanDocument) -> Iterator[Reference]:
    for trigger in document.triggers:
        yield trigger.key, trigger.level
    for criterion in document.criteria:
        for written in (criterion, criterion.fallback):
            for cell in written.cells if written else ():
                yield criterion.key, cell.level
    for duty in document.duties:
        for level in duty.times:
            yield duty.key, level
    parts: tuple[Notification | Chain | StatementTemplate | StandDown, ...] = (
        *document.notifications,
        *document.approvals,
        *document.statements,
        *document.stand_down,
    )
    for part in parts:
        for level in part.levels:
            yield part.key, level


def _lead(group: Group) -> Iterator[Remark]:
    leads = sum(role.lead for role in group.roles)
    if leads != 1:
        yield Remark(
            group.key,
            _("“{name}”有 {count} 个负责岗位，应当恰有一个。").format(name=group.name, count=leads),
            _("请只给其中一个岗位写上 lead: true。"),
        )


def _deputies(group: Group) -> Iterator[Remark]:
    for role in group.roles:
        if not set(role.deputies) - {role.key}:
            yield Remark(
                role.key,
                _("“{name}”没有替补，人不在时无人接手。").format(name=role.name),
                _("请在 deputies 里写上另一个岗位。"),
            )
