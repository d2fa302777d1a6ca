"""Rules: levels and criteria leave no gap, do not contradict each other, and mind the tone."""

from collections.abc import Iterator
from difflib import get_close_matches
from gettext import gettext as _
from itertools import pairwise

from guanlan.plan.criteria import FACTS, MEASURES, with_fallbacks
from guanlan.plan.document import PlanDocument
from guanlan.plan.examples import Outcome, run
from guanlan.plan.levels import Cell, Criterion
from guanlan.plan.remark import Remark

# Whoever reaches the first has reached the second: the second's threshold must be higher.
PART_OF_WHOLE = (
    ("complaints_24h", "complaints_72h"),
    ("top_reposts", "top_interactions"),
    ("top_video_likes", "top_interactions"),
)

# Large numbers of these are as often praise or a giveaway as trouble.
NEED_TONE = (
    "negative_24h",
    "top_interactions",
    "top_reposts",
    "top_views",
    "top_plays",
    "top_video_likes",
)
NEED_NUMBER = ("growth_7d",)


def remarks(document: PlanDocument) -> Iterator[Remark]:
    """Yield what is wrong with levels, criteria, triggers and their examples."""
    yield from _ranks(document)
    yield from _reachable(document)
    for criterion in with_fallbacks(document):
        yield from _vocabulary(criterion)
        yield from _guards(criterion)
        yield from _sources(criterion)
    for rows in _rows(document):
        yield from _order(rows, document)
    yield from _gaps(document)
    yield from _never_decides(document)
    yield from _triggers(document)
    for outcome in run(document):
        if not outcome.holds:
            yield _example(outcome)


def _ranks(document: PlanDocument) -> Iterator[Remark]:
    for expected, level in enumerate(document.by_rank, start=1):
        if level.rank != expected:
            yield Remark(
                level.key,
                _("等级的次序断档：“{name}”的 rank 是 {rank}，应是 {expected}。").format(
                    name=level.name, rank=level.rank, expected=expected
                ),
                _("请让 rank 从最重的 1 起逐级加一，不跳号、不重号。"),
            )
            return


def _reachable(document: PlanDocument) -> Iterator[Remark]:
    reached = {cell.level for criterion in document.criteria for cell in criterion.cells}
    reached |= {trigger.level for trigger in document.triggers}
    for level in document.levels:
        if level.key not in reached:
            yield Remark(
                level.key,
                _("没有任何准则能定到“{name}”。").format(name=level.name),
                _("请给这一级写上阈值或直接触发的事实，或删去这一级。"),
            )


def _vocabulary(criterion: Criterion) -> Iterator[Remark]:
    if criterion.measure not in MEASURES:
        yield _unknown(criterion.key, criterion.measure, MEASURES)
    for cell in criterion.cells:
        named = {name for example in (*cell.fires, *cell.just_not) for name in example}
        for name in sorted(named - set(MEASURES) - {criterion.measure}):
            yield _unknown(criterion.key, name, MEASURES)


def _unknown(key: str, name: str, known: tuple[str, ...]) -> Remark:
    guess = get_close_matches(name, known, n=1)
    remedy = _("可用的有：{names}。").format(names=_("、").join(known))
    if guess:
        remedy = _("是不是“{guess}”？").format(guess=guess[0])
    return Remark(key, _("“{key}”用到的“{name}”系统并不测量。").format(key=key, name=name), remedy)


def _guards(criterion: Criterion) -> Iterator[Remark]:
    if criterion.measure in NEED_TONE and not criterion.minimum_negative_permille:
        yield Remark(
            criterion.key,
            _("“{name}”只看数量不看褒贬，抽奖帖也会被当成事件。").format(name=criterion.name),
            _("请写上 minimum_negative_permille（负面占比的下限，千分数）。"),
        )
    if criterion.measure in NEED_NUMBER and not criterion.minimum_posts:
        yield Remark(
            criterion.key,
            _("“{name}”只看涨幅不看条数，从一条涨到六条也会触发。").format(name=criterion.name),
            _("请写上 minimum_posts（24 小时负面帖文的最少条数）。"),
        )


def _sources(criterion: Criterion) -> Iterator[Remark]:
    remedy = _("请在 source 写上出处；自己定的也请写明理由。")
    if not criterion.source.strip():
        yield Remark(criterion.key, _("“{name}”没有写出处。").format(name=criterion.name), remedy)
    for cell in criterion.cells:
        if not cell.source.strip():
            sentence = _("“{name}”在等级 {level} 的阈值没有写出处。")
            yield Remark(criterion.key, sentence.format(name=criterion.name, level=cell.level), remedy)


Row = tuple[Criterion, Cell]


