"""What becomes of a merge or split by hand in the transaction that stores its journal entry."""

from typing import Any

from guanlan.engine.results import Results
from guanlan.watch.models import Event, JournalEntry, Reading, Regrouping

State = Regrouping.State


def asked_by(entry: JournalEntry) -> Regrouping | None:
    """Return the regrouping that an entry carries out, or None."""
    key = entry.change.get("regrouping") if entry.kind == JournalEntry.Kind.CHANGE else None
    found = Regrouping.objects.select_related("other", "undoes").filter(key=key) if key else None
    return found.first() if found is not None else None


def begin(asked: Regrouping, change: dict[str, Any], results: Results) -> None:
    """Before anything is stored: note which posts go, or let the event of a merge stand again."""
    if asked.kind == Regrouping.Kind.MERGED:
        pair = (change["gone"], change["into"])
        if pair in {(merged.gone, merged.into) for merged in results.merged}:
            going = Reading.objects.filter(event=asked.other).order_by("post_id")
            asked.posts = list(going.values_list("post_id", flat=True))
            asked.state = State.DONE
        else:
            asked.state = State.FAILED
    elif results.split and asked.undoes is not None and asked.other is not None:
        # The engine founded it anew: the old row goes on under the new code.
        Event.objects.filter(pk=asked.other.pk).update(
            code=results.split[0].into, state=asked.undoes.was, merged_into=None
        )


def end(asked: Regrouping, results: Results, seq: int) -> None:
    """After everything is stored: note what came of it."""
    if asked.kind == Regrouping.Kind.SPLIT:
        asked.state = State.DONE if results.split else State.FAILED
        if results.split:
            asked.other = Event.objects.get(stream=asked.stream_id, code=results.split[0].into)
    asked.changed_seq = seq
    asked.save(update_fields=["state", "other", "posts", "changed_seq"])
