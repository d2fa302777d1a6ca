"""Replay a converted set, score it against its incidents and print the table (development only).

An event is found when over half its posts come from one incident, false otherwise. Without a
file of truth a post's incident is the original it belongs to: its id up to the first slash.

    python scripts/score_replay.py posts.jsonl watches.yaml OUT [truth.jsonl]
"""

import resource
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson

COMMAND = Path(sys.executable).with_name("guanlan")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of lines."""
    with path.open("rb") as lines:
        yield from map(orjson.loads, lines)


def replayed(posts: Path, watches: Path, out: Path) -> tuple[float, float]:
    """Run the product once; return seconds of CPU and peak megabytes of memory, of all it started."""
    subprocess.run([COMMAND, "replay", posts, "--watches", watches, "--out", out], check=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def incidents(posts: Path, truth: Path | None) -> dict[str, str]:
    """Return each post's incident by its id."""
    if truth is None:
        return {row["id"]: row["id"].partition("/")[0] for row in rows(posts)}
    return {row["id"]: row["incident"] for row in rows(truth)}


def scored(posts: Path, out: Path, truth: dict[str, str]) -> list[tuple[str, str]]:
    """Return the lines of the table: name and figure."""
    times = {row["id"]: datetime.fromisoformat(row["published_at"]) for row in rows(posts)}
    by_event: dict[str, Counter[str]] = defaultdict(Counter)
    volume: dict[str, list[datetime]] = defaultdict(list)
    for row in rows(out / "posts.jsonl"):
        if row["event"]:
            by_event[row["event"]][truth[row["id"]]] += 1
        if row["watches"]:
            volume[truth[row["id"]]].append(times[row["id"]])
    owners = {event: owner(counts) for event, counts in by_event.items()}
    found = {incident for incident in owners.values() if incident}
    first: dict[str, datetime] = {}
    for row in rows(out / "signals.jsonl"):
        incident = owners.get(row["event"])
        if incident and row["level"]:
            first.setdefault(incident, datetime.fromisoformat(row["at"]))
    half = {incident: sorted(known)[len(known) // 2] for incident, known in volume.items()}
    leads = [(half[incident] - at).total_seconds() / 3600 for incident, at in first.items()]
    large = {incident for incident, known in volume.items() if len(known) >= 20}
    signalled = {row["event"] for row in rows(out / "signals.jsonl") if row["level"]}
    return [
        ("taken by a watch", f"{sum(map(len, volume.values())):,}"),
        ("incidents with 20 or more posts taken", f"{len(large):,}"),
        ("of them with an event of their own", f"{len(large & found):,}"),
        ("events", f"{len(owners):,}"),
        ("events found (over half one incident)", f"{sum(1 for one in owners.values() if one):,}"),
        ("false events", f"{sum(1 for one in owners.values() if not one):,}"),
        ("events that reached a level, false ones among them", levels(signalled, owners)),
        ("incidents with a signal", f"{len(first):,}"),
        ("signal before half-volume", f"{sum(1 for lead in leads if lead > 0):,}"),
        ("median lead on half-volume, hours", f"{median(leads):.1f}" if leads else "none"),
    ]


def owner(counts: Counter[str]) -> str | None:
    """Return the incident that over half of an event's posts come from."""
    incident, most = counts.most_common(1)[0]
    return incident if 2 * most > counts.total() else None


def levels(signalled: set[str], owners: dict[str, str | None]) -> str:
    """Return how many events had a level, and how many of them belong to no one incident."""
    return f"{len(signalled):,}, {sum(1 for event in signalled if not owners.get(event)):,}"


def main(posts: Path, watches: Path, out: Path, truth: Path | None = None) -> None:
    """Replay, score, print."""
    cpu, memory = replayed(posts, watches, out)
    count = sum(1 for _row in rows(posts))
    figures = [("posts", f"{count:,}"), *scored(posts, out, incidents(posts, truth))]
    figures += [
        ("CPU, seconds", f"{cpu:.1f}"),
        ("posts a second of CPU", f"{count / cpu:,.0f}"),
        ("peak memory, MB", f"{memory:,.0f}"),
    ]
    sys.stdout.write("| | |\n|---|---:|\n")
    sys.stdout.writelines(f"| {name} | {figure} |\n" for name, figure in figures)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
