"""The names under which a person may stand on a list, as keys that can be looked up by equality. Pure.

A key is `LAST|FIRST`, capitals without accents, blanks or punctuation. A provider is looked up under all their keys: every last name
they have or had, each half of a double one, and every form of the first name. A list's row is found under its own name, and under
`alias_keys` when that is written with more than plain letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "V", "MD", "PHD", "DO"})
PARTICLES = frozenset("DE LA LAS LOS DEL DA DI DO DOS VAN VON DER DEN TEN LE EL AL SAN ST MC MAC O D Y".split())
"""Parts of a last name that are no half of it: `DE LA CRUZ` has the halves CRUZ and DELACRUZ."""

_PARTS = re.compile(r"[\s\-‐‑–—/.,]+")
_LETTERS = re.compile(r"[^A-Z]+")


def fold(text: str) -> str:
    """Return the letters of a name in capitals, without accents: `Peña-O'Neil` is PENAONEIL."""
    if text.isascii() and text.isalpha():
        return text.upper()
    plain = unicodedata.normalize("NFKD", text.upper().replace("ß", "SS").replace("Ø", "O").replace("Ł", "L"))
    return _LETTERS.sub("", plain)


def _parts(text: str) -> list[str]:
    return [part for part in (fold(piece) for piece in _PARTS.split(text)) if part]


def last_name_forms(name: str) -> tuple[str, ...]:
    """Return a last name without blanks and hyphens, and each half of a double one, the whole first.

    Source:
        OIG search advice for the LEIE: search each half of a hyphenated name (oig.hhs.gov/exclusions, tips).
    """
    if name.isascii() and name.isalpha():
        return (name.upper(),)
    parts = [part for part in _parts(name) if part not in SUFFIXES]
    if len(parts) < 2:
        return tuple(parts)
    halves = [part for part in parts if part not in PARTICLES and len(part) > 1]
    return tuple(dict.fromkeys(("".join(parts), *halves)))


def first_name_forms(name: str, nicknames: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return a first name and the names that may be the same person's: nicknames, the first of two names.

    Source:
        reference.yaml, leie_csv match policy; nicknames.yaml.
    """
    if name.isascii() and name.isalpha():
        own: tuple[str, ...] = (name.upper(),)
    else:
        parts = _parts(name)
        own = tuple(dict.fromkeys(("".join(parts), parts[0]))) if parts else ()
    if len(own) == 1:
        others = nicknames.get(own[0])
        return own if others is None else (own[0], *others)
    return tuple(dict.fromkeys((*own, *(other for form in own for other in nicknames.get(form, ())))))


def search_keys(
    first: str, last: str, former_names: Sequence[str], nicknames: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return every key under which a provider is looked up, the present full name first.

    Source:
        OIG search advice for the LEIE: former and maiden names, each half of a hyphenated name (oig.hhs.gov/exclusions, tips).
    """
    lasts = last_name_forms(last)
    if former_names:
        lasts = tuple(dict.fromkeys((*lasts, *(form for name in former_names for form in last_name_forms(name)))))
    firsts = first_name_forms(first, nicknames)
    return [f"{one}|{other}" for one in lasts for other in firsts]


def alias_keys(first: str, last: str) -> list[str]:
    """Return the further keys of a list's row, whose own key is its raw `LAST|FIRST`; none when that is plain capitals."""
    lasts, firsts = last_name_forms(last), first_name_forms(first, {})
    raw = f"{last}|{first}"
    return [key for key in (f"{one}|{other}" for one in lasts for other in firsts) if key != raw]
