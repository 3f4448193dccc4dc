"""What forms and letters may ask for by name (`provider.npi`), and the value of each for one case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credentialing.credentials.models import Credential
from credentialing.enrollment.models import Enrollment, Location
from credentialing.packets.models import Attestation
from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from credentialing.providers.services.files import SEALED, opened
from credentialing.requirements.catalog import load_catalog
from tenants.clinics.models import Clinic

_PLACE = re.compile(r"^(?P<street>.+?),\s*(?P<city>[^,]+),\s*(?P<state>[A-Za-z]{2})\.?\s+(?P<zip>\d{5}(?:-\d{4})?)\s*$")


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a form may ask for. A secret one is read in clear only while a form is filled, and that is noted."""

    path: str
    label: str
    is_secret: bool = False


CATALOG: dict[str, Fact] = {
    fact.path: fact
    for fact in (
        Fact("provider.full_name", "Provider: full name"),
        Fact("provider.first_name", "Provider: first name"),
        Fact("provider.middle_name", "Provider: middle name"),
        Fact("provider.last_name", "Provider: last name"),
        Fact("provider.suffix", "Provider: suffix"),
        Fact("provider.credential", "Provider: credential"),
        Fact("provider.license_type", "Provider: license type"),
        Fact("provider.npi", "Provider: NPI"),
        Fact("provider.taxonomy", "Provider: taxonomy code"),
        Fact("provider.license_number", "Provider: license number"),
        Fact("provider.license_state", "Provider: license state"),
        Fact("provider.license_expires_on", "Provider: license expires"),
        Fact("provider.caqh_id", "Provider: CAQH id"),
        Fact("provider.email", "Provider: e-mail"),
        Fact("provider.phone", "Provider: phone"),
        Fact("provider.birth_date", "Provider: date of birth", is_secret=True),
        Fact("provider.ssn", "Provider: social security number", is_secret=True),
        Fact("provider.dea_number", "Provider: DEA number", is_secret=True),
        Fact("malpractice.carrier", "Malpractice: carrier"),
        Fact("malpractice.policy_number", "Malpractice: policy number"),
        Fact("malpractice.each", "Malpractice: limit for each claim"),
        Fact("malpractice.total", "Malpractice: limit for the year"),
        Fact("malpractice.begins_on", "Malpractice: from"),
        Fact("malpractice.expires_on", "Malpractice: until"),
        Fact("clinic.name", "Clinic: legal name"),
        Fact("clinic.npi", "Clinic: group NPI"),
        Fact("clinic.tin", "Clinic: tax id"),
        Fact("clinic.tin_first_2", "Clinic: tax id, first two digits"),
        Fact("clinic.tin_last_7", "Clinic: tax id, last seven digits"),
        Fact("clinic.state", "Clinic: state"),
        Fact("location.name", "Location: name"),
        Fact("location.address", "Location: whole address"),
        Fact("location.street", "Location: street"),
        Fact("location.city", "Location: city"),
        Fact("location.state", "Location: state"),
        Fact("location.zip", "Location: ZIP code"),
        Fact("location.city_state_zip", "Location: city, state and ZIP code"),
        Fact("location.npi", "Location: NPI"),
        Fact("payer.name", "Payer: name"),
        Fact("enrollment.line_of_business", "Enrollment: line of business"),
        Fact("signature.name", "Signature: signed by"),
        Fact("signature.date", "Signature: day"),
        Fact("today", "Today"),
    )
}


@dataclass(frozen=True, slots=True)
class Background:
    """What the values of a case are read from."""

    case: Enrollment
    provider: Provider
    clinic: Clinic
    location: Location | None
    credentials: Sequence[Credential]
    attestation: Attestation | None
    today: date


def us_date(day: date | None) -> str:
    """A date as US forms want it: 12/31/2026."""
    return f"{day.month:02d}/{day.day:02d}/{day.year}" if day else ""


