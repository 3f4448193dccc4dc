"""Password hashing with argon2id, a few at a time so that a burst of sign-ins cannot eat the memory."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
_turn = threading.BoundedSemaphore(2)
_NOBODYS = _hasher.hash("a password that belongs to nobody at all")


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _turn:
        return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not a hash is stored, so that sign-in does not tell who exists."""
    with _turn:
        try:
            _hasher.verify(stored or _NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None
