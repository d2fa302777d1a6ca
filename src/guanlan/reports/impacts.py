"""The part of a report that says what an event did to the company, each figure with what it counts."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.documents.model import Block, Column, Heading, KeyValues, Paragraph, Run, Table, Text, text
from guanlan.incidents.models import Incident
from guanlan.incidents.wording import moment
from guanlan.reports.proofs import Proofs
from guanlan.watch.counting import Row
from guanlan.watch.impact.figures import Impact, Measured
from guanlan.watch.impact.measuring import impact
from guanlan.watch.impact.reputation import HOT_LISTS
from guanlan.watch.impact.wording import (
    Line,
    fact_name,
    headline,
    lines,
    part_name,
    percent,
    tier_name,
)
from guanlan.watch.models import Event


def blocks(event: Event, incident: Incident | None, proofs: Proofs, *, now: datetime) -> list[Block]:
    """Lay out the impact as it stands; once the response has ended, that at its beginning before it."""
    if incident is None or incident.stood_down_at is None:
        return _laid_out(impact(event, now=now), _("影响"), "impact", proofs, now)
    before = impact(event, now=incident.opened_at)
    then = _laid_out(before, _("影响：启动响应时"), "impact-opened", proofs, now)
    return then + _laid_out(impact(event, now=now), _("影响：解除以后"), "impact", proofs, now)


def _laid_out(found: Impact, title: str, code: str, proofs: Proofs, now: datetime) -> list[Block]:
    note = _("%(until)s 前 24 小时比首帖前 28 天；括号里是 95%% 把握的范围")
    columns = (
        Column(_("影响"), share=4),
        Column(_("现在"), share=5),
        Column(_("平日"), share=3),
        Column(_("变化"), share=8),
        Column(_("出处"), share=3),
    )
    rows = tuple(_row(line, f"{code}-{line.measured.code}", proofs) for line in lines(found))
    return [
        Heading(title, note % {"until": moment(found.until, now)}),
        Paragraph(text(headline(found))),
        Table(columns, rows),
        KeyValues(_besides(found, code, proofs, now)),
    ]


def _row(line: Line, code: str, proofs: Proofs) -> tuple[Text, ...]:
    one = line.measured
    name = _("%(part)s：%(name)s") % {"part": part_name(one.part), "name": line.name}
    change = text(line.change, strong=line.is_higher)
    if one.part == "business":
        now = proofs.days(line.now, code, _("%(name)s：现在这一天") % {"name": line.name}, one.days)
        counts = _("%(name)s：平日的 %(count)d 天") % {"name": line.name, "count": len(one.days_before)}
        usual = proofs.days(line.usual, f"{code}-before", counts, one.days_before)
        by = "、".join(sorted({day.given_by.name for day in one.days + one.days_before}))
        return text(name), (now,), (usual,), change, text(_("%(names)s填报") % {"names": by} if by else "—")
    return text(name), text(line.now), text(line.usual), change, _proof(one, line.name, code, proofs)


def _proof(one: Measured, name: str, code: str, proofs: Proofs) -> Text:
    """Point to the posts counted now and usually; of a share also to what it is of."""
    lists: Sequence[tuple[str, str, Sequence[Row]]] = (
        (code, _("%(name)s：近 24 小时"), one.rows),
        (f"{code}-beside", _("%(name)s的分母：近 24 小时他人帖文"), one.beside),
        (f"{code}-before", _("%(name)s：首帖前 28 天"), one.before),
        (f"{code}-before-beside", _("%(name)s的分母：首帖前 28 天他人帖文"), one.before_beside),
    )
    marks = tuple(proofs.roll(kept, words % {"name": name}, rows) for kept, words, rows in lists if rows)
    return (Run("" if marks else "—", rolls=marks),)


def _besides(found: Impact, code: str, proofs: Proofs, now: datetime) -> tuple[tuple[str, Text], ...]:
    """Say what is no figure: words, tiers, hot lists, and what the figures cannot show."""
    rows: list[tuple[str, Text]] = [(_("多起来的说法"), _words(found, code, proofs))]
    if found.tiers:
        rows.append((_("媒体级别"), _tiers(found, code, proofs)))
    told = [
        _("%(name)s：%(ground)s（%(who)s %(at)s 登记）")
        % {
            "name": fact_name(fact.fact),
            "ground": fact.ground,
            "who": fact.person.name,
            "at": moment(fact.at, now),
        }
        for fact in found.stated
    ]
    if not any(fact.fact in HOT_LISTS for fact in found.stated):
        told.append(_("热榜未知：没有接入热榜，也没有人登记上榜"))
    rows.append((_("登记"), text("；".join(told))))
    noted = next((one.noted for one in found.of("image") if one.noted), None)
    if noted is not None:
        words = _("平日里有 %(count)s 条是补录的往日数量，没有帖文可列")
        rows.append((_("说明"), text(words % {"count": f"{noted.of:,}"})))
    return tuple(rows)


def _words(found: Impact, code: str, proofs: Proofs) -> Text:
    if found.words_unknown:
        return text(_("未知：%(why)s") % {"why": found.words_unknown})
    said = [
        proofs.few_or_roll(
            _("%(word)s %(now)s（平日 %(usual)s） ")
            % {
                "word": one.word,
                "now": percent(one.now.count, one.now.of),
                "usual": percent(one.usual.count, one.usual.of),
            },
            f"{code}-word-{place}",
            _("说到“%(word)s”的负面帖文") % {"word": one.word},
            one.rows,
        )
        for place, one in enumerate(found.words, start=1)
    ]
    return tuple(said) or text(_("没有明显多起来的"))


def _tiers(found: Impact, code: str, proofs: Proofs) -> Text:
    return tuple(
        proofs.few_or_roll(
            _("%(tier)s %(count)d 家%(names)s ")
            % {
                "tier": tier_name(tier.code),
                "count": len(tier.rows),
                "names": f"（{'、'.join(tier.names)}）" if tier.names else "",
            },
            f"{code}-tier-{tier.code}",
            _("%(tier)s媒体的帖文，一家一条") % {"tier": tier_name(tier.code)},
            tier.rows,
        )
        for tier in found.tiers
    )
