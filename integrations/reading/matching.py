"""Whose document it is: names with former ones, NPI and license number of the clinic's providers, found in what was read. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from integrations.reading.fields import Field
from integrations.reading.page import Page

SURE_NPI, SURE_LICENSE, SURE_NAME, SURE_FORMER = 0.99, 0.97, 0.94, 0.9
_LAST_AND_INITIAL = 0.66
_LAST_ONLY = 0.35
_ELSEWHERE = 0.82
_IN_RUNNING_TEXT = 0.7


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose document it may be. `key` is the caller's own; numbers are compared without punctuation."""

    key: str
    first: str
    last: str
    middle: str = ""
    former: tuple[str, ...] = ()
    npi: str = ""
    license_number: str = ""


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A person, how sure it is that the document is theirs, and why, in words."""

    key: str
    confidence: float
    because: str


def match_person(pages: Sequence[Page], fields: Sequence[Field], people: Sequence[Person]) -> list[PersonMatch]:
    """People whose document it may be, surest first. Two that are nearly as sure make each other less sure: namesakes stay open."""
    text = " ".join(_folded(page.text) for page in pages)
    tight = re.sub(r"[^A-Z0-9]", "", text.upper())
    holder = next((_folded(field.value) for field in fields if field.name == "holder_name"), "")
    every = [match for person in people if (match := _match(person, text, tight, holder))]
    every.sort(key=lambda match: -match.confidence)
    if len(every) > 1 and every[0].confidence - every[1].confidence < 0.04:
        both = every[0].confidence * 0.6
        every[0] = PersonMatch(every[0].key, both, f"{every[0].because}; another provider fits as well")
    return every[:3]


def _match(person: Person, text: str, tight: str, holder: str) -> PersonMatch | None:
    if person.npi and re.search(rf"(?<!\d){person.npi}(?!\d)", text):
        return PersonMatch(person.key, SURE_NPI, f"NPI {person.npi} stands in it")
    license_number = re.sub(r"[^A-Z0-9]", "", person.license_number.upper())
    if len(license_number) >= 5 and license_number in tight:
        return PersonMatch(person.key, SURE_LICENSE, f"license number {person.license_number} stands in it")
    best = max(_name_scores(person, text, holder), default=None, key=lambda item: item[0])
    return PersonMatch(person.key, best[0], best[1]) if best else None


def _name_scores(person: Person, text: str, holder: str) -> list[tuple[float, str]]:
    found = []
    for last in (person.last, *person.former):
        former = last != person.last
        sure = SURE_FORMER if former else SURE_NAME
        given, family = person.first, last
        if former and " " in last.strip():
            given, family = last.strip().rsplit(" ", 1)
        words = f"{'former ' if former else ''}name {given} {family}"
        if holder and _has_name(holder, given, family):
            found.append((sure, f"{words} is whom it was issued to"))
        elif _has_name(text, given, family):
            found.append((sure * (_ELSEWHERE if holder else _IN_RUNNING_TEXT + 0.15), f"{words} stands in it"))
        elif (
            holder
            and _near(family, holder)
            and re.search(rf"\b{re.escape(_folded(given)[:1])}\b|\b{re.escape(_folded(given)[:3])}", holder)
        ):
            found.append((_LAST_AND_INITIAL, f"{words} resembles whom it was issued to"))
        elif holder and _near(family, holder):
            found.append((_LAST_ONLY, f"last name {family} is the same"))
    return found


def _has_name(text: str, given: str, family: str) -> bool:
    """First and last name within four words of each other, in either order; hyphenated names by either half; a letter may differ."""
    words = re.findall(r"[a-z']+", text)
    firsts = {index for index, word in enumerate(words) if _same(word, _folded(given).split(" ")[0])}
    if not firsts:
        return False
    halves = [half for half in re.split(r"[\s\-]+", _folded(family)) if len(half) > 1]
    full = [index for index, word in enumerate(words) if any(_same(word, half) for half in halves)]
    return any(0 < abs(index - first) <= 4 for index in full for first in firsts)


def _near(family: str, text: str) -> bool:
    return any(
        _same(word, half)
        for word in re.findall(r"[a-z']+", text)
        for half in re.split(r"[\s\-]+", _folded(family))
        if len(half) > 1
    )


def _folded(text: str) -> str:
    plain = text.lower().replace("’", "'")
    return plain.translate(str.maketrans("áàäâãéèëêíìïîóòöôõúùüûñç", "aaaaaeeeeiiiiooooouuuunc"))


def _same(word: str, wanted: str) -> bool:
    """Equal, or of five letters and more with one letter wrong, as recognized text has it."""
    if word == wanted:
        return True
    if min(len(word), len(wanted)) < 5 or abs(len(word) - len(wanted)) > 1:
        return False
    return _one_apart(word, wanted)


def _one_apart(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    for index, letter in enumerate(one):
        if letter != other[index]:
            return (
                one[index + 1 :] == other[index + 1 :] if len(one) == len(other) else one[index:] == other[index + 1 :]
            )
    return True
