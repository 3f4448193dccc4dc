"""The guarded way out: every call to an address that a clinic entered goes through here."""

from __future__ import annotations

from infra.problems import invalid
from infra.settings import settings
from integrations.address_guard import AddressRefused, FetchFailed, GuardedSession

TIMEOUT_S = 15.0
_LARGEST_ANSWER = 64 * 1024


def guarded_session() -> GuardedSession:
    """A session that resolves and checks an address anew at every call, follows no redirect and waits 15 seconds at most."""
    return GuardedSession(settings().egress_allow, _LARGEST_ANSWER, TIMEOUT_S)


def check_address(url: str) -> str:
    """Return an address that may be called. To be asked with no transaction open: its name is resolved.

    Raises `Invalid` saying what is wrong with it.
    """
    try:
        guarded_session().check(url)
    except AddressRefused as error:
        raise invalid("url", f"This address cannot be called: {error}.") from error
    except FetchFailed as error:
        raise invalid("url", f"This address does not answer by name: {error}.") from error
    return url
