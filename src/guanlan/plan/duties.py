"""Rules: every clock is somebody's duty, and every duty can be done in its time."""

from collections.abc import Iterator
from gettext import gettext as _
from itertools import pairwise

from guanlan.plan.document import Duty, PlanDocument, Times
from guanlan.plan.fields import Step
from guanlan.plan.levels import Level
from guanlan.plan.remark import Remark
from guanlan.plan.timing import Span, clock_of, since_signal, until_confirmed

SIGNED: tuple[Step, ...] = ("first_response", "full_response")


def remarks(document: PlanDocument) -> Iterator[Remark]:
    """Yield what is wrong with the duties."""
    for duty in document.duties:
        yield from _one_phase(duty)
        yield from _accept_before_due(duty)
        yield from _graver_first(duty, document)
        yield from _something_to_check(duty)
    for level in document.levels:
        yield from _somebody_acts(level, document)
        yield from _first_steps_to_start(level, document)
        yield from _every_clock_kept(level, document)
        for duty, times in document.duties_at(level.key):
            yield from _keeps_its_clock(duty, times, level)
            yield from _leaves_time_to_sign(duty, times, level, document)


def _one_phase(duty: Duty) -> Iterator[Remark]:
    if duty.aftermath and (duty.first_step or duty.meets):
        yield Remark(
            duty.key,
            _("“{duty}”是善后职责，结束之后才开始，不能又是先期处置或用来守时限。").format(duty=duty.title),
            _("请去掉 aftermath，或去掉 first_step 和 meets。"),
        )


def _accept_before_due(duty: Duty) -> Iterator[Remark]:
    for level, times in duty.times.items():
        if times.accept_minutes >= times.due_minutes:
            yield Remark(
                duty.key,
                _("“{duty}”在等级 {level} 要求 {due} 分钟完成，却给 {accept} 分钟才接收。").format(
                    duty=duty.title, level=level, due=times.due_minutes, accept=times.accept_minutes
                ),
                _("请让接收时限早于完成时限。"),
            )


def _graver_first(duty: Duty, document: PlanDocument) -> Iterator[Remark]:
    levels = [level.key for level in document.by_rank if level.key in duty.times]
    for graver, lighter in pairwise(levels):
        above, below = duty.times[graver], duty.times[lighter]
        slower = not _span(above).surely_within(_span(below)) or above.accept_minutes > below.accept_minutes
        if slower:
            yield Remark(
                duty.key,
                _("“{duty}”在更轻的等级 {lighter} 反而比 {graver} 更急。").format(
                    duty=duty.title, lighter=lighter, graver=graver
                ),
                _("请让更重的等级时限更短或相等。"),
            )


def _something_to_check(duty: Duty) -> Iterator[Remark]:
    if duty.checked_by and not duty.evidence:
        yield Remark(
            duty.key,
            _("“{duty}”要人验收，却没有写要什么凭证，验收人无从看起。").format(duty=duty.title),
            _("请写明 evidence，或去掉 checked_by。"),
        )


def _span(times: Times) -> Span:
    return Span(times.due_minutes, times.calendar)


def _somebody_acts(level: Level, document: PlanDocument) -> Iterator[Remark]:
    if not document.duties_at(level.key):
        yield Remark(
            level.key,
            _("“{level}”没有任何职责，启动后无事可做。").format(level=level.name),
            _("请在 duties 里给这一级安排职责。"),
        )


def _first_steps_to_start(level: Level, document: PlanDocument) -> Iterator[Remark]:
    if level.first_by and not any(duty.first_step for duty, _times in document.duties_at(level.key)):
        yield Remark(
            level.key,
            _("“{level}”可以先行启动，却没有先期处置的职责，启动后无事可做。").format(level=level.name),
            _("请给这一级的职责写上 first_step: true，或去掉 first_by。"),
        )


def _every_clock_kept(level: Level, document: PlanDocument) -> Iterator[Remark]:
    met = {duty.meets for duty, _times in document.duties_at(level.key)}
    for clock in level.clocks:
        if clock.step not in met:
            yield Remark(
                clock.key,
                _("“{level}”的 {step} 有时限，却不是任何人的职责。").format(
                    level=level.name, step=clock.step
                ),
                _("请在相应的职责上写 meets: {step}。").format(step=clock.step),
            )


def _keeps_its_clock(duty: Duty, times: Times, level: Level) -> Iterator[Remark]:
    if duty.meets is None:
        return
    clock = clock_of(level, duty.meets)
    if clock is None:
        yield Remark(
            duty.key,
            _("“{duty}”要守 {step} 的时限，“{level}”却没有这个时限。").format(
                duty=duty.title, step=duty.meets, level=level.name
            ),
            _("请给这一级补上时限，或去掉这一级的职责。"),
        )
        return
    start = Span(0, "natural") if duty.first_step else until_confirmed(level)
    if not (start + _span(times)).surely_within(since_signal(clock, level)):
        yield Remark(
            duty.key,
            _("“{duty}”在“{level}”按时完成也守不住 {step} 的 {limit} 分钟。").format(
                duty=duty.title, level=level.name, step=duty.meets, limit=clock.minutes
            ),
            _("请缩短职责的时限，或放宽等级的时限；研判定级的时间也算在内。"),
        )


def _leaves_time_to_sign(duty: Duty, times: Times, level: Level, document: PlanDocument) -> Iterator[Remark]:
    group = document.groups.get(duty.group)
    if duty.meets not in SIGNED or group is None:
        return
    chain = document.chain_for("answer" if group.function == "service" else "statement", level.key)
    if chain is not None and times.accept_minutes + chain.minutes > times.due_minutes:
        yield Remark(
            duty.key,
            _("“{duty}”在“{level}”限 {due} 分钟，接收 {accept} 分钟加审批 {chain} 分钟就已超时。").format(
                duty=duty.title,
                level=level.name,
                due=times.due_minutes,
                accept=times.accept_minutes,
                chain=chain.minutes,
            ),
            _("请放宽职责的时限，或缩短接收、审批的时间。"),
        )
