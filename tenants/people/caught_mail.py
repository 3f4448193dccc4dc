"""Reads the messages that the embedded stack's mail catcher stored."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Caught:
    """A caught message: its text is split into lines, each either words or one address to follow."""

    to: str
    subject: str
    sent: str
    lines: tuple[tuple[str, bool], ...]


def caught_mail(folder: str, newest: int = 50) -> list[Caught]:
    """The newest messages in `folder`, newest first."""
    files = sorted(Path(folder).glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_read(path) for path in files[:newest]]


def _read(path: Path) -> Caught:
    message = message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    lines = tuple((line, bool(re.match(r"^https?://\S+$", line))) for line in text.splitlines())
    return Caught(str(message["To"]), str(message["Subject"]), str(message["Date"]), lines)
