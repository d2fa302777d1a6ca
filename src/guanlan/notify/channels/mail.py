"""Mail over the server named in the environment."""

import smtplib
import socket
from collections.abc import Sequence
from datetime import datetime

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from guanlan.notify.channels.answers import Answer, Later, Never, Taken, Unsure
from guanlan.notify.channels.letters import Letter, headline
from guanlan.notify.sealing import Access

# The server said so before it took anything, or there was no server.
_NOT_TAKEN = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    ConnectionRefusedError,
    socket.gaierror,
)


def deliver(access: Access, letters: Sequence[Letter], *, now: datetime) -> Answer:
    """Send one letter by mail."""
    (letter,) = letters
    if not letter.email:
        return Never(_("%(name)s没有邮箱，请在人员页补上。") % {"name": letter.name})
    try:
        send_mail(headline(letter), f"{letter.body}\n\n{letter.link}", None, [letter.email])
    except _NOT_TAKEN as failure:
        return Later(_("邮件没有发出：%(reason)s") % {"reason": failure})
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as refused:
        return Never(_("邮件服务器没有收：%(reason)s") % {"reason": refused})
    except smtplib.SMTPResponseException as refused:
        told = _("邮件服务器没有收：%(reason)s") % {"reason": refused}
        return Later(told) if refused.smtp_code < 500 else Never(told)
    except (OSError, smtplib.SMTPException) as lost:
        return Unsure(_("和邮件服务器的连接断了，收没收到不知道：%(reason)s") % {"reason": lost})
    return Taken(_("邮件服务器已收下"))
