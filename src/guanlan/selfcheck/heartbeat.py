"""Telling an address outside that all is well, so that silence is noticed there."""

from datetime import datetime

from django.utils.translation import gettext as _

from guanlan.fetch import Fetched
from guanlan.notify.channels.calling import send
from guanlan.notify.sealing import SealBroken, unseal
from guanlan.selfcheck.models import LastCheck
from guanlan.selfcheck.queries import alarms


def beat(*, now: datetime) -> None:
    """Post to the address, if there is one and nothing is without an outcome."""
    last = LastCheck.objects.get()
    if not last.sealed:
        return
    if alarms().exists():
        taken, words = False, _("有事没有下文，没有报平安。")
    else:
        taken, words = _post(last.sealed, now)
    LastCheck.objects.update(beat_at=now, beat_taken=taken, beat_outcome=words[:300])


def _post(sealed: str, now: datetime) -> tuple[bool, str]:
    try:
        answer = send(unseal(sealed).address, b"{}", {}, now=now)
    except SealBroken:
        return False, _("地址读不出来：SECRET_KEY 换过了，请重新填写。")
    if not isinstance(answer, Fetched):
        return False, answer.words
    told = _("对方回答 HTTP %(status)d。") % {"status": answer.status}
    return answer.status < 300, told
