"""What is looked at before an application goes to a payer, as plain values, and what a defect is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

# Common payer habit (credential_requirements.yaml, expirable_policy; confidence C): a document must outlive the review.
EXPIRES_WITHIN_DAYS = 30
CAQH_DAYS = 120
CAQH_DAYS_BY_STATE = {"IL": 180}
# What a person does about a defect, each one click: where it leads or what it does is the page's matter.
Action = Literal[
    "upload",
    "review",
    "ask_provider",
    "ask_caqh",
    "ask_signature",
    "take_registry",
    "take_paper",
    "take_tin",
    "recheck_registry",
    "open_file",
    "open_clinic",
    "open_locations",
    "open_screening",
    "open_document",
    "none",
]
Severity = Literal["blocks", "warns"]


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing that is wrong: a stable `code`, what it is, and what to do.

    `blocks`: payers return an application for it; `warns`: worth a look. `subject` tells several of one code apart (a document
    kind, a field, an id) and `action` says which one click mends it. `source` is where the rule comes from.
    """

    code: str
    message: str
    fix: str
    severity: Severity = "blocks"
    action: Action = "open_file"
    subject: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class PacketItem:
    """One required document: `status` is missing, uploaded, accepted, rejected, expiring or expired."""

    code: str
    label: str
    status: str
    expires_on: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class AddressSaid:
    """An address as one source has it: `NPI registry`, `CAQH`, `the W-9`, `the license`, `the liability policy`.

    `paper` is the kind of the document that says so, empty for the others; `is_confirmed` whether a person has compared it.
    """

    source: str
    text: str
    paper: str = ""
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Paper:
    """What was read in a document that stands in the packet. None and empty: not known.

    `kind` is what it was sent as, `read_kind` what the machine or a person says that it is; `sure` when that is certain enough.
    `tin_shown` is the number as it may be said (a person's is masked), `is_confirmed` whether a person has compared it with the page,
    `looks_unsigned` that nothing stands on the signature line of a file that is no scan.
    """

    document_id: str
    kind: str
    label: str
    read_kind: str = ""
    read_label: str = ""
    sure: bool = False
    holder: str = ""
    tin: str = ""
    signed_on: date | None = None
    is_signed: bool | None = None
    tin_shown: str = ""
    is_confirmed: bool = False
    looks_unsigned: bool = False


@dataclass(frozen=True, slots=True)
class License:
    """A license: two letters of its state, `status` active, unverified, expired, suspended or revoked."""

    number: str
    state: str
    status: str
    expires_on: date | None = None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Professional liability insurance; limits in cents, None when nobody has read them."""

    each_cents: int | None
    total_cents: int | None
    expires_on: date | None = None
    begins_on: date | None = None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class WorkGap:
    """Time without work that lacks its reason: the first day of its first and last month, and the sentence about it."""

    from_on: date
    to_on: date
    in_writing: bool
    words: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A hit of an exclusion list that is not cleared: `list_name`, whether somebody confirmed it, and whether only the name fits."""

    list_name: str
    is_confirmed: bool
    by_name_only: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """How the attestation stands: `none`, `signed` or `stale` (the file changed afterwards; `changed` says what). `document_id` is
    its sealed PDF: when another document answers the requirement, this signature does not count."""

    status: Literal["none", "signed", "stale"]
    signed_on: date | None = None
    changed: Sequence[str] = ()
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """Everything that is checked before an application goes to a payer.

    `registry_status` is verified, pending, mismatch or unknown; `mismatches` names the fields that differ from the NPI
    registry. `group_min` and `group_size`: the payer contracts groups from that many licensed providers on.
    `needs_caqh` is false for payers that do not use it; `caqh_authorized` None when CAQH was not asked. `signature` None: the
    requirement list speaks of it alone. `unexplained` are disclosure questions answered yes without a word.
    `clinic_tin` is what the clinic has now, `tin` what the application began with; `legal_name` is the clinic's,
    `clinic_addresses` are those of all its locations: a W-9 may name any of them.
    `npi_kind` and `group_npi_kind` are individual or organization, as the registry says.
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
    payer_id: str = ""
    payer_kind: str = ""
    first_name: str = ""
    last_name: str = ""
    former_names: Sequence[str] = ()
    is_prescriber: bool = False
    tin: str = ""
    caqh_authorized: bool | None = None
    clinic_tin: str = ""
    legal_name: str = ""
    location_address: str = ""
    clinic_addresses: Sequence[str] = ()
    addresses: Sequence[AddressSaid] = ()
    papers: Sequence[Paper] = ()
    npi_kind: str = ""
    npi_active: bool | None = None
    group_npi_kind: str = ""
    registry_taxonomies: Sequence[str] = ()
    fitting_taxonomies: Sequence[str] = ()
    licenses: Sequence[License] = ()
    policies: Sequence[Policy] = ()
    gaps: Sequence[WorkGap] = ()
    unexplained: Sequence[str] = ()
    exclusions: Sequence[Exclusion] = ()
    signature: Signature | None = None


def malpractice_minimum(payer_id: str, state: str, *, is_prescriber: bool) -> tuple[int, int, str]:
    """Return the smallest limits that a payer takes, for each claim and for all of a year, in cents, and the source.

    Source:
        Evernorth: 1M/3M for physicians and prescribing nurses, 1M/1M for others (Texas 200k/500k, Florida 100k/300k); others
        1M/3M (Optum, agencies; confidence C for the rest) (domain.md 2.5; requirements.yaml, malpractice_min).
    """
    million = 100_000_000
    if payer_id == "cigna_evernorth" and not is_prescriber:
        smaller = {"TX": (20_000_000, 50_000_000), "FL": (10_000_000, 30_000_000)}
        each, total = smaller.get(state.upper(), (million, million))
        return each, total, "Evernorth, minimum standards"
    return million, 3 * million, "Optum and Evernorth minimums"
