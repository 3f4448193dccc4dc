"""Whether the virus scanner of this deployment answers."""

from __future__ import annotations

from infra.problems import Unavailable
from infra.settings import settings
from integrations.clamav import ClamavClient


def check_scanner() -> None:
    """Raise when no scanner is configured or it does not answer."""
    url = settings().clamd_url
    if not url:
        raise Unavailable("no scanner is configured")
    ClamavClient(url).ping()
