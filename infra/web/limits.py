"""Rate limits, kept in the cache Redis; when it is down they count in the process."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    get_remote_address, strategy="sliding-window-counter", in_memory_fallback_enabled=True, headers_enabled=False
)