def values_for_case(at: Background) -> dict[str, str]:
    """The value of every fact that is no secret; empty text where nothing is known."""
    known = payer(at.case.payer_id)
    return {
        **_provider_values(at.provider),
        **_policy_values(at.credentials, at.today),
        **clinic_values(at.clinic),
        **place_values(at.location),
        "payer.name": known.name if known else at.case.payer_id,
        "enrollment.line_of_business": at.case.line_of_business.replace("_", " "),
        "signature.name": f"Signed electronically: {at.attestation.signed_name}" if at.attestation else "",
        "signature.date": us_date(at.attestation.signed_at.date()) if at.attestation else "",
        "today": us_date(at.today),
    }


def secret_values(provider: Provider, paths: Sequence[str]) -> dict[str, str]:
    """The secret facts among `paths` in clear, for filling a form inside a job; whoever calls notes it in the audit trail."""
    found = {}
    for path in paths:
        name = path.removeprefix("provider.")
        if path in CATALOG and CATALOG[path].is_secret and name in SEALED:
            value = opened(provider, name) or ""
            found[path] = us_date(date.fromisoformat(value)) if name == "birth_date" and value else value
    return found


def _provider_values(provider: Provider) -> dict[str, str]:
    kind = load_catalog().license_types.get(provider.license_type or "")
    parts = (provider.first_name, provider.middle_name, provider.last_name, provider.suffix)
    plain = "first_name middle_name last_name suffix credential npi taxonomy license_number license_state caqh_id email phone"
    return {
        **{f"provider.{name}": getattr(provider, name) or "" for name in plain.split()},
        "provider.full_name": " ".join(part for part in parts if part),
        "provider.license_type": kind.label if kind else "",
        "provider.license_expires_on": us_date(provider.license_expires_on),
    }


def _policy_values(credentials: Sequence[Credential], today: date) -> dict[str, str]:
    policies = [
        row for row in credentials if row.kind == "malpractice_face" and row.status not in ("superseded", "removed")
    ]
    row = max(policies, key=lambda each: each.expires_on or date.max, default=None)
    if row is None:
        return dict.fromkeys((path for path in CATALOG if path.startswith("malpractice.")), "")
    return {
        "malpractice.carrier": row.issuer or "",
        "malpractice.policy_number": row.number_shown,
        "malpractice.each": _dollars(row.details.get("limits_each_cents")),
        "malpractice.total": _dollars(row.details.get("limits_total_cents")),
        "malpractice.begins_on": us_date(row.issued_on),
        "malpractice.expires_on": us_date(row.expires_on),
    }


def _dollars(cents: object) -> str:
    return f"${cents // 100:,}" if isinstance(cents, int) else ""


def clinic_values(clinic: Clinic) -> dict[str, str]:
    """The facts of the clinic. How it is taxed is no fact of ours: a person says so in the map of the form."""
    digits = re.sub(r"\D", "", clinic.tin or "")
    return {
        "clinic.name": clinic.name,
        "clinic.npi": clinic.npi or "",
        "clinic.tin": f"{digits[:2]}-{digits[2:]}" if len(digits) == 9 else clinic.tin or "",
        "clinic.tin_first_2": digits[:2],
        "clinic.tin_last_7": digits[2:],
        "clinic.state": clinic.state,
    }


def place_values(location: Location | None) -> dict[str, str]:
    """The facts of a location: its address as a whole and, where it is written in the usual way, its parts."""
    text = location.address.strip() if location else ""
    found = _PLACE.match(re.sub(r"\s*\n\s*", ", ", text))
    parts: Mapping[str, str] = found.groupdict() if found else {"street": text, "city": "", "state": "", "zip": ""}
    tail = f"{parts['city']}, {parts['state'].upper()} {parts['zip']}" if found else ""
    return {
        "location.name": location.name if location else "",
        "location.address": text,
        "location.street": parts["street"],
        "location.city": parts["city"],
        "location.state": parts["state"].upper(),
        "location.zip": parts["zip"],
        "location.city_state_zip": tail,
        "location.npi": (location.npi or "") if location else "",
    }
