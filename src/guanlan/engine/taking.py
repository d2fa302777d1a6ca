"""Takes one post into a stream: whose it is, which event it goes to, where it came from."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guanlan.engine import harm
from guanlan.engine.ledger import COUNTS, NO_EVENT
from guanlan.engine.naming import wants
from guanlan.engine.placing import Batch, Rows, place, rows_for
from guanlan.engine.reading import Reading
from guanlan.engine.seen import NO_ROW
from guanlan.engine.stream import Stream
from guanlan.engine.terms import KINDS, MOST_TERMS, collect
from guanlan.engine.text import SEPARATOR, encode
from guanlan.engine.topics import Terms

_GAP = chr(SEPARATOR)
FEW = 8  # posts, below which handing everything to the compiled loop costs more than it saves
SHORT = -1  # stands for a platform in the series of short posts that wait


class Kin(NamedTuple):
    """Ledger rows of the posts that one belongs to, NO_ROW where there is none."""

    parent: int  # it answers this one
    origin: int  # it reposts this one
    copied: int  # it says the same as this one
    thread: int  # fingerprint of its thread's first post


class Taker:
    """Takes the posts of one batch, in runs that need nothing looked up between them."""

    def __init__(self, stream: Stream, reading: Reading) -> None:
        self._stream, self._reading = stream, reading
        hits = reading.hits
        numbers = np.array([stream.names[watch.name] for watch in hits.watches], np.int64)
        pairs = (
            np.unique((hits.posts.astype(np.int64) << 32) | numbers[hits.of]) if hits.posts.size else _NONE
        )
        self._pair_posts, self._pair_watches = pairs >> 32, pairs & 0xFFFFFFFF
        self._alone = ~reading.known & (reading.parents == 0) & (reading.origins == 0)
        self._batch: Batch | None = None

    def runs(self) -> Iterator[list[int]]:
        """Yield the posts that concern somebody: one, or several of a minute that stand alone."""
        reading, gather = self._reading, self._stream.gather
        active = reading.active()
        alone, minutes = self._alone[active].tolist(), (reading.clocks[active] // 60_000_000).tolist()
        keys, posts = reading.keys[active].tolist(), active.tolist()
        first = 0
        while first < len(posts):
            last = first + 1
            if alone[first] and not gather.holds(keys[first]):
                while (
                    last < len(posts)
                    and alone[last]
                    and minutes[last] == minutes[first]
                    and not gather.holds(keys[last])
                ):
                    last += 1
            yield posts[first:last]
            first = last

    def take(self, posts: list[int]) -> None:
        """Take a run: further sights of known posts, or new ones."""
        if len(posts) >= FEW:
            self._place(posts)
            return
        for post in posts:
            self._stream.clock = int(self._reading.clocks[post])
            _take(self._stream, self._reading, post)

    def _place(self, posts: list[int]) -> None:
        stream, reading = self._stream, self._reading
        first, last = np.searchsorted(self._pair_posts, (posts[0], posts[-1] + 1)).tolist()
        if first < last:
            made, base = self._rows(first, last), len(stream.ledger)
            self._run(made, base)
            self._tell(made, base)
        stream.clock = int(reading.clocks[posts[-1]])

    def _rows(self, first: int, last: int) -> Rows:
        """Return the rows from one pair of post and watch to another."""
        posts, watches = self._pair_posts[first:last], self._pair_watches[first:last]
        ours, names = np.zeros(posts.size, np.bool_), self._reading.words["author"]
        if self._stream.owners:
            for k, (post, watch) in enumerate(zip(posts.tolist(), watches.tolist(), strict=True)):
                ours[k] = watch in self._stream.owners.get(names[post], ())
        return rows_for(posts, watches, ours)

    def _run(self, rows: Rows, base: int) -> None:
        """Let the compiled loop place the rows, and take over what it decided."""
        stream, gather = self._stream, self._stream.gather
        batch = self._columns(rows)
        whole = stream.ledger.reserve(rows.posts.size)
        surging = gather.surging(len(stream.names))
        words = (stream.subject_codes, KINDS, stream.lexicon.cutter)
        counters = np.array([base, gather.last_number, -2], np.int64)
        at = 0
        while True:
            at = place(
                at, rows, batch, whole, stream.seen.held, gather.topics.index, words, surging, counters
            )
            if at == rows.posts.size:
                break
            gather.topics.make_room()
        ids = self._reading.words["id"]
        stream.ledger.ids += [ids[post] for post in rows.posts.tolist()]
        for k in np.flatnonzero(rows.founded >= 0).tolist():
            gather.founded(int(rows.events[k]), int(rows.founded[k]))
        gather.surged(surging[1])

    def _columns(self, rows: Rows) -> Batch:
        """Return the batch as columns, the platforms of the rows' posts numbered."""
        stream, reading = self._stream, self._reading
        if self._batch is None:
            copied = np.zeros(len(reading.texts), np.uint64)
            for post, (_name, key) in reading.copies.items():
                copied[post] = key
            self._batch = Batch(
                reading.texts.codes,
                reading.texts.starts,
                reading.at,
                reading.clocks,
                reading.keys,
                copied,
                reading.negative,
                reading.authors,
                np.array(reading.numbers["media"], np.int64),
                np.array(reading.numbers["author_followers"], np.int64),
                np.array([reading.numbers[name] for name in COUNTS], np.int64),
                np.zeros(len(reading.texts), np.int64),
                _harms(reading),
            )
        names, platforms = reading.words["platform"], stream.platforms
        for post in rows.posts.tolist():
            self._batch.platforms[post] = platforms.setdefault(names[post], len(platforms))
        return self._batch

    def _tell(self, rows: Rows, base: int) -> None:
        """Bring the rows to their events, series and hours, and to those who may follow."""
        stream, reading = self._stream, self._reading
        ledger, span = stream.ledger, slice(base, base + rows.posts.size)
        clocks, ats, posts, events = (
            reading.clocks[rows.posts],
            reading.at[rows.posts],
            rows.posts.tolist(),
            rows.events.tolist(),
        )
        stream.taken += zip(posts, range(span.start, span.stop), strict=True)
        stream.join_all(events, base, posts, reading)
        for k in np.flatnonzero(rows.waiting >= 0).tolist():
            terms = rows.terms[k, : rows.waiting[k]].copy()
            stream.gather.wait(int(rows.watches[k]), terms, int(clocks[k]), base + k)
        against = ledger["negative"][span] & ~ledger["ours"][span] & ~ledger["repeat"][span]
        ledger["counted"][span] = stream.hours.add(rows.watches, ats, clocks, against)
        self._trace(rows, base)
        lines = zip(rows.watches.tolist(), ledger["platform"][span].tolist(), events, strict=True)
        series = [
            one
            for watch, platform, event in lines
            for one in (((watch, SHORT),) if event == NO_EVENT else ()) + ((watch,), (watch, platform))
        ]
        stream.bursts.add_all(series, np.repeat(ats, 2 + (rows.events == NO_EVENT)))

    def _trace(self, rows: Rows, base: int) -> None:
        """Note where the rows came from that name somebody, and that others may come from any."""
        stream, reading, texts = self._stream, self._reading, self._reading.words["text"]
        authors, addresses = reading.authors[rows.posts], reading.addresses[rows.posts]
        named = [k for k, post in enumerate(rows.posts.tolist()) if _names(texts[post])]
        begin = 0
        for k in [*named, rows.posts.size]:
            noted = slice(begin, k)
            stream.spread.remember(rows.watches[noted], authors[noted], addresses[noted], base + begin)
            begin = k
            if k < rows.posts.size:
                watch = int(rows.watches[k])
                copied = stream.row_under(int(rows.copied[k]), watch)
                kind, source = stream.spread.source(watch, texts[rows.posts[k]], -1, copied)
                stream.ledger["edge"][base + k], stream.ledger["source"][base + k] = kind, source


