"""The pages of instructions that were given by word of mouth (代录批示)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanlan.errors import BadInput, Refused
from guanlan.evidence.actions import keep_file
from guanlan.incidents import actions
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.forms import DisownForm, InstructionForm
from guanlan.incidents.models import Instruction
from guanlan.incidents.offering import Order
from guanlan.incidents.permissions import RECORD_INSTRUCTION
from guanlan.incidents.queries import active_incident, instructions, is_inside
from guanlan.notify.actions import mark_seen
from guanlan.notify.queries import troubles
from guanlan.people.permissions import may
from guanlan.people.requests import PersonRequest
from guanlan.plan.queries import in_force
from guanlan.watch.models import Event


@login_required
def record_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show what was said so far about an event; write down another instruction."""
    event = get_object_or_404(Event.visible_to(request.user).select_related("watch__unit", "stream"), key=key)
    active, version = active_incident(event), in_force(event.watch.unit)
    if active is not None:
        version = active.plan_version
    form = InstructionForm(
        request.POST or None,
        request.FILES or None,
        version=version,
        person=request.user,
        now=request.now,
        standing=active,
        initial={"said_at": timezone.localtime(request.now)},
    )
    status, refusal = (BadInput.status if form.is_bound else 200), ""
    if form.is_valid():
        try:
            instruction = _record(request, event, form)
        except Refused as refused:
            # What was typed stays on the page, beside the sentence.
            status, refusal = refused.status, refused.sentence
        else:
            messages.success(
                request, _("已代录并照办，等%(name)s确认。") % {"name": instruction.said_by.name}
            )
            return redirect("instruction", instruction.key)
    page = {
        "event": event,
        "incident": active if active is not None and is_inside(active, request.user) else None,
        "form": form,
        "refusal": refusal,
        "may_record": may(request.user, RECORD_INSTRUCTION, at=request.now),
        "instructions": instructions(event, request.user),
    }
    return render(request, "incidents/record.html", page, status=status)


def _record(request: PersonRequest, event: Event, form: InstructionForm) -> Instruction:
    given, person, now = dict(form.cleaned_data), request.user, request.now
    upload, ordered = given["upload"], given["kind"] == Instruction.Kind.ORDER
    # One transaction: a refused instruction leaves no file row behind.
    with transaction.atomic():
        file = keep_file(stream=event.stream, upload=upload, person=person, now=now) if upload else None
        said = Said(given["said_by"], given["words"], given["said_at"], given["channel"], file)
        return actions.record_instruction(
            event=event,
            said=said,
            kind=given["kind"],
            level=given["level"],
            order=Order(given["group"], given["due_at"]) if ordered else None,
            recorder=person,
            now=now,
        )


@login_required
def instruction_page(request: PersonRequest, key: str) -> HttpResponse:
    """Show an instruction, and the two answers to the one who is said to have given it."""
    instruction = _instruction(request, key)
    mark_seen(cause=f"instruction:{instruction.key}", person=request.user, now=request.now)
    return _shown(request, instruction, DisownForm(), 200)


@login_required
@require_POST
def confirm(request: PersonRequest, key: str) -> HttpResponse:
    """Confirm it with one tap."""
    instruction = actions.confirm_instruction(
        instruction=_instruction(request, key), person=request.user, now=request.now
    )
    messages.success(request, _("已确认。"))
    return redirect("instruction", instruction.key)


@login_required
@require_POST
def disown_page(request: PersonRequest, key: str) -> HttpResponse:
    """Say what was meant instead; a mistake in the form shows the instruction again."""
    instruction, form = _instruction(request, key), DisownForm(request.POST)
    if not form.is_valid():
        return _shown(request, instruction, form, BadInput.status)
    actions.disown_instruction(
        instruction=instruction, person=request.user, now=request.now, **form.cleaned_data
    )
    messages.success(request, _("已记下，并已告知代录的人。"))
    return redirect("instruction", instruction.key)


def _shown(request: PersonRequest, instruction: Instruction, form: DisownForm, status: int) -> HttpResponse:
    waits = instruction.state == Instruction.State.UNCONFIRMED
    page = {
        "instruction": instruction,
        "form": form,
        "mine": waits and instruction.said_by == request.user,
        "others": waits and instruction.said_by != request.user,
        "troubles": troubles(f"instruction:{instruction.key}") if waits else [],
    }
    return render(request, "incidents/instruction.html", page, status=status)


def _instruction(request: PersonRequest, key: str) -> Instruction:
    rows = Instruction.visible_to(request.user).select_related(
        "event", "incident", "said_by", "recorded_by", "task__group", "file", "stream"
    )
    return get_object_or_404(rows, key=key)
