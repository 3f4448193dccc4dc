"""The other documents of ProView: status, rosters, batches and practice locations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.caqh.profile import Dea, License, PracticeLocation, Profile, Specialty

ATTESTED = frozenset({"INITIAL PROFILE COMPLETE", "RE-ATTESTATION", "REATTESTATION"})


@dataclass(frozen=True, slots=True)
class Extract:
    """Profiles that were attested in a span of days, both days included."""

    organization_id: str
    from_on: date | None
    to_on: date | None
    taken_at: str
    version: str
    profiles: tuple[Profile, ...]


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """What ProView says of one provider and of our right to read the profile."""

    organization_id: str
    caqh_id: str
    is_found: bool
    status: str
    status_on: date | None
    practice_state: str
    roster_status: str
    is_authorized: bool | None

    @property
    def is_attested(self) -> bool:
        """True when the profile is complete and its attestation has not run out."""
        return self.status.upper() in ATTESTED

    @property
    def attested_on(self) -> date | None:
        """The day of the last attestation: ProView dates an attested status by it. None for every other status."""
        return self.status_on if self.is_attested else None

    @property
    def is_on_roster(self) -> bool:
        """True when the organization has the provider on its roster."""
        return self.roster_status.upper() == "ACTIVE"


@dataclass(frozen=True, slots=True)
class RosterPerson:
    """Who a provider is, for adding one to a roster whose CAQH ID is not known. Secret numbers are as the sender wrote them."""

    first_name: str
    middle_name: str
    last_name: str
    suffix: str
    birth_date: str
    gender: str
    line1: str
    city: str
    state: str
    postal_code: str
    practice_state: str
    email: str
    npi: str
    dea: str
    license_number: str
    license_state: str
    kind: str


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One provider on an organization's roster."""

    organization_id: str
    caqh_id: str
    own_id: str = ""
    application_type: str = ""
    last_recredentialed: str = ""
    next_recredentialing: str = ""
    is_delegated: str = ""
    affiliation: str = ""
    person: RosterPerson | None = None
    exception: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """A list of roster entries: a request to add, change or remove them, or its result."""

    entries: tuple[RosterEntry, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The number under which ProView works a request off."""

    id: str


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How far a batch is; `entries` is filled when it is complete, with the exception of each refused one."""

    status: str
    finished_at: str
    entries: tuple[RosterEntry, ...]

    @property
    def is_complete(self) -> bool:
        """True when ProView is done with the batch."""
        return self.status.upper().startswith(("COMPLETE", "PROCESSED"))


@dataclass(frozen=True, slots=True)
class RosterProvider:
    """A provider as a practice location names them."""

    caqh_id: str
    npi: str
    first_name: str
    middle_name: str
    last_name: str
    provider_type: str
    primary_state: str
    licenses: tuple[License, ...]
    deas: tuple[Dea, ...]
    specialties: tuple[Specialty, ...]


@dataclass(frozen=True, slots=True)
class LocationRoster:
    """Practice locations, each with its providers."""

    organization_id: str
    locations: tuple[tuple[PracticeLocation, tuple[RosterProvider, ...]], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A message, an error or a file's content without further structure."""

    text: str
    is_error: bool
