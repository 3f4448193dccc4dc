"""CAQH ProView, the profile that behavioral-health payers read: its documents as plain dataclasses, and a client of its API.

`read_document` takes any JSON that ProView hands out (profile extract, provider status, roster, batch, practice locations)
and says which it is. `ProViewClient` asks for a provider's status and attestation date and keeps a roster.
"""

from integrations.caqh.client import ProViewClient, ProViewDown, ProViewRefused
from integrations.caqh.documents import (
    Answer,
    Batch,
    BatchResult,
    Extract,
    LocationRoster,
    ProviderStatus,
    Roster,
    RosterEntry,
    RosterPerson,
    RosterProvider,
)
from integrations.caqh.profile import (
    Dea,
    Education,
    Hospital,
    License,
    PracticeLocation,
    Profile,
    ProgramNumber,
    Specialty,
    profile_from,
)
from integrations.caqh.reading import CaqhDocument, UnreadableDocument, read_document

__all__ = [
    "Answer",
    "Batch",
    "BatchResult",
    "CaqhDocument",
    "Dea",
    "Education",
    "Extract",
    "Hospital",
    "License",
    "LocationRoster",
    "PracticeLocation",
    "ProViewClient",
    "ProViewDown",
    "ProViewRefused",
    "Profile",
    "ProgramNumber",
    "ProviderStatus",
    "Roster",
    "RosterEntry",
    "RosterPerson",
    "RosterProvider",
    "Specialty",
    "UnreadableDocument",
    "profile_from",
    "read_document",
]
