"""One signed call: its headers, and what its answer means."""

from __future__ import annotations

import base64
import re
import secrets as entropy
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from standardwebhooks import Webhook

from integrations.address_guard import AddressRefused, FetchFailed, GuardedSession

_SECRET_BYTES = 32
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `id` stays the same over all tries, so that the receiver can tell a repetition."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call. `status` None: nothing was answered, and `failure` says why in words.

    `refused` True: the address must not be called at all. `retry_after_s` is what the receiver asked for, if anything.
    """

    status: int | None
    latency_ms: int
    failure: str = ""
    refused: bool = False
    retry_after_s: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def new_secret() -> str:
    """A fresh secret in the form that receivers' libraries take: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(entropy.token_bytes(_SECRET_BYTES)).decode()


def signed_headers(message: Message, secrets: Sequence[str], at: datetime) -> dict[str, str]:
    """The headers of a message sent at `at` (aware): one signature for each secret, so that a rotation loses no call.

    Source:
        Standard Webhooks specification, "Webhook metadata" and "Signature scheme" (HMAC-SHA256 over id.timestamp.body).
    """
    instant = at.astimezone(UTC)
    text = message.body.decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(message.id, instant, text) for secret in secrets),
    }


def call(session: GuardedSession, url: str, message: Message, secrets: Sequence[str], *, at: datetime) -> CallResult:
    """Send a message and say what came of it. Never raises for what the other side does."""
    began = time.monotonic()
    try:
        answer = session.post(url, message.body, signed_headers(message, secrets, at))
    except AddressRefused as error:
        return CallResult(None, _ms_since(began), f"The address was not called: {error}.", refused=True)
    except FetchFailed as error:
        return CallResult(None, _ms_since(began), f"{str(error)[:1].upper()}{str(error)[1:]}.")
    asked = answer.headers.get("retry-after", "").strip()
    wait = int(asked) if _SECONDS.fullmatch(asked) else None
    return CallResult(answer.status, answer.elapsed_ms, retry_after_s=wait, headers=answer.headers)


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
