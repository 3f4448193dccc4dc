"""What the NPI registry's answer means for a provider, and the form that every judgment has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from credentialing.providers.rules import PersonName, is_somebody_else, names_agree, proper_name


@dataclass(frozen=True, slots=True)
class Judgment:
    """What a check came to: `result` in one word, whether it counts as a match, and why in a sentence."""

    result: str
    matched: bool
    why: str


def judge_registry(
    *,
    ours: PersonName,
    theirs: PersonName | None,
    is_active: bool,
    is_person: bool,
    former_last_names: Sequence[str] = (),
    differing: Collection[str] = (),
) -> Judgment:
    """Judge the NPI registry's answer: not_found, inactive, organization, another_name, differs or confirmed.

    `theirs` None: the registry has no entry. The name decides whether it is the same person; other fields may differ.

    Source:
        45 CFR 162.408 (NPPES assigns, deactivates and discloses NPIs); a provider is a type 1 (individual) entry.
    """
    if theirs is None:
        return Judgment("not_found", False, "The registry has no entry with this NPI.")
    if not is_active:
        return Judgment("inactive", False, "The registry has deactivated this NPI.")
    if not is_person:
        return Judgment("organization", False, "This NPI belongs to an organization.")
    there = f"{proper_name(theirs.first)} {proper_name(theirs.last)}"
    if names_agree(ours, theirs, former_last_names) == "different":
        if is_somebody_else(ours, theirs):
            return Judgment("another_name", False, f"The registry has this NPI under {there}.")
        return Judgment("differs", True, f"The registry writes the name {there}; some fields differ from the file.")
    if differing:
        return Judgment("differs", True, "Same person; some fields differ from the file.")
    return Judgment("confirmed", True, "The registry and the file say the same.")
