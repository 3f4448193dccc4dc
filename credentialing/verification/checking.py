"""Checking a provider at a source whose file is loaded here: look, make the evidence, then store all of it together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from credentialing.providers.models import Provider
from credentialing.providers.rules import PersonName
from credentialing.screening.models import ScreeningMatch
from credentialing.screening.rules import Finding
from credentialing.screening.services import (
    LIST_LABELS,
    Screened,
    after_decision,
    counts_of,
    keep_matches,
    screen_providers,
)
from credentialing.screening.states import MatchState
from credentialing.sources.catalog import SOURCES as LOADED
from credentialing.sources.lookups import Version, enrollments, licenses, opt_outs, reassigned_to, versions
from credentialing.verification.evidence import Evidence, stamp
from credentialing.verification.models import Verification
from credentialing.verification.rules import (
    Judgment,
    ScreenedFacts,
    judge_enrollment,
    judge_exclusions,
    judge_license,
    judge_opt_out,
)
from credentialing.verification.services import SOURCE_LABELS, SourceNotConnected, current_verifications, record_check
from infra import clock
from infra.db import db
from tenants.clinics.services import get_clinic
from tenants.documents.made import Shelved, record_made

GOOD = frozenset({"clear", "enrolled", "confirmed", "differs"})
"""Results that speak for a provider."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking came to, before anything is stored."""

    provider_id: UUID
    source: str
    judged: Judgment
    version: Version
    evidence: Evidence
    facts: Mapping[str, Any] = field(default_factory=dict)
    screened: Screened | None = None
    state: str = ""
    enrolled_on: date | None = None

    @property
    def counts(self) -> bool:
        """Whether it speaks for the provider."""
        return self.judged.result in GOOD and (self.judged.result != "differs" or self.judged.matched)


def loaded_version(source: str) -> Version:
    """The version of a source that is loaded. Raises `SourceNotConnected` when none is."""
    found = versions(db(), [source]).get(source)
    if found is None:
        raise SourceNotConnected(
            f"{SOURCE_LABELS[source]}: no version of the file is loaded yet. The vendor's page Sources says why."
        )
    return found


def look(providers: Sequence[Provider], source: str) -> list[Looked]:
    """Look providers up in a loaded source. Nothing is stored. Raises `SourceNotConnected` when it has not been loaded."""
    version, today = loaded_version(source), clock.today(get_clinic().timezone)
    if source in LIST_LABELS:
        screened = screen_providers(providers, source, today)
        return [_screened(provider, screened[provider.id], version) for provider in providers]
    ask = {"cms_enrollment": _enrollment, "opt_out": _opt_out, "license": _license}[source]
    return [ask(provider, version, today) for provider in providers]


def _screened(provider: Provider, screened: Screened, version: Version) -> Looked:
    facts = ScreenedFacts(
        **{state.value: screened.count(state) for state in MatchState}, ruled_out=len(screened.ruled_out)
    )
    judged = judge_exclusions(facts, LIST_LABELS[screened.source])
    evidence = Evidence(
        source_code=screened.source,
        provider_name=provider.name,
        label=SOURCE_LABELS[screened.source],
        result=judged.result,
        why=judged.why,
        asked=_asked(provider),
        source=_source(screened.source, version),
        found=[(_entry_words(each), "; ".join(each.why)) for each in screened.to_review],
        ruled_out=[(_entry_words(each), "; ".join(each.why)) for each in screened.ruled_out],
        names=screened.searched,
    )
    stored = {
        "npi": provider.npi,
        "possible_matches": len(screened.to_review),
        "ruled_out": len(screened.ruled_out),
        "names_searched": len(screened.searched) - 1,
    }
    return Looked(provider.id, screened.source, judged, version, evidence, stored, screened)


def _entry_words(finding: Finding) -> str:
    entry = finding.entry
    name = " ".join(part for part in (entry.first_name, entry.middle_name, entry.last_name) if part)
    since = f", since {entry.since_on.isoformat()}" if entry.since_on else ""
    return f"{name}, {entry.state or 'no state'}; {entry.what}{since}"


def _asked(provider: Provider) -> list[tuple[str, str]]:
    pairs = [("Provider", provider.display_name), ("NPI", provider.npi)]
    if provider.former_names:
        pairs.append(("Former names", ", ".join(provider.former_names)))
    pairs.append(("Date of birth", "on file, compared" if provider.sealed_birth_date else "not on file"))
    return pairs


def _source(source: str, version: Version) -> list[tuple[str, str]]:
    found = LOADED[source]
    return [
        ("Publisher", found.publisher),
        ("File", found.label),
        ("Version loaded", f"{stamp(version.loaded_at)}, {version.rows:,} rows"),
        ("Published", version.last_modified or "not stated"),
        ("SHA-256", version.sha256 or "not stated"),
    ]


