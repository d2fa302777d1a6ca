"""A Word plan on screen: taken in, placed line by line beside its text, made a draft."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from guanlan.errors import Refused
from guanlan.people.permissions import require
from guanlan.people.requests import PersonRequest
from guanlan.plan.editing.forms import chosen
from guanlan.plan.models import WordPlan
from guanlan.plan.permissions import MANAGE
from guanlan.plan.queries import in_force
from guanlan.plan.word_import.actions import draft_from_word, place_lines, take_word
from guanlan.plan.word_import.forms import BaseForm, GroundsForm, WordForm
from guanlan.plan.word_import.hints import Hint, hints
from guanlan.plan.word_import.joining import cited
from guanlan.plan.word_import.placing import CHAPTER, PLACES, built
from guanlan.plan.word_import.queries import lines_of, plan_name
from guanlan.plan.word_import.reading import Line


@dataclass(frozen=True)
class Row:
    """A line beside where it goes: its place, and what begins there (2.1 监测组)."""

    at: int
    line: Line
    place: str
    begins: str
    hints: list[Hint]


@login_required
def upload(request: PersonRequest) -> HttpResponse:
    """Take a Word file, or say why not; show the files that wait."""
    require(request.user, MANAGE, at=request.now)
    form = WordForm(request.POST, request.FILES) if request.method == "POST" else WordForm()
    refusal, status = "", 422 if form.is_bound else 200
    if form.is_valid():
        try:
            word = take_word(
                stream=request.stream, upload=form.cleaned_data["word"], person=request.user, now=request.now
            )
        except Refused as refused:
            refusal, status = refused.sentence, refused.status
        else:
            return redirect("plan-word", word.key)
    waiting = WordPlan.visible_to(request.user).filter(draft=None, stream=request.stream)
    page = {
        "form": form,
        "refusal": refusal,
        "waiting": waiting.select_related("file", "taken_by").order_by("-taken_at")[:10],
    }
    return render(request, "plan/word_import/upload.html", page, status=status)


@login_required
def place(request: PersonRequest, key: str) -> HttpResponse:
    """Show each line beside where it goes; take other places."""
    require(request.user, MANAGE, at=request.now)
    word = _word(request, key)
    if request.method == "POST":
        places = [request.POST.get(f"place-{at}", "") for at in range(len(word.places))]
        place_lines(word=word, places=places, person=request.user, now=request.now)
        if "onwards" in request.POST:
            return redirect("plan-word-draft", word.key)
        messages.success(request, _("已按您的选择重排。"))
        return redirect("plan-word", word.key)
    rows = list(_rows(word))
    page = {
        "word": word,
        "rows": rows,
        "names": _names(),
        "clauses": sum(row.place == "clause" for row in rows),
        "chapters": sum(row.place == "chapter" for row in rows),
        "hinted": sum(bool(row.hints) for row in rows),
    }
    return render(request, "plan/word_import/place.html", page)


@login_required
def draft(request: PersonRequest, key: str) -> HttpResponse:
    """Say which clause of the file each duty rests on, and make the draft."""
    require(request.user, MANAGE, at=request.now)
    word, current = _word(request, key), in_force(request.user.unit)
    asked = BaseForm(request.POST or request.GET or None, current=current)
    code = asked.cleaned_data["base_of"] if asked.is_valid() else asked.initial["base_of"]
    base, lines = chosen(code, current), lines_of(word)
    chapters = built(lines, word.places)
    form = GroundsForm(
        request.POST or None,
        rows=cited(base, chapters),
        chapters=chapters,
        current=current,
        initial={"name": plan_name(lines) or base.meta.name},
    )
    refusal, status = "", 422 if form.is_bound else 200
    if form.is_valid():
        try:
            version = draft_from_word(
                word=word,
                base=base,
                grounds=form.grounds(),
                name=form.cleaned_data["name"],
                label=form.cleaned_data["label"],
                person=request.user,
                now=request.now,
            )
        except Refused as refused:
            refusal, status = refused.sentence, refused.status
        else:
            messages.success(
                request, _("草案起好了：章节条款来自 Word，其余来自所选的预案，请一处一处核对。")
            )
            return redirect("plan-edit", version.key)
    page = {
        "word": word,
        "asked": asked,
        "code": code,
        "form": form,
        "refusal": refusal,
        "chapters": chapters,
    }
    return render(request, "plan/word_import/draft.html", page, status=status)


def _word(request: PersonRequest, key: str) -> WordPlan:
    found = WordPlan.visible_to(request.user).select_related("file", "draft", "taken_by")
    return get_object_or_404(found, key=key)


def _rows(word: WordPlan) -> Iterator[Row]:
    lines, begins = lines_of(word), dict[int, str]()
    for number, chapter in enumerate(built(lines, word.places), start=1):
        begins[chapter.at] = _("第 %(number)d 章 %(title)s") % {"number": number, "title": chapter.title}
        for place, clause in enumerate(chapter.clauses, start=1):
            before = f"{begins[clause.at]}；" if clause.at == chapter.at else ""
            begins[clause.at] = f"{before}{number}.{place} {clause.title}"
    for at, (line, chosen_place) in enumerate(zip(lines, word.places, strict=True)):
        empty = _("这一章没有条款，不会写进草案") if chosen_place == CHAPTER else ""
        yield Row(at, line, chosen_place, begins.get(at, empty), list(hints(line.text)))


def _names() -> list[tuple[str, str]]:
    names: dict[str, Any] = {
        "chapter": _("章"),
        "clause": _("条款"),
        "text": _("并入上一条"),
        "skip": _("跳过"),
    }
    return [(place, names[place]) for place in PLACES]
