"""What is still wrong with an application before it is sent: each defect with what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from infra.words import counted, short_date

# Common payer habit (credential_requirements.yaml, expirable_policy; confidence C): a document must outlive the review.
EXPIRES_WITHIN_DAYS = 30
CAQH_DAYS = 120
# What a payer gives by its approval cannot be part of the application to it.
GIVEN_BY = {"medicare_ptan": "medicare", "medicaid_id": "medicaid_ffs"}
CAQH_DAYS_BY_STATE = {"IL": 180}


@dataclass(frozen=True, slots=True)
class PacketItem:
    """One required document: `status` is missing, uploaded, accepted, rejected, expiring or expired."""

    code: str
    label: str
    status: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """Everything that is checked before an application goes to a payer.

    `registry_status` is verified, pending, mismatch or unknown; `mismatches` names the fields that differ from the NPI
    registry. `group_min` and `group_size`: the payer contracts groups from that many licensed providers on.
    `needs_caqh` is false for payers that do not use it.
    """

    payer_name: str
    items: Sequence[PacketItem]
    registry_status: str
    mismatches: Sequence[str] = ()
    needs_caqh: bool = True
    caqh_attested_on: date | None = None
    state: str = ""
    has_location: bool = True
    has_tin: bool = True
    group_min: int | None = None
    group_size: int = 0


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong: a stable `code`, what it is, and what to do."""

    code: str
    message: str
    fix: str


def asks_for(payer_kind: str, code: str, payer_kinds: Collection[str]) -> bool:
    """Say whether payers of a kind want a document with the application. `payer_kinds` are those that the document is
    for, empty for all.

    Source:
        42 CFR 424.510 and 438.602(b): Medicare and the state's Medicaid agency assign their number on enrollment.
    """
    return GIVEN_BY.get(code) != payer_kind and (not payer_kinds or payer_kind in payer_kinds)


def _document_defect(item: PacketItem, today: date, within_days: int) -> Defect | None:
    if item.status == "missing":
        return Defect("document-missing", f"{item.label} is missing.", "Upload it.")
    if item.status == "rejected":
        return Defect("document-rejected", f"{item.label} was rejected.", "Upload a corrected one.")
    if item.status == "expired" or (item.expires_on is not None and item.expires_on < today):
        ended = f" on {short_date(item.expires_on, today)}" if item.expires_on else ""
        return Defect("document-expired", f"{item.label} expired{ended}.", "Upload the renewed one.")
    if item.status == "uploaded":
        return Defect("document-in-review", f"{item.label} has not been reviewed.", "Accept or reject it.")
    if item.expires_on is not None and item.expires_on <= today + timedelta(days=within_days):
        left = counted((item.expires_on - today).days, "day")
        return Defect(
            "document-expiring",
            f"{item.label} expires in {left}, on {short_date(item.expires_on, today)}.",
            "Renew it first: payers return applications whose documents run out during the review.",
        )
    return None


def _registry_defect(facts: PacketFacts) -> Defect | None:
    if facts.registry_status == "mismatch" or facts.mismatches:
        fields = ", ".join(facts.mismatches) or "some fields"
        return Defect(
            "registry-mismatch",
            f"The NPI registry says something else: {fields}.",
            "Correct the provider's file, or have the provider correct the registry.",
        )
    if facts.registry_status != "verified":
        return Defect(
            "npi-not-checked", "The NPI has not been checked against the registry.", "Run the registry check again."
        )
    return None


def _caqh_defect(facts: PacketFacts, today: date) -> Defect | None:
    if not facts.needs_caqh:
        return None
    if facts.caqh_attested_on is None:
        return Defect("caqh-not-attested", "No CAQH attestation is on file.", "Enter the date of the last attestation.")
    last_day = facts.caqh_attested_on + timedelta(days=CAQH_DAYS_BY_STATE.get(facts.state.upper(), CAQH_DAYS))
    if last_day < today:
        return Defect(
            "caqh-expired",
            f"The CAQH attestation ran out on {short_date(last_day, today)}.",
            "Have the provider attest again.",
        )
    return None


def defects_sentence(defects: Sequence[Defect], *, named: int = 3) -> str:
    """Say how many things are wrong, name the first of them, and what is possible.

    Source:
        Product rule: an application with open defects is called ready only with a reason (issue 2).
    """
    first = "; ".join(defect.message.rstrip(".") for defect in defects[:named])
    more = f"; and {len(defects) - named} more" if len(defects) > named else ""
    them = "it" if len(defects) == 1 else "them"
    verb = "is" if len(defects) == 1 else "are"
    count = counted(len(defects), "thing")
    return f"{count} {verb} missing or wrong: {first}{more}. Mend {them} or say why it is sent without."


def packet_defects(facts: PacketFacts, today: date, *, within_days: int = EXPIRES_WITHIN_DAYS) -> list[Defect]:
    """Return what is wrong with an application; an empty list means that it is ready to send.

    Source:
        CAQH ProView: attestation every 120 days, Illinois 180 (caqh.org, ProView resources). Payers' most frequent
        defects (payers.yaml, Optum). Expiry window: common payer habit, confidence C.
    """
    found = [_document_defect(item, today, within_days) for item in facts.items]
    found += [_registry_defect(facts), _caqh_defect(facts, today)]
    if not facts.has_tin:
        found.append(Defect("tin-missing", "The clinic has no tax ID on file.", "Enter the clinic's TIN."))
    if not facts.has_location:
        found.append(
            Defect("location-missing", "No practice location is chosen.", "Choose where the provider sees clients.")
        )
    if facts.group_min is not None and facts.group_size < facts.group_min:
        found.append(
            Defect(
                "group-too-small",
                f"{facts.payer_name} contracts groups from {facts.group_min} licensed providers on; there are "
                f"{facts.group_size}.",
                "Apply for an individual contract, which moves with the provider.",
            )
        )
    return [defect for defect in found if defect is not None]
