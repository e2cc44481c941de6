"""Mail by Django's own backend, as EMAIL_URL says: a plain text, and the same as a simple page."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from apps.notices.models import Told
from apps.notices.services.channels import InDoubt, Undelivered


def is_on() -> bool:
    """Is there a server to hand mail to?"""
    return settings.MAIL_ON


def send(*, name: str, address: str, subject: str, lines: Sequence[Told], number: str) -> None:
    """Hand one mail to the server. Raises Undelivered where it surely has not been taken, InDoubt where it may have been.

    The same `number` gives the same Message-ID: a mail that somebody sends again is known to the reader's mailbox as the same one.
    """
    context = {"name": name, "lines": lines, "url": settings.PUBLIC_URL}
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("notices/mail.txt", context),
        to=[address],
        headers={"Message-ID": message_id(number), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    _hand_over(message)


def once() -> str:
    """A number that no other mail has."""
    return uuid4().hex[:12]


def message_id(number: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{number}.{salted_hmac('notices.mail', number).hexdigest()[:16]}@{domain}>"


def _hand_over(message: EmailMultiAlternatives) -> None:
    connection: Any = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(f"邮件服务器连接不上：{_reason(error)}", again=True) from error
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise Undelivered(f"收件地址被拒收：{code} {_text(reason)}", again=code < 500) from error
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"邮件服务器拒收：{error.smtp_code} {_text(error.smtp_error)}", again=error.smtp_code < 500) from error
    except (OSError, smtplib.SMTPException) as error:  # cut off in the middle: it may have been taken
        raise InDoubt(f"发送中断：{_reason(error)}") from error
    finally:
        with suppress(OSError, smtplib.SMTPException):  # whatever happens now, the mail has been taken or refused
            connection.close()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _text(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
