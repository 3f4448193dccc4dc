"""The sections of a provider's file, in the order in which a person fills them."""

from __future__ import annotations

from credentialing.providers.sections.entries import (
    CLAIMS,
    DISCLOSURE_ANSWERS,
    EDUCATION,
    FORMER_NAMES,
    HOSPITAL,
    LANGUAGES,
    LOCATIONS,
    REFERENCES,
    SUPERVISION,
    TRAINING,
    WORK,
)
from credentialing.providers.sections.fields import Section, choice, codes, day, email, phone, text
from credentialing.providers.sections.held import BOARDS, DEA, LICENSES, MALPRACTICE, NUMBERS, OTHER
from credentialing.requirements.catalog import load_catalog
from infra.problems import NotFound

_TYPES = load_catalog().license_types
LICENSE_CHOICES = tuple((code, kind.label) for code, kind in _TYPES.items() if code != "GROUP")

IDENTITY = Section(
    code="identity",
    title="Identity",
    kind="facts",
    lead="The name exactly as it stands on the license: payers compare every letter.",
    always=True,
    fields=(
        text("first_name", "First name", longest=80, needed=True),
        text("middle_name", "Middle name", longest=80),
        text("last_name", "Last name", longest=80, needed=True),
        text("suffix", "Suffix", longest=10, hint="Jr, III"),
        text("credential", "Credential", longest=60, needed=True, hint="As it is signed: LISW-S, PhD, PMHNP-BC."),
        day("birth_date", "Date of birth", needed=True, is_secret=True),
        text("ssn", "Social security number", longest=11, needed=True, is_secret=True),
        choice("license_type", "License type", LICENSE_CHOICES, needed=True, hint="It decides what is asked for."),
        text("taxonomy", "Taxonomy code", longest=10, needed=True, hint="The first one in the NPI registry."),
        codes("other_taxonomies", "Other taxonomy codes", hint="Separated by commas."),
        email("email", "E-mail", needed=True),
        phone("phone", "Phone", needed=True),
    ),
)

SECTIONS: dict[str, Section] = {
    section.code: section
    for section in (
        IDENTITY,
        FORMER_NAMES,
        LICENSES,
        DEA,
        BOARDS,
        NUMBERS,
        MALPRACTICE,
        CLAIMS,
        EDUCATION,
        TRAINING,
        WORK,
        REFERENCES,
        LOCATIONS,
        SUPERVISION,
        HOSPITAL,
        LANGUAGES,
        DISCLOSURE_ANSWERS,
        OTHER,
    )
}
"""Every section by its code, in the order of the file."""


def find_section(code: str) -> Section:
    """The section of that code. Raises `NotFound`."""
    found = SECTIONS.get(code)
    if found is None:
        raise NotFound("A provider's file has no such section.")
    return found
