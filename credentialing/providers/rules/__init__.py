"""Decisions about a provider's file on plain values: `people` knows names and license types,
`history` finds the gaps in five years of work, `sections` says what a section of the file still lacks, `incoming` lays what a
source says beside the file, `rosters` and `sources` make the statements of rosters, the NPI registry and CAQH.
"""

from credentialing.providers.rules.people import (
    LicenseGuess,
    PersonName,
    credential_tokens,
    display_name,
    initials,
    is_somebody_else,
    license_type_for,
    names_agree,
    proper_name,
    ssn_digits,
)

__all__ = [
    "LicenseGuess",
    "PersonName",
    "credential_tokens",
    "display_name",
    "initials",
    "is_somebody_else",
    "license_type_for",
    "names_agree",
    "proper_name",
    "ssn_digits",
]
