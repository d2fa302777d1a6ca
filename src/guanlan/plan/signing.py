"""Rules: every text has one way to its signature, short enough, and never past its own author."""

from collections.abc import Iterator
from gettext import gettext as _

from guanlan.plan.document import Chain, PlanDocument
from guanlan.plan.fields import Purpose
from guanlan.plan.levels import Level
from guanlan.plan.remark import Remark
from guanlan.plan.timing import Span, clock_of, since_signal

EVERY_LEVEL: tuple[Purpose, ...] = ("statement", "answer")


def remarks(document: PlanDocument) -> Iterator[Remark]:
    """Yield what is wrong with the approval chains."""
    for chain in document.approvals:
        yield from _own_author(chain, document)
    for level in document.levels:
        for purpose in EVERY_LEVEL:
            yield from _exactly_one(purpose, level, document)
        yield from _ends_with_approver(level, document)
        yield from _in_time(level, document)


def _own_author(chain: Chain, document: PlanDocument) -> Iterator[Remark]:
    authors = set(chain.authors)
    for step in chain.steps:
        role = document.roles.get(step.role)
        name = role.name if role else step.role
        if step.role in authors:
            yield Remark(
                step.key,
                _("“{chain}”里“{role}”既起草又批准。").format(chain=chain.name, role=name),
                _("请换一个批准岗位，或把它从 authors 里去掉。"),
            )
        elif role is not None and role.deputies and set(role.deputies) <= authors:
            yield Remark(
                step.key,
                _("“{chain}”里“{role}”的替补都是起草人，他不在时无人能批。").format(
                    chain=chain.name, role=name
                ),
                _("请给这个岗位加一个不起草的替补。"),
            )


def _exactly_one(purpose: Purpose, level: Level, document: PlanDocument) -> Iterator[Remark]:
    chains = [c for c in document.approvals if c.purpose == purpose and level.key in c.levels]
    if not chains:
        yield Remark(
            level.key,
            _("“{level}”没有 {purpose} 的审批流程，文稿无人能批。").format(level=level.name, purpose=purpose),
            _("请在 approvals 里给这一级补上。"),
        )
    for extra in chains[1:]:
        yield Remark(
            extra.key,
            _("“{level}”的 {purpose} 有两条审批流程：“{first}”和“{second}”。").format(
                level=level.name, purpose=purpose, first=chains[0].name, second=extra.name
            ),
            _("请让每一级只属于其中一条。"),
        )


def _ends_with_approver(level: Level, document: PlanDocument) -> Iterator[Remark]:
    chain = document.chain_for("statement", level.key)
    if chain is not None and chain.steps[-1].role not in level.approvers:
        yield Remark(
            chain.key,
            _("“{chain}”的最后一步不是“{level}”的批准人。").format(chain=chain.name, level=level.name),
            _("请让 approvers 里的岗位签最后一步。"),
        )


def _in_time(level: Level, document: PlanDocument) -> Iterator[Remark]:
    """A statement is released after the command has heard and everybody has signed."""
    report, response = clock_of(level, "report_to_command"), clock_of(level, "first_response")
    chain = document.chain_for("statement", level.key)
    if report is None or response is None or chain is None:
        return
    needed = since_signal(report, level) + Span(chain.minutes, report.calendar)
    if not needed.surely_within(since_signal(response, level)):
        yield Remark(
            response.key,
            _(
                "“{level}”的首次回应赶不上：上报 {report} 分钟，审批 {chain} 分钟，合计超过 {limit} 分钟。"
            ).format(level=level.name, report=report.minutes, chain=chain.minutes, limit=response.minutes),
            _("请放宽首次回应，或缩短上报、审批的时间。"),
        )