def _rows(document: PlanDocument) -> Iterator[list[Row]]:
    """Cells that belong on one scale: those of one measure, and those of each fallback."""
    for measure in dict.fromkeys(criterion.measure for criterion in document.criteria):
        yield [(row, cell) for row in document.criteria if row.measure == measure for cell in row.cells]
    for criterion in with_fallbacks(document):
        if criterion not in document.criteria:
            yield [(criterion, cell) for cell in criterion.cells]


def _order(rows: list[Row], document: PlanDocument) -> Iterator[Remark]:
    ranks = {level.key: level.rank for level in document.levels}
    known = sorted((row for row in rows if row[1].level in ranks), key=lambda row: ranks[row[1].level])
    for (one, graver), (other, lighter) in pairwise(known):
        if graver.level == lighter.level:
            yield _twice(one, other, graver.level)
        elif graver.at_least <= lighter.at_least:
            yield _reversed(one, graver, lighter)


def _twice(one: Criterion, other: Criterion, level: str) -> Remark:
    return Remark(
        other.key,
        _("“{name}”与“{first}”重叠：都用 {measure} 定等级 {level}。").format(
            name=other.name, first=one.name, measure=other.measure, level=level
        ),
        _("请只在一处写这个等级的阈值。"),
    )


def _reversed(criterion: Criterion, graver: Cell, lighter: Cell) -> Remark:
    return Remark(
        criterion.key,
        _("“{name}”的阈值倒挂：等级 {graver} 从 {high} 起，更轻的等级 {lighter} 却从 {low} 起。").format(
            name=criterion.name,
            graver=graver.level,
            high=graver.at_least,
            lighter=lighter.level,
            low=lighter.at_least,
        ),
        _("请让越重的等级阈值越高。"),
    )


def _gaps(document: PlanDocument) -> Iterator[Remark]:
    ranked = document.by_rank
    for measure in dict.fromkeys(criterion.measure for criterion in document.criteria):
        rows = [criterion for criterion in document.criteria if criterion.measure == measure]
        used = {cell.level for criterion in rows for cell in criterion.cells}
        places = [place for place, level in enumerate(ranked) if level.key in used]
        for place in range(places[0], places[-1]) if places else ():
            if place not in places:
                yield Remark(
                    rows[0].key,
                    _("“{name}”跳过了等级 {level}，数值会从更轻的一级直接跳到更重的一级。").format(
                        name=rows[0].name, level=ranked[place].key
                    ),
                    _("请补上这一级的阈值。"),
                )


def _never_decides(document: PlanDocument) -> Iterator[Remark]:
    """A part's threshold at or above its whole's: the whole always speaks first."""
    for part, whole in PART_OF_WHOLE:
        limits = {
            cell.level: cell.at_least
            for criterion in document.criteria
            for cell in criterion.cells
            if criterion.measure == whole
        }
        for criterion in document.criteria:
            for cell in criterion.cells if criterion.measure == part else ():
                if cell.at_least >= limits.get(cell.level, cell.at_least + 1):
                    yield Remark(
                        criterion.key,
                        _("“{name}”在等级 {level} 的阈值永远轮不到：{whole} 到 {limit} 时已经定级。").format(
                            name=criterion.name, level=cell.level, whole=whole, limit=limits[cell.level]
                        ),
                        _("请把这个阈值调低，或删去这一格。"),
                    )


def _triggers(document: PlanDocument) -> Iterator[Remark]:
    taken: dict[str, str] = {}
    for trigger in document.triggers:
        for fact in (trigger.fact, *trigger.fires, *trigger.just_not):
            if fact not in FACTS:
                yield _unknown(trigger.key, fact, FACTS)
        if not trigger.source.strip():
            yield Remark(
                trigger.key,
                _("“{name}”没有写出处。").format(name=trigger.name),
                _("请在 source 写上出处；自己定的也请写明理由。"),
            )
        first = taken.setdefault(trigger.fact, trigger.key)
        if first != trigger.key:
            yield Remark(
                trigger.key,
                _("“{name}”与“{first}”重叠：都由 {fact} 触发。").format(
                    name=trigger.name, first=first, fact=trigger.fact
                ),
                _("请只留一处。"),
            )


def _example(outcome: Outcome) -> Remark:
    graded = outcome.graded or _("不入级")
    wanted = outcome.level if outcome.fires else _("低于 {level}").format(level=outcome.level)
    return Remark(
        outcome.key,
        _("“{key}”的例子 {figures} 应定为 {wanted}，按阈值却是 {graded}。").format(
            key=outcome.key, figures=_figures(outcome), wanted=wanted, graded=graded
        ),
        _("请改阈值或改例子，让两者一致。"),
    )


def _figures(outcome: Outcome) -> str:
    if isinstance(outcome.figures, dict):
        return _("、").join(f"{name}={value}" for name, value in outcome.figures.items())
    return _("、").join(outcome.figures)
