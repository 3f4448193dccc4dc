from __future__ import annotations

import smtplib
import stat
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

from infra.dev.stack import Stack


def test_what_is_sent_is_kept_with_its_envelope(tmp_path):
    message = EmailMessage()
    message["From"] = "Onpanel <no-reply@onpanel.test>"
    message["To"] = "Zoë <zoe@clinic.test>"
    message["Subject"] = "Four things we need from you"
    message.set_content("Ünïcode, and a line that begins\n.with a dot\n")
    with Stack(tmp_path / "state", services={"mail"}) as stack:
        address = urlsplit(stack.env["SMTP_URL"])
        with smtplib.SMTP(address.hostname, address.port, timeout=5) as connection:
            connection.send_message(message, to_addrs=["zoe@clinic.test", "hidden@vendor.test"])
            connection.send_message(message, to_addrs=["zoe@clinic.test"])
        kept = sorted(Path(stack.env["MAIL_DIR"]).iterdir())
    assert [path.suffix for path in kept] == [".eml", ".eml"]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    first = message_from_bytes(kept[0].read_bytes(), policy=default)
    assert first["Subject"] == message["Subject"]
    assert first["X-Envelope-To"] == "zoe@clinic.test, hidden@vendor.test"
    assert ".with a dot" in first.get_content()
    assert "Ünïcode" in first.get_content()
