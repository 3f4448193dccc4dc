"""A provider's ProView profile as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from integrations.caqh.values import Node, state_code


@dataclass(frozen=True, slots=True)
class License:
    """A state license; dates are None when the profile does not say them."""

    number: str
    state: str
    expires_on: date | None
    issued_on: date | None = None
    kind: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Dea:
    """A DEA registration."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Specialty:
    """A specialty, and its board certificate when `is_certified`."""

    name: str
    kind: str
    taxonomy_code: str = ""
    is_certified: bool | None = None
    board: str = ""
    certified_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Education:
    """A school, or with `kind` filled a training program (internship, residency, fellowship)."""

    institution: str
    degree: str
    kind: str
    started_on: date | None
    ended_on: date | None
    completed_on: date | None
    is_complete: bool | None
    line1: str
    city: str
    state: str
    country: str


@dataclass(frozen=True, slots=True)
class Hospital:
    """An affiliation with a hospital: an admitting privilege, an arrangement with somebody who has one, or neither."""

    kind: Literal["privilege", "arrangement", "other"]
    name: str
    status: str
    detail: str
    started_on: date | None
    ended_on: date | None
    line1: str
    city: str
    state: str


@dataclass(frozen=True, slots=True)
class PracticeLocation:
    """Where the provider practices, as the directory shows it. `tax_ids` are the nine digits as written."""

    name: str
    line1: str
    line2: str
    city: str
    state: str
    postal_code: str
    phone: str
    fax: str
    group_npi: str
    tax_ids: tuple[str, ...]
    is_primary: bool | None
    is_current: bool | None
    started_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class ProgramNumber:
    """A Medicare or Medicaid number in a state."""

    number: str
    state: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What one provider attested. `faults` are `(path, value)` pairs of what could not be read in it, `raw` is all of it."""

    caqh_id: str
    npi: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    other_names: tuple[str, ...]
    birth_on: date | None
    gender: str
    provider_type: str
    attest_id: str
    attested_on: date | None
    primary_email: str
    personal_email: str
    primary_state: str
    other_states: tuple[str, ...]
    languages: tuple[str, ...]
    licenses: tuple[License, ...]
    deas: tuple[Dea, ...]
    specialties: tuple[Specialty, ...]
    education: tuple[Education, ...]
    training: tuple[Education, ...]
    hospitals: tuple[Hospital, ...]
    medicare: tuple[ProgramNumber, ...]
    medicaid: tuple[ProgramNumber, ...]
    locations: tuple[PracticeLocation, ...]
    has_opted_out_of_medicare: bool | None
    faults: tuple[tuple[str, str], ...]
    raw: Mapping[str, object]


def read_profile(node: Node) -> Profile:
    """One element of an extract's `providers`, or a profile by itself."""
    made = {
        "caqh_id": node.text("caqh_provider_id"),
        "npi": node.text("npi_type_1", "npi"),
        "first_name": node.text("first_name", "provider_first_name"),
        "middle_name": node.text("middle_name", "provider_middle_name"),
        "last_name": node.text("last_name", "provider_last_name"),
        "suffix": node.text("suffix", "name_suffix"),
        "provider_type": node.text("provider_type"),
        "primary_state": state_code(node.text("primary_practice_state", "provider_primary_practice_state")),
    }
    return Profile(
        **made,
        other_names=tuple(
            filter(None, (other.text("last_name", "other_last_name") for other in node.nodes("other_name")))
        ),
        birth_on=node.day("birth_date", "birthdate"),
        gender=node.text("gender"),
        attest_id=node.text("attest_id"),
        attested_on=node.day("attestation_date"),
        primary_email=node.text("primary_email"),
        personal_email=node.text("personal_email"),
        other_states=tuple(map(state_code, node.texts("other_practice_states"))),
        languages=node.texts("language"),
        licenses=tuple(read_license(item) for key in ("state_license", "provider_license") for item in node.nodes(key)),
        deas=tuple(read_dea(item) for key in ("dea", "provider_dea") for item in node.nodes(key)),
        specialties=tuple(
            read_specialty(item) for key in ("specialty", "provider_practice_specialty") for item in node.nodes(key)
        ),
        education=tuple(map(_education, node.nodes("education"))),
        training=tuple(map(_education, node.nodes("training"))),
        hospitals=tuple(_hospitals(node)),
        medicare=_numbers(node, "medicare"),
        medicaid=_numbers(node, "medicaid"),
        locations=tuple(map(_location, node.nodes("practice_location"))),
        has_opted_out_of_medicare=node.flag("voluntary_medicare_opt_out_flag"),
        faults=tuple(node.faults),
        raw=node.items,
    )


