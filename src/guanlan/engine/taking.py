"""Takes one post into a stream: whose it is, which event it goes to, where it came from."""

from typing import NamedTuple

import numpy as np

from guanlan.engine.ledger import COUNTS, NO_EVENT
from guanlan.engine.measures import HOUR_US, Hours
from guanlan.engine.naming import clauses, wants
from guanlan.engine.reading import Reading
from guanlan.engine.seen import NO_ROW
from guanlan.engine.stream import Stream
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.text import SEPARATOR, encode
from guanlan.engine.topics import Terms

_GAP = chr(SEPARATOR)
SHORT = -1  # stands for a platform in the series of short posts that wait


class Kin(NamedTuple):
    """Ledger rows of the posts that one belongs to, NO_ROW where there is none."""

    parent: int  # it answers this one
    origin: int  # it reposts this one
    copied: int  # it says the same as this one
    thread: int  # fingerprint of its thread's first post


def take(stream: Stream, reading: Reading, post: int, negative_at: int) -> None:
    """Take one post of a batch: a further sight of a known one, or a new one."""
    if reading.known[post]:
        _sight(stream, reading, post)
        return
    kin = _kin(stream, reading, post)
    watches = _watches(stream, reading, post, kin)
    if not watches:
        return
    rows = _enter(stream, reading, post, watches, kin, negative_at)
    for row in rows:
        _place(stream, reading, post, row, kin)
        _hear(stream, reading, post, row)
        _count(stream, row)
        _trace(stream, reading, post, row, kin)


def _sight(stream: Stream, reading: Reading, post: int) -> None:
    """Take the new counts of a post that was seen before; a count now unknown stays as it was."""
    first = stream.seen.row(int(reading.keys[post]))
    rows = stream.taken[post] = stream.ledger.rows(first)
    for row in rows:
        changed = False
        for name in COUNTS:
            value = reading.numbers[name][post]
            if value >= 0 and value != stream.ledger[name][row]:
                stream.ledger[name][row] = value
                changed = True
        number = stream.event_of(row)
        if changed and number is not None:
            stream.touch(number, late=False)


def _kin(stream: Stream, reading: Reading, post: int) -> Kin:
    key, parent_key, origin_key = (
        int(keys[post]) for keys in (reading.keys, reading.parents, reading.origins)
    )
    parent = stream.seen.row(parent_key) if parent_key else NO_ROW
    origin = stream.seen.row(origin_key) if origin_key else NO_ROW
    original = reading.copies.get(post)
    copied = stream.seen.row(original[1]) if original else NO_ROW
    thread = parent_key or key
    if parent != NO_ROW:
        thread = int(stream.ledger["thread"][parent])
    return Kin(parent, origin, copied, thread)


def _watches(stream: Stream, reading: Reading, post: int, kin: Kin) -> list[int]:
    """Return the watches that the post's own words hit, or its thread's or the reposted post's."""
    watches = {stream.names[hit.watch] for hit in reading.hits.get(post, ())}
    if reading.parents[post]:
        watches.update(stream.gather.thread(kin.thread))
    for row in (kin.parent, kin.origin):
        watches.update(int(stream.ledger["watch"][r]) for r in stream.ledger.rows(row))
    return sorted(watches)


def _enter(
    stream: Stream, reading: Reading, post: int, watches: list[int], kin: Kin, negative_at: int
) -> list[int]:
    """Write the post's rows into the ledger, one per watch; return them."""
    ledger = stream.ledger
    copied = kin.copied != NO_ROW
    negative = ledger["negative"][kin.copied] if copied else reading.stance[post, 0] >= negative_at
    author, platform = int(reading.authors[post]), reading.words["platform"][post]
    values = {name: reading.numbers[name][post] for name in COUNTS} | {
        "at": int(reading.at[post]),
        "media": reading.numbers["media"][post],
        "negative": negative,
        "repeat": copied and author != 0 and author == int(ledger["author"][kin.copied]),
        "reply": bool(reading.parents[post]),
        "author": author,
        "followers": reading.numbers["author_followers"][post],
        "platform": stream.platforms.setdefault(platform, len(stream.platforms)),
        "event": NO_EVENT,
        "twin": -1,
        "original": kin.copied,
        "thread": kin.thread,
    }
    name, post_id = reading.words["author"][post], reading.words["id"][post]
    owners = {stream.names[watch.name]: watch.own_accounts for watch in stream.watches}
    rows: list[int] = []
    for watch in watches:
        ours = name is not None and name in owners.get(watch, ())
        rows.append(ledger.append(post_id, values | {"watch": watch, "ours": ours}))
        if len(rows) > 1:
            ledger["twin"][rows[-2]] = rows[-1]
    stream.seen.bind(int(reading.keys[post]), rows[0])
    stream.taken[post] = rows
    return rows


