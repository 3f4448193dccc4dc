"""The public registry as this product asks it: checked NPI, answers kept for a day, outages told apart from unknown numbers.

No transaction may be open while it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credentialing.providers.rules import proper_name
from infra.cache import cached, keep, public_key
from infra.problems import Invalid, NotFound, Unavailable, invalid
from infra.settings import settings
from integrations.nppes import NppesClient, NppesRecord, RegistryDown, RegistryRefused, npi_is_valid, read_record

KEPT_S = 24 * 3600
KEPT_UNKNOWN_S = 600
TIMEOUT_S = 8.0
BAD_NPI = "That is no NPI: it needs ten digits, the first 1 or 2, and the last must fit the others."


class RegistryUnavailable(Unavailable):
    """The NPI registry does not answer; what depends on it is tried again later."""

    code, title = "registry-unavailable", "The NPI registry does not answer"


def check_npi(npi: str) -> str:
    """Return the digits of an NPI. Raises `Invalid` at `#/npi` when its check digit or form is wrong."""
    digits = "".join(char for char in npi if char not in " -.")
    if not npi_is_valid(digits):
        raise invalid("npi", BAD_NPI, "check-digit")
    return digits


def look_up(npi: str) -> NppesRecord:
    """The registry's entry of an NPI, at most a day old.

    Raises `Invalid` for a wrong check digit, `NotFound` when the registry does not know it, `RegistryUnavailable` when it is down.
    """
    digits = check_npi(npi)
    known = cached(public_key("registry", digits))
    if known == {}:
        raise _unknown(digits)
    return read_record(known) if known else ask(digits)


def remembered(npi: str) -> NppesRecord | None:
    """The entry that a look-up of the last day brought, without asking anybody; None when there was none."""
    known = cached(public_key("registry", npi))
    return read_record(known) if known else None


def ask(npi: str) -> NppesRecord:
    """Ask the registry itself and keep the answer. Raises as `look_up` does."""
    try:
        record = NppesClient(settings().nppes_url, timeout_s=TIMEOUT_S).lookup(npi)
    except RegistryDown as error:
        raise RegistryUnavailable(
            "The NPI registry does not answer. We try again by ourselves.", retry_after_s=60
        ) from error
    except RegistryRefused as error:
        raise Invalid(f"The NPI registry refused the question: {'; '.join(error.messages)}") from error
    if record is None:
        keep(public_key("registry", npi), {}, seconds=KEPT_UNKNOWN_S)
        raise _unknown(npi)
    keep(public_key("registry", npi), dict(record.raw), seconds=KEPT_S)
    return record


def _unknown(npi: str) -> NotFound:
    return NotFound(f"The NPI registry has no entry for {npi}.")


def fields_of(record: NppesRecord) -> dict[str, str | None]:
    """What an entry says for the fields of a provider's file, written as people write it. Missing is None."""
    taxonomy = record.primary_taxonomy
    return {
        "first_name": proper_name(record.first_name or "") or None,
        "middle_name": proper_name(record.middle_name or "") or None,
        "last_name": proper_name(record.last_name or "") or None,
        "credential": record.credential,
        "taxonomy": taxonomy.code if taxonomy else None,
        "license_number": taxonomy.license_number if taxonomy else None,
        "license_state": taxonomy.state if taxonomy else None,
        "phone": next((a.phone for a in record.addresses if a.purpose == "location" and a.phone), None),
    }


def stored_record(raw: Mapping[str, Any] | None) -> NppesRecord | None:
    """The entry behind a stored answer of the registry; None when there is none."""
    return read_record(raw) if raw else None