def profile_from(value: Mapping[str, object]) -> Profile:
    """The profile in one element of an extract that was kept as it came (`Profile.raw`)."""
    return read_profile(Node.of(value))


def read_license(node: Node) -> License:
    """A license of a profile or of a practice location's provider."""
    return License(
        number=node.text("license_number"),
        state=state_code(node.text("license_state")),
        expires_on=node.day("expiration_date", "license_expiration_date"),
        issued_on=node.day("issue_date"),
        kind=node.text("license_type"),
        status=node.text("license_status"),
    )


def read_dea(node: Node) -> Dea:
    """A DEA registration."""
    return Dea(node.text("dea_number").upper(), state_code(node.text("dea_state")))


def read_specialty(node: Node) -> Specialty:
    """A specialty with its board certificate."""
    return Specialty(
        name=node.text("specialty_name"),
        kind=node.text("specialty_type"),
        taxonomy_code=node.text("specialty_taxonomy_code").upper(),
        is_certified=node.flag("board_certified_flag"),
        board=node.text("specialty_board_name"),
        certified_on=node.day("initial_certification_date"),
        expires_on=node.day("certificate_expiration_date"),
    )


def _education(node: Node) -> Education:
    return Education(
        institution=node.text("institution_name"),
        degree=node.text("degree"),
        kind=node.text("training_type"),
        started_on=node.day("start_date"),
        ended_on=node.day("end_date"),
        completed_on=node.day("completion_date"),
        is_complete=node.flag("completion_flag"),
        line1=node.text("address1"),
        city=node.text("city"),
        state=state_code(node.text("state", "province")),
        country=node.text("country"),
    )


def _hospitals(profile: Node) -> list[Hospital]:
    # The documents themselves spell it "affilations"; the right spelling is taken too.
    groups = [profile.node(key) for key in ("hospital_affilations", "hospital_affiliations")]
    kinds: tuple[tuple[Literal["privilege", "arrangement", "other"], str], ...] = (
        ("privilege", "admitting_privilege"),
        ("arrangement", "admitting_arrangement"),
        ("other", "non_admitting_affiliation"),
    )
    return [
        Hospital(
            kind=kind,
            name=item.text("hospital_name"),
            status=item.text("admitting_privilege_status", "arrangement_status", "non_admitting_status"),
            detail=item.text("privilege_type", "non_admitting_description"),
            started_on=item.day("start_date"),
            ended_on=item.day("end_date"),
            line1=item.text("address1"),
            city=item.text("city"),
            state=state_code(item.text("state")),
        )
        for group in groups
        for kind, key in kinds
        for item in group.nodes(key)
    ]


def _numbers(node: Node, program: str) -> tuple[ProgramNumber, ...]:
    return tuple(
        ProgramNumber(item.text(f"{program}_number"), state_code(item.text(f"{program}_state")))
        for item in node.nodes(program)
    )


def _location(node: Node) -> PracticeLocation:
    shown = node.node("displayed_practice_location")
    place = shown if shown.items else node
    return PracticeLocation(
        name=place.text("practice_name"),
        line1=place.text("practice_address1", "practice_location_address1"),
        line2=place.text("practice_address2", "practice_location_address2"),
        city=place.text("practice_city", "practice_location_city"),
        state=state_code(place.text("practice_state", "practice_location_state")),
        postal_code=place.text("practice_zip_code", "practice_location_zipcode"),
        phone=place.text("office_phone_number"),
        fax=place.text("fax_number"),
        group_npi=place.text("npi_type_2"),
        tax_ids=tuple(filter(None, (item.text("tax_id") for item in place.nodes("tax")))) or place.texts("tax_id"),
        is_primary=place.flag("primary_practice_flag"),
        is_current=place.flag("currently_practicing_flag"),
        started_on=place.day("start_date"),
        ended_on=place.day("end_date"),
    )


def read_location(node: Node) -> PracticeLocation:
    """A practice location outside of a profile."""
    return _location(node)
