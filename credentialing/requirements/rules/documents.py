"""What one provider needs, and how far each requirement is."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from credentialing.payers.book import Payer
from credentialing.requirements.catalog import SOME_PAYERS, Catalog, DocumentKind, LicenseType, load_catalog

# Nurse practitioners and clinical nurse specialists practice under a standard care arrangement (Ohio Revised Code
# 4723.431).
COLLABORATION_STATES = frozenset({"OH"})
NURSES = frozenset({"PMHNP", "CNS_PSY"})
# States that issue their own controlled-substance certificate to practitioners (Ohio does not; confidence C).
CDS_STATES = frozenset(
    {"AL", "CT", "DC", "DE", "HI", "IA", "ID", "IL", "IN", "LA", "MA", "MD", "MI", "MO", "NJ", "NM"}
) | frozenset({"NV", "OK", "RI", "SC", "SD", "UT", "WY"})
# Not by the clinic's trait: a provider has the approval letter of Medicare (PTAN) only after the enrollment that they apply
# for; it is kept and watched once it is there.
TRAIT_CONDITIONS = {
    "has_medicaid": ("has_medicaid", "agency_or_medicaid"),
    "facility": ("agency_or_facility", "facility_privileges"),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a provider needs. `applies` is true when it is required or its condition is known to hold.

    `validity_days` is how long it lasts when the document itself names no end; with `is_age_limit` (an override) at most that
    long, whatever the document says. `kinds` are the document kinds that satisfy it, `proof` the product's own check that
    does. `owes` is who has to bring it, `on_lapse` whether its end holds billing or is only told, `changed_by` the ids of the
    overrides that shaped it.
    """

    code: str
    label: str
    hint: str
    level: str
    applies: bool
    why: str
    expires: bool
    validity_days: int | None
    validity_months: int | None
    kinds: tuple[str, ...]
    payer_kinds: frozenset[str]
    proof: str | None
    source: str
    confidence: str
    word: str = ""
    owes: str = "provider"
    on_lapse: str = "tell"
    given_by: str | None = None
    per_state: bool = False
    is_age_limit: bool = False
    changed_by: tuple[str, ...] = ()

    @property
    def holds_billing(self) -> bool:
        """True when services must not be billed after its end."""
        return self.applies and self.on_lapse == "hold"


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a document: `review` is uploaded, accepted or rejected; `dated_on` when it was issued or
    received; `state` for which state it is, None when nobody said.
    """

    id: str
    kind: str
    review: str
    dated_on: date
    expires_on: date | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class RequirementStatus:
    """How far a requirement is: missing, uploaded, accepted, rejected, expiring or expired, and by which document."""

    status: str
    document_id: str | None = None
    expires_on: date | None = None


def license_type(code: str) -> LicenseType:
    """Return a license type.

    Raises:
        KeyError: There is no such license type.
    Source:
        requirements.yaml, license_types.
    """
    return load_catalog().license_types[code]


def known_conditions(
    kind: LicenseType, state: str, *, is_prescriber: bool, traits: Collection[str], more: Collection[str]
) -> frozenset[str]:
    """Return the conditions that are known to hold for a provider.

    Source:
        Ohio Revised Code 4723.431 (standard care arrangement); requirements.yaml, conditions (confidence C where not
        said).
    """
    found = set(more)
    if is_prescriber:
        found.add("prescriber")
        if state in CDS_STATES:
            found.add("state_issues_cds")
    if kind.code in NURSES and state in COLLABORATION_STATES:
        found.add("collaboration_required")
    if not kind.independent:
        found.add("supervised")
    for trait in traits:
        found.update(TRAIT_CONDITIONS.get(trait, ()))
    if kind.medicare_eligible is False:
        found.discard("has_medicare")
    return frozenset(found)


def requirement_of(
    document: DocumentKind, level: str, state: str, conditions: Collection[str], catalog: Catalog
) -> Requirement:
    """Return what a document of the catalog comes to at a level, in a state, under the conditions that are known to hold.

    Source:
        requirements.yaml: each document with its own source and confidence.
    """
    condition = document.when or SOME_PAYERS
    applies = level == "required" or (level == "conditional" and condition in conditions)
    why = (
        "" if level == "required" else catalog.conditions[condition] if level == "conditional" else "Helps, not needed"
    )
    return Requirement(
        code=document.code,
        label=document.label,
        hint=document.hint,
        level=level,
        applies=applies,
        why=why,
        expires=document.expires,
        validity_days=document.renewal_days_by_state.get(state, document.renewal_days),
        validity_months=document.renewal_months,
        kinds=document.kinds,
        payer_kinds=document.payer_kinds,
        proof=document.proof,
        source=document.source,
        confidence=document.confidence,
        word=document.word,
        owes=document.owes,
        on_lapse=document.on_lapse,
        given_by=document.given_by,
        per_state=document.per_state,
    )


def requirements_for(
    license_code: str,
    state: str,
    *,
    is_prescriber: bool | None = None,
    traits: Collection[str] = (),
    conditions: Collection[str] = (),
) -> list[Requirement]:
    """Return everything that a provider may be asked for, required first, then conditional, then optional.

    Args:
        state: Two letters; where the provider practices.
        is_prescriber: Whether this provider prescribes; by default whether the license type may.
        traits: Of the clinic (`has_medicaid`, `facility`; others say nothing about documents).
        conditions: Further conditions known to hold (`has_medicare`, `has_disclosures`, `international_graduate` …).
    Raises:
        KeyError: There is no such license type.
    Source:
        requirements.yaml: each document with its own source and confidence.
    """
    catalog, kind, place = load_catalog(), license_type(license_code), state.upper()
    prescribes = kind.prescriber if is_prescriber is None else is_prescriber
    known = known_conditions(kind, place, is_prescriber=prescribes, traits=traits, more=conditions)
    order = ("required", "conditional", "optional")
    rows = sorted(kind.needs.items(), key=lambda item: order.index(item[1]))
    return [requirement_of(catalog.documents[code], level, place, known, catalog) for code, level in rows]


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, the last one when that month is shorter.

    Source:
        Calendar arithmetic; renewals are counted in months in requirements.yaml.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def expiry_of(requirement: Requirement, document: DocumentFacts) -> date | None:
    """Return the last day of a document: its own, else what the requirement grants from its date, else None. An age limit
    ends it earlier than its own day.

    Source:
        requirements.yaml (renewals; CAQH 120 days, Illinois 180); a payer's or clinic's own limit is an override.
    """
    granted = None
    if requirement.validity_days is not None:
        granted = document.dated_on + timedelta(days=requirement.validity_days)
    elif requirement.validity_months is not None:
        granted = months_later(document.dated_on, requirement.validity_months)
    if document.expires_on is None:
        return granted
    return min(document.expires_on, granted) if granted and requirement.is_age_limit else document.expires_on


def requirement_status(
    requirement: Requirement,
    documents: Iterable[DocumentFacts],
    today: date,
    *,
    checks: Collection[str] = (),
    within_days: int | None = None,
) -> RequirementStatus:
    """Say how far a requirement is. The best document counts: a valid one, one in review, then one that runs out or has
    run out.

    Args:
        documents: Of the provider, of any kind; those of other kinds are left aside.
        checks: Checks of the product that passed (`registry`); they satisfy a requirement whose proof they are.
        within_days: From how many days before its end a document counts as expiring (requirements.yaml says 30).
    Source:
        requirements.yaml, expiring_within_days: payers return applications whose documents run out (confidence C).
    """
    if requirement.proof is not None and requirement.proof in checks:
        return RequirementStatus("accepted")
    window = timedelta(days=load_catalog().expiring_within_days if within_days is None else within_days)
    found: list[tuple[int, date, RequirementStatus]] = []
    for document in documents:
        if document.kind not in requirement.kinds:
            continue
        ends = expiry_of(requirement, document)
        if document.review == "rejected":
            rank, status = 0, "rejected"
        elif ends is not None and ends < today:
            rank, status = 0, "expired"
        elif document.review == "uploaded":
            rank, status = 2, "uploaded"
        elif ends is not None and ends <= today + window:
            rank, status = 1, "expiring"
        else:
            rank, status = 3, "accepted"
        found.append(
            (rank, ends or date.max if rank else document.dated_on, RequirementStatus(status, document.id, ends))
        )
    if not found:
        return RequirementStatus("missing")
    return max(found, key=lambda item: item[:2])[2]


def appears(requirement: Requirement, documents: Iterable[DocumentFacts]) -> bool:
    """Say whether a requirement is shown: it applies, it is optional, or a document for it is there.

    Source:
        Product rule: conditional requirements appear only when their condition is known (issue 2).
    """
    if requirement.applies or requirement.level == "optional":
        return True
    return any(document.kind in requirement.kinds for document in documents)


def needed_for(requirement: Requirement, payers: Iterable[Payer]) -> list[str]:
    """Return the ids of the payers that ask for it, in their order.

    Source:
        requirements.yaml, payer_kinds.
    """
    return [payer.id for payer in payers if not requirement.payer_kinds or payer.kind in requirement.payer_kinds]


def all_uploaded(statuses: Sequence[tuple[Requirement, RequirementStatus]]) -> bool:
    """Say whether everything that applies is there, reviewed or not.

    Source:
        Product rule: proof "every required document uploaded" of task T062.
    """
    there = {"uploaded", "accepted", "expiring"}
    return all(status.status in there for requirement, status in statuses if requirement.applies)


def all_accepted(statuses: Sequence[tuple[Requirement, RequirementStatus]]) -> bool:
    """Say whether everything that applies was accepted and is still valid.

    Source:
        Product rule: proof "every required document accepted" of task T063.
    """
    return all(status.status in {"accepted", "expiring"} for requirement, status in statuses if requirement.applies)