def _enrollment(provider: Provider, version: Version, today: date) -> Looked:
    found = enrollments(db(), provider.npi)
    out = judge_opt_out(opt_outs(db(), provider.npi), today).result == "opted_out"
    judged = judge_enrollment(found, out)
    groups = reassigned_to(db(), [row.enrollment_id for row in found]) if found else []
    facts = {
        "npi": provider.npi,
        "enrollments": [{"id": row.enrollment_id, "type": row.type_code, "state": row.state} for row in found],
        "reassigned_to": sorted({row.organization or f"{row.first_name} {row.last_name}" for row in groups}),
    }
    rows = [[row.enrollment_id, row.type_words.title(), row.state] for row in found]
    rows += [[row.enrollment_id, f"Receives the payments: {row.organization}", row.state] for row in groups]
    evidence = _evidence(
        provider, "cms_enrollment", judged, version, "Enrollments", ("Enrollment", "What", "State"), rows
    )
    begun = min((day for row in found if (day := _enrolled_on(row.enrollment_id, today))), default=None)
    return Looked(
        provider.id,
        "cms_enrollment",
        judged,
        version,
        evidence,
        facts,
        state=found[0].state if found else "",
        enrolled_on=begun,
    )


def _enrolled_on(enrollment_id: str, today: date) -> date | None:
    """The day in an enrollment id such as I20040309000221; None when it holds none."""
    try:
        day = date(int(enrollment_id[1:5]), int(enrollment_id[5:7]), int(enrollment_id[7:9]))
    except ValueError:
        return None
    return day if day <= today else None


def _opt_out(provider: Provider, version: Version, today: date) -> Looked:
    found = opt_outs(db(), provider.npi)
    judged = judge_opt_out(found, today)
    rows = [
        [
            row.specialty,
            row.from_on.isoformat() if row.from_on else "",
            row.until_on.isoformat() if row.until_on else "",
        ]
        for row in found
    ]
    evidence = _evidence(provider, "opt_out", judged, version, "Affidavits", ("Specialty", "From", "Until"), rows)
    return Looked(provider.id, "opt_out", judged, version, evidence, {"npi": provider.npi, "affidavits": len(found)})


def _license(provider: Provider, version: Version, today: date) -> Looked:
    state, number = provider.license_state or "", provider.license_number or ""
    found = licenses(db(), state=state, number=number) if state and number else []
    judged = (
        judge_license(
            found,
            ours=PersonName(provider.first_name, provider.last_name),
            former_last_names=provider.former_names,
            expires_on=provider.license_expires_on,
            today=today,
        )
        if state and number
        else Judgment("not_found", False, "The file names no license number and state to look up.")
    )
    rows = [
        [f"{row.first_name} {row.last_name}", row.license_type, row.status, row.expires_on or "not stated"]
        for row in found
    ]
    header = ("Name", "License", "Status", "Runs until")
    evidence = _evidence(provider, "license", judged, version, "What the board says", header, rows)
    stored = {"license_number": number, "license_state": state, "status": found[0].status if found else None}
    return Looked(provider.id, "license", judged, version, evidence, stored, state=state)


def _evidence(
    provider: Provider,
    source: str,
    judged: Judgment,
    version: Version,
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
) -> Evidence:
    asked = _asked(provider)
    if source == "license":
        asked.append(("License", f"{provider.license_number or 'none'}, {provider.license_state or 'no state'}"))
    return Evidence(
        source_code=source,
        provider_name=provider.name,
        label=SOURCE_LABELS[source],
        result=judged.result,
        why=judged.why,
        asked=asked,
        source=_source(source, version),
        found_title=title,
        found_header=header,
        found=rows,
    )


def conclude(looked: Looked, shelved: Shelved, *, checked_at: datetime) -> Verification:
    """Store the evidence, the possible matches and the check itself, in the open transaction."""
    document = record_made(
        shelved,
        filename=f"{looked.source} {checked_at.date().isoformat()} {looked.evidence.provider_name}.pdf",
        kind="verification_evidence",
        provider_id=looked.provider_id,
    )
    if looked.screened is not None:
        keep_matches(looked.screened, version=looked.version.number, document_id=document.id)
    return record_check(
        provider_id=looked.provider_id,
        source=looked.source,
        judged=looked.judged,
        evidence=looked.facts,
        counts=looked.counts,
        verified_at=checked_at,
        source_version=looked.version.number,
        document_id=document.id,
        state=looked.state,
        enrolled_on=looked.enrolled_on,
    )


@after_decision
def record_decision(match: ScreeningMatch) -> None:
    """A decision about a match changes what the check came to: note that as a check of the same day, with the same evidence."""
    before = current_verifications([match.provider_id])[match.provider_id].get(match.source)
    counts = counts_of(match.provider_id, match.source)
    judged = judge_exclusions(
        ScreenedFacts(**{state.value: counts.get(state.value, 0) for state in MatchState}), LIST_LABELS[match.source]
    )
    record_check(
        provider_id=match.provider_id,
        source=match.source,
        judged=judged,
        evidence={"reviewed": str(match.id), "reason": match.reason},
        counts=judged.result in GOOD,
        verified_at=before.verified_at if before else match.seen_at,
        method="Somebody looked at the possible matches",
        source_version=match.list_version,
        document_id=before.evidence_document_id if before else match.evidence_document_id,
    )
