"""What a provider needs, on plain values: no clock, no session.

`documents` is the catalog's answer and how far each requirement is, `overrides` what a clinic or payer asks for differently,
`owing` whose turn it is.
"""

from credentialing.requirements.rules.documents import (
    CDS_STATES,
    COLLABORATION_STATES,
    NURSES,
    DocumentFacts,
    Requirement,
    RequirementStatus,
    all_accepted,
    all_uploaded,
    appears,
    expiry_of,
    known_conditions,
    license_type,
    months_later,
    needed_for,
    requirement_of,
    requirement_status,
    requirements_for,
)
from credentialing.requirements.rules.overrides import (
    LEVEL_CHOICES,
    Override,
    Place,
    asked_by,
    counts_for,
    in_force,
    overridden,
    resolved,
    strictest,
)
from credentialing.requirements.rules.owing import PARTY_WORDS, next_step, who_owes

__all__ = [
    "CDS_STATES",
    "COLLABORATION_STATES",
    "LEVEL_CHOICES",
    "NURSES",
    "PARTY_WORDS",
    "DocumentFacts",
    "Override",
    "Place",
    "Requirement",
    "RequirementStatus",
    "all_accepted",
    "all_uploaded",
    "appears",
    "asked_by",
    "counts_for",
    "expiry_of",
    "in_force",
    "known_conditions",
    "license_type",
    "months_later",
    "needed_for",
    "next_step",
    "overridden",
    "requirement_of",
    "requirement_status",
    "requirements_for",
    "resolved",
    "strictest",
    "who_owes",
]
