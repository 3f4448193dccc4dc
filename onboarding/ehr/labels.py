"""The steps of a connection test in the words of people."""

from __future__ import annotations

STEP_WORDS = {
    "address": "Address",
    "tls": "Encryption",
    "capability": "Server description",
    "token": "Access token",
    "read": "One read",
}
"""The steps in their order."""
