"""How a link of the chain is computed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

GENESIS = "0" * 64


def link_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the event's fields as canonical JSON (sorted keys, text for ids and times).

    Source: design decision after security.md G8: any single changed or removed row must be detected.
    """
    body = json.dumps(fields, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()
