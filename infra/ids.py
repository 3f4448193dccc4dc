"""Identifiers: UUIDv7, made in Python, so rows sort by the time they were made and an id exists before its row does."""

from __future__ import annotations

import secrets
import time
import uuid

NAMESPACE = uuid.UUID("6f6e7061-6e65-4c00-8000-6f6e70616e65")


def uuid7() -> uuid.UUID:
    """Return a new UUID version 7. Source: RFC 9562 section 5.7 (48-bit Unix milliseconds, then random bits)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= secrets.randbits(12) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)


def derived(*parts: object) -> uuid.UUID:
    """Return the same UUID for the same parts: names effects outside the database after the outbox row that causes them."""
    return uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts))


def secret_token() -> str:
    """Return 256 random bits as URL-safe text, for sessions, API tokens and one-time links."""
    return secrets.token_urlsafe(32)
