"""Mail over SMTP. Only jobs send, with a Message-ID derived from the outbox row, so a repeated run is recognizable as the same mail."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlsplit

from infra.problems import Unavailable
from infra.settings import settings


@dataclass(frozen=True, slots=True)
class Mail:
    """One message in plain text. `key` is the idempotency key that becomes the Message-ID."""

    to: str
    subject: str
    body: str
    key: str


def send(mail: Mail) -> None:
    """Hand the message to the SMTP server of the deployment. Raises `Unavailable` when it does not take it."""
    config = settings()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = config.mail_from, mail.to, mail.subject
    message["Message-ID"] = f"<{mail.key}@onpanel>"
    message["Date"] = formatdate(localtime=False)
    message.set_content(mail.body)
    url = urlsplit(config.smtp_url)
    try:
        factory = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
        with factory(url.hostname or "127.0.0.1", url.port or 25, timeout=15) as server:
            if url.scheme == "smtp+starttls":
                server.starttls()
            if url.username:
                server.login(url.username, url.password or "")
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable("The mail server does not take mail.") from error