def _place(stream: Stream, reading: Reading, post: int, row: int, kin: Kin) -> None:
    """Find the row's event, if it has one already."""
    watch, at = int(stream.ledger["watch"][row]), int(reading.clocks[post])
    number = _inherited(stream, watch, kin)
    gather = stream.gather
    if number is not None:
        stream.join(number, row)
        if reading.parents[post]:
            _follow(stream, gather.settle_thread(kin.thread, watch, number, at), number)
    elif reading.parents[post]:
        number, waited = gather.comment(kin.thread, watch, _terms(stream, reading, post, watch), at, row)
        if number is not None:
            stream.join(number, row)
            _follow(stream, [stream.row_under(kin.parent, watch), *waited], number)
    else:
        number = gather.post(watch, _terms(stream, reading, post, watch), at, row)
        if number is not None:
            stream.join(number, row)
        else:
            stream.bursts.add((watch, SHORT), int(reading.at[post]))


def _follow(stream: Stream, rows: list[int], number: int) -> None:
    """Let rows that waited for an event go to it, those that still have none."""
    for row in rows:
        if row >= 0 and stream.event_of(row) is None:
            stream.join(number, row, moved=True)


def _inherited(stream: Stream, watch: int, kin: Kin) -> int | None:
    """Return the event of the row's thread, reposted post or original, in this order."""
    thread = stream.gather.thread(kin.thread).get(watch)
    if thread is not None and thread.number is not None and thread.number in stream.events:
        return thread.number
    for row in (kin.parent, kin.origin, kin.copied):
        number = stream.event_of(stream.row_under(row, watch))
        if number is not None:
            return number
    return None


def _hear(stream: Stream, reading: Reading, post: int, row: int) -> None:
    """Keep what the post says among the clauses that its event may be named by."""
    number = stream.event_of(row)
    if number is not None and wants(len(stream.events[number].rows)):
        stream.events[number].hear(clauses(reading.words["title"][post], reading.words["text"][post]))


def _terms(stream: Stream, reading: Reading, post: int, watch: int) -> Terms:
    """Return the post's terms, those left out that only say whom the watch is about."""
    said, terms = reading.texts.string(post), np.empty(MOST_TERMS, np.uint64)
    for words in stream.subjects.get(watch, ()):
        said = said.replace(words, _GAP)
    codes = encode(said)
    return terms[: collect(codes, 0, codes.size, watch, KINDS, stream.lexicon.cutter, terms)].copy()


def _count(stream: Stream, row: int) -> None:
    """Count the row in its own hour and in the series of its watch and platform."""
    ledger = stream.ledger
    watch, platform, at = (int(ledger[name][row]) for name in ("watch", "platform", "at"))
    hours = stream.hours.setdefault(watch, Hours(stream.clock // HOUR_US))
    ledger["counted"][row] = hours.add(at, stream.clock, ledger.against(row))
    stream.bursts.add((watch,), at)
    stream.bursts.add((watch, platform), at)


def _trace(stream: Stream, reading: Reading, post: int, row: int, kin: Kin) -> None:
    """Note where the row came from, and that others may come from it."""
    ledger, watch = stream.ledger, int(stream.ledger["watch"][row])
    above = kin.parent if kin.parent != NO_ROW else kin.origin
    text = reading.words["text"][post] or ""
    kind, source = stream.spread.source(
        watch, text, stream.row_under(above, watch), stream.row_under(kin.copied, watch)
    )
    ledger["edge"][row], ledger["source"][row] = kind, source
    stream.spread.remember(watch, reading.words["author"][post], reading.words["url"][post], row)