def _names(text: str | None) -> bool:
    """Say whether a text may name whom it came from."""
    return text is not None and ("@" in text or "http" in text)


_NONE = np.zeros(0, np.int64)


def _harms(reading: Reading) -> NDArray[np.int16]:
    """Return the flags of harm that each post sets, a bit each; a copy sets none."""
    masks = np.zeros(len(reading.texts), np.int16)
    for post, signs in reading.harms.items():
        masks[post] = 0 if post in reading.copies else harm.mask(signs)
    return masks


def _take(stream: Stream, reading: Reading, post: int) -> None:
    """Take one post, of whatever kind."""
    if reading.known[post]:
        _sight(stream, reading, post)
        return
    kin = _kin(stream, reading, post)
    watches = _watches(stream, reading, post, kin)
    if not watches:
        return
    rows = _enter(stream, reading, post, watches, kin)
    for row in rows:
        _attach(stream, reading, post, row, kin)
        _hear(stream, reading, post, row)
        _count(stream, reading, post, row)
        _trace(stream, reading, post, row, kin)


def _sight(stream: Stream, reading: Reading, post: int) -> None:
    """Take the new counts of a post that was seen before; a count now unknown stays as it was."""
    first = stream.seen.row(int(reading.keys[post]))
    rows = stream.ledger.rows(first)
    stream.taken += [(post, row) for row in rows]
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
    first, last = np.searchsorted(reading.hits.posts, (post, post + 1))
    watches = {stream.names[reading.hits.watches[of].name] for of in reading.hits.of[first:last].tolist()}
    if reading.parents[post]:
        watches.update(stream.gather.thread(kin.thread))
    for row in (kin.parent, kin.origin):
        watches.update(int(stream.ledger["watch"][r]) for r in stream.ledger.rows(row))
    return sorted(watches)


