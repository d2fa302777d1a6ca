"""Reports say what was ordered by word of mouth, and whether the one who said it confirmed it."""

from datetime import timedelta

from conftest import NOW, Cast
from guanlan.clocks.models import Stream
from guanlan.incidents.actions import confirm_instruction, record_instruction
from guanlan.incidents.actions.instructions import Said
from guanlan.incidents.models import Instruction
from guanlan.reports.sections import instructions
from incident_scene import activate, publish, raise_event


def test_an_instruction_stays_unconfirmed_in_reports_until_it_is_confirmed(
    cast: Cast, stream: Stream
) -> None:
    publish(cast)
    event = raise_event(cast, stream)
    assert instructions(event, None, now=NOW) == []

    said = Said(cast.li, "先别回应媒体", NOW - timedelta(minutes=2), Instruction.Channel.PHONE)
    instruction = record_instruction(
        event=event, said=said, kind=Instruction.Kind.REMARK, recorder=cast.wang, now=NOW
    )
    assert "李敏（电话，王芳代录，未确认）：先别回应媒体" in str(instructions(event, None, now=NOW))

    confirm_instruction(instruction=instruction, person=cast.li, now=NOW)
    assert "李敏（电话，王芳代录，本人已确认）：先别回应媒体" in str(instructions(event, None, now=NOW))


def test_a_report_tells_nothing_that_was_said_in_a_closed_circle(cast: Cast, stream: Stream) -> None:
    publish(cast)
    event = raise_event(cast, stream)
    incident = activate(event, cast.li, restricted=True)
    said = Said(cast.li, "先别回应媒体", NOW - timedelta(minutes=2), Instruction.Channel.PHONE)
    record_instruction(event=event, said=said, kind=Instruction.Kind.REMARK, recorder=cast.wang, now=NOW)

    assert "先别回应媒体" in str(instructions(event, incident, now=NOW))
    assert instructions(event, None, now=NOW) == []
