"""License types, names, and what the registry says that the file does not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from credentialing.requirements.catalog import load_catalog

SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "V"})
# Degrees and licenses that say nothing about behavioral health by themselves: they count only with a fitting taxonomy.
GENERIC = frozenset(
    {
        "MD",
        "DO",
        "PA",
        "PA-C",
        "NP",
        "NP-C",
        "CNP",
        "APRN",
        "ARNP",
        "CRNP",
        "CNS",
        "PHD",
        "EDD",
        "LP",
        "LAC",
        "CT",
        "CPS",
    }
)
# Dependent in Ohio, the name of the independent license elsewhere.
INDEPENDENT_ELSEWHERE = {"LPC": "LPCC", "MFT": "LIMFT"}


@dataclass(frozen=True, slots=True)
class LicenseGuess:
    """The license type that fits best. `sure` is false when a person should look: the reason is in `why`."""

    code: str
    sure: bool
    why: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as some source has it."""

    first: str
    last: str
    middle: str = ""


def credential_tokens(text: str | None) -> tuple[str, ...]:
    """Return the credentials in a string as they are compared: `M.Ed., LPC, NCC` is MED, LPC, NCC.

    Source:
        Credential strings as providers type them into NPPES (free text).
    """
    if not text:
        return ()
    joined = re.sub(r"(?<=[A-Za-z])\.\s?(?=[A-Za-z]\b)", "", text).replace(".", "")
    tokens = [token.strip("-").upper() for token in re.split(r"[\s,;/&()]+", joined)]
    return tuple(dict.fromkeys(token for token in tokens if token))


def license_type_for(
    taxonomies: Sequence[str], credential: str | None, state: str | None = None
) -> LicenseGuess | None:
    """Return the license type of a provider from taxonomies (primary first) and credentials; None for another
    profession.

    What both agree on is sure. A license named by the credential alone, or a taxonomy alone, is a guess. `LPC` and
    `MFT` are dependent licenses in Ohio and independent ones elsewhere.

    Source:
        NUCC taxonomy codes; requirements.yaml, license_types (Ohio names and what they are elsewhere).
    """
    types = load_catalog().license_types
    by_taxonomy = [
        kind.code
        for taxonomy in taxonomies
        for kind in types.values()
        if taxonomy in kind.taxonomies and kind.code != "GROUP"
    ]
    named: list[tuple[str, str]] = []
    for token in credential_tokens(credential):
        code = next((kind.code for kind in types.values() if token in kind.credentials), None)
        if code is None:
            continue
        if (state or "").upper() != "OH":
            code = INDEPENDENT_ELSEWHERE.get(code, code)
        named.append((token, code))
    for token, code in named:
        if code in by_taxonomy:
            return LicenseGuess(code, True, f"{token} and the taxonomy agree.")
    for token, code in named:
        if token not in GENERIC:
            return LicenseGuess(code, False, f"{token} says so; the taxonomy does not.")
    if by_taxonomy:
        same = [code for code in dict.fromkeys(by_taxonomy) if set(types[code].taxonomies) & set(taxonomies[:1])]
        best = (same or by_taxonomy)[0]
        return LicenseGuess(best, len(same) == 1, "Only the taxonomy says so; no license is named.")
    return None


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9 -]", "", folded.upper()).strip()


def _last_names(text: str) -> set[str]:
    """Return the whole last name and, when it has several parts, each of them."""
    words = [word for word in _plain(text).replace("-", " ").split() if word not in SUFFIXES]
    return {"".join(words), *words} if words else set()


def _first_names_agree(one: str, other: str) -> bool:
    first, second = _plain(one).replace("-", " ").split(), _plain(other).replace("-", " ").split()
    if not first or not second:
        return False
    return first[0] == second[0] or (1 in (len(first[0]), len(second[0])) and first[0][0] == second[0][0])


def names_agree(file: PersonName, registry: PersonName, former_last_names: Sequence[str] = ()) -> str:
    """Say how a name in the file and one in a registry agree: same, hyphen, former or different.

    Accents, punctuation, case and suffixes do not count, and an initial stands for its first name. `hyphen`: one half
    of a double name is the same. `former`: the registry still has an earlier last name. Neither is proof that it is the
    same person.

    Source:
        OIG search advice: former and maiden names, each half of a hyphenated name; a name match is never proof
        (oig.hhs.gov).
    """
    if not _first_names_agree(file.first, registry.first):
        return "different"
    ours, theirs = _last_names(file.last), _last_names(registry.last)
    if not ours or not theirs:
        return "different"
    if max(ours, key=len) == max(theirs, key=len):
        return "same"
    if ours & theirs:
        return "hyphen"
    return "former" if any(_last_names(name) & theirs for name in former_last_names) else "different"


def is_somebody_else(one: PersonName, other: PersonName) -> bool:
    """Say whether two names under one NPI can only be two people: neither the first nor any part of the last name agrees.

    People marry and shorten their first names, but not both at once; an empty name is nobody else.

    Source:
        Product rule: an NPI belongs to one person for life (45 CFR 162.408), so the second name in a roster is a typing
        mistake in the number and must not overwrite the first.
    """
    if not (one.first and one.last and other.first and other.last):
        return False
    return not _first_names_agree(one.first, other.first) and not _last_names(one.last) & _last_names(other.last)


def proper_name(text: str) -> str:
    """Return a name as people write it: `O'NEIL-MCDONALD` is O'Neil-McDonald. Mixed case is left as it is.

    Source:
        NPPES returns names in capitals.
    """
    if text != text.upper():
        return text
    name = re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), text)
    name = re.sub(r"\bMc([a-z])", lambda found: "Mc" + found.group(1).upper(), name)
    return re.sub(r"(?<=[a-z])'S\b", "'s", name)


def display_name(first: str, last: str, *, middle: str = "", credential: str = "") -> str:
    """Return the name for a page: `Dana R. Ortiz, LISW`.

    Source:
        Product rule: the provider's header (looks.md).
    """
    initial = f"{middle.strip()[0].upper()}." if middle.strip() else ""
    name = " ".join(part for part in (proper_name(first.strip()), initial, proper_name(last.strip())) if part)
    return f"{name}, {credential.strip(' ,')}" if credential.strip(" ,") else name


def initials(first: str, last: str) -> str:
    """Return two letters for a person without a photo.

    Source:
        Product rule: the provider's header (looks.md).
    """
    return "".join(part.strip()[0].upper() for part in (first, last) if part.strip())


def ssn_digits(text: str) -> str | None:
    """Return the nine digits of a social security number; None when it can be none.

    Source:
        Social Security Administration, number randomization (2011): area 000, 666 and 900-999, group 00 and serial 0000
        are never given.
    """
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{9}", digits):
        return None
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if area in ("000", "666") or area >= "900" or group == "00" or serial == "0000":
        return None
    return digits
