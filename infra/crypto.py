"""Field encryption for what must not be readable in a dump: dates of birth, DEA and social security numbers, secrets of connections.

AES-256-GCM under a key derived per tenant from `FIELD_KEY` (HKDF-SHA256), with the place it belongs to (table, column, row) as
associated data: a ciphertext moved to another row or tenant does not open.
"""

from __future__ import annotations

import base64
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from infra.settings import settings

_NONCE_BYTES = 12
_VERSION = b"\x01"


class CannotDecrypt(Exception):
    """The ciphertext was made for another place or key, or was altered."""


@lru_cache(maxsize=4096)
def _tenant_key(tenant_id: UUID, field_key: str) -> bytes:
    master = base64.b64decode(field_key)
    if len(master) != 32:
        raise ValueError("FIELD_KEY must be 32 bytes in base64")
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"onpanel-field" + tenant_id.bytes).derive(master)


def encrypt(text: str, *, tenant_id: UUID, place: str) -> bytes:
    """Encrypt `text` for one place, e.g. `provider.dea_number.<row id>`. Returns version, nonce and ciphertext."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_tenant_key(tenant_id, settings().field_key)).encrypt(nonce, text.encode(), place.encode())
    return _VERSION + nonce + sealed


def decrypt(sealed: bytes, *, tenant_id: UUID, place: str) -> str:
    """Open what `encrypt` sealed for the same tenant and place. Raises `CannotDecrypt` otherwise."""
    if sealed[:1] != _VERSION:
        raise CannotDecrypt("unknown version")
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(_tenant_key(tenant_id, settings().field_key)).decrypt(nonce, body, place.encode()).decode()
    except InvalidTag as error:
        raise CannotDecrypt(place) from error


def fingerprint(text: str, *, tenant_id: UUID) -> str:
    """Recognize a value again without keeping it: HMAC-SHA-256 under the tenant's key, 32 hexadecimal digits. Nobody without the
    key can try out which birth dates or numbers give it.
    """
    key = _tenant_key(tenant_id, settings().field_key)
    return hmac.new(key, b"onpanel-fingerprint" + text.encode(), "sha256").hexdigest()[:32]


def mask(text: str, visible: int = 2) -> str:
    """Return `text` with all but its last `visible` characters hidden."""
    return "•" * max(0, len(text) - visible) + text[-visible:] if text else ""
