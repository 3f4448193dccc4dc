"""Decisions about a provider's file on plain values: `people` knows names, license types and what the registry says,
`history` finds the gaps in five years of work, `sections` says what a section of the file still lacks.
"""

from credentialing.providers.rules.people import (
    FIELD_LABELS,
    FieldDifference,
    LicenseGuess,
    PersonName,
    credential_tokens,
    display_name,
    initials,
    is_somebody_else,
    license_type_for,
    names_agree,
    proper_name,
    registry_differences,
    ssn_digits,
)

__all__ = [
    "FIELD_LABELS",
    "FieldDifference",
    "LicenseGuess",
    "PersonName",
    "credential_tokens",
    "display_name",
    "initials",
    "is_somebody_else",
    "license_type_for",
    "names_agree",
    "proper_name",
    "registry_differences",
    "ssn_digits",
]
