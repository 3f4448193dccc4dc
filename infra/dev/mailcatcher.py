"""A mail server that sends nothing on: each message becomes a file in `MAIL_DIR`, which a development page shows.

`python -m infra.dev.mailcatcher --port N --folder PATH`. File names begin with the time of arrival (UTC), so that they
sort; a file is there whole or not at all.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 32 * 1024 * 1024


class Keeper:
    """aiosmtpd's handler: writes what arrives."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keeps one message, with the envelope's addresses in front: Bcc is only there."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = message_from_bytes(content, policy=SMTP_POLICY)
        message["X-Envelope-From"] = envelope.mail_from or "<>"
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        now = datetime.now(UTC)
        place = self._folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{os.getpid()}-{next(self._count):05d}.eml"
        part = place.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        part.replace(place)
        return "250 kept"


async def serve(port: int, folder: Path) -> None:
    """Listens on 127.0.0.1 until it is told to end."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper = Keeper(folder)

    def protocol() -> Any:
        return SMTP(keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="onpanel.test")

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(protocol, "127.0.0.1", port)
    async with server:
        await ended.wait()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.folder))


if __name__ == "__main__":
    main()