def _enter(stream: Stream, reading: Reading, post: int, watches: list[int], kin: Kin) -> list[int]:
    """Write the post's rows into the ledger, one per watch; return them."""
    ledger = stream.ledger
    copied = kin.copied != NO_ROW
    negative = ledger["negative"][kin.copied] if copied else reading.negative[post]
    author, platform = int(reading.authors[post]), reading.words["platform"][post]
    values = {name: reading.numbers[name][post] for name in COUNTS} | {
        "at": int(reading.at[post]),
        "media": reading.numbers["media"][post],
        "negative": negative,
        "repeat": copied and author != 0 and author == int(ledger["author"][kin.copied]),
        "reply": bool(reading.parents[post]),
        "author": author,
        "harms": 0 if post in reading.copies else harm.mask(reading.harms.get(post, ())),
        "followers": reading.numbers["author_followers"][post],
        "platform": stream.platforms.setdefault(platform, len(stream.platforms)),
        "event": NO_EVENT,
        "twin": -1,
        "original": kin.copied,
        "thread": kin.thread,
    }
    name, post_id = reading.words["author"][post], reading.words["id"][post]
    owned: Collection[int] = stream.owners.get(name, ()) if name is not None else ()
    rows: list[int] = []
    for watch in watches:
        rows.append(ledger.append(post_id, values | {"watch": watch, "ours": watch in owned}))
        if len(rows) > 1:
            ledger["twin"][rows[-2]] = rows[-1]
    stream.seen.bind(int(reading.keys[post]), rows[0])
    stream.taken += [(post, row) for row in rows]
    return rows


def _attach(stream: Stream, reading: Reading, post: int, row: int, kin: Kin) -> None:
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
        stream.events[number].unread += (reading.words["title"][post], reading.words["text"][post])


def _terms(stream: Stream, reading: Reading, post: int, watch: int) -> Terms:
    return terms_of(stream, reading.texts.string(post), watch)


def terms_of(stream: Stream, said: str, watch: int) -> Terms:
    """Return the terms of normalised text, those left out that only say whom the watch is about."""
    terms = np.empty(MOST_TERMS, np.uint64)
    for words in stream.subjects.get(watch, ()):
        said = said.replace(words, _GAP)
    codes = encode(said)
    return terms[: collect(codes, 0, codes.size, watch, KINDS, stream.lexicon.cutter, terms)].copy()


def _count(stream: Stream, reading: Reading, post: int, row: int) -> None:
    """Count the row in its own hour and in the series of its watch and platform."""
    ledger, one = stream.ledger, slice(post, post + 1)
    watch, platform, at = (int(ledger[name][row]) for name in ("watch", "platform", "at"))
    against = np.array([ledger.against(row)])
    (ledger["counted"][row],) = stream.hours.add(
        np.array([watch]), reading.at[one], reading.clocks[one], against
    )
    stream.bursts.add((watch,), at)
    stream.bursts.add((watch, platform), at)


def _trace(stream: Stream, reading: Reading, post: int, row: int, kin: Kin) -> None:
    """Note where the row came from, and that others may come from it."""
    ledger, watch, one = stream.ledger, int(stream.ledger["watch"][row]), slice(post, post + 1)
    above = kin.parent if kin.parent != NO_ROW else kin.origin
    text = reading.words["text"][post] or ""
    kind, source = stream.spread.source(
        watch, text, stream.row_under(above, watch), stream.row_under(kin.copied, watch)
    )
    ledger["edge"][row], ledger["source"][row] = kind, source
    stream.spread.remember(np.array([watch]), reading.authors[one], reading.addresses[one], row)
