"""The shapes of values in printed documents: dates, amounts, numbers with check digits, names of people. Pure functions on text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from integrations.dea import dea_is_valid
from integrations.npi import npi_is_valid


class Found(NamedTuple):
    """A value in a text: from `start` to `end`, and how sure its shape alone makes it."""

    start: int
    end: int
    value: str
    sure: float


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS["sept"] = 9
_MONTH = r"(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DIGIT = "[0-9OoIl|]"
_DATES = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"(?<![\w/])(?P<m>{_DIGIT}{{1,2}})\s?[/.\-]\s?(?P<d>{_DIGIT}{{1,2}})\s?[/.\-]\s?"
        rf"(?P<y>(?:19|20){_DIGIT}{{2}}|{_DIGIT}{{2}})(?![\w/])",
        r"(?<![\w/])(?P<y>(?:19|20)\d{2})\s?[/.\-]\s?(?P<m>\d{1,2})\s?[/.\-]\s?(?P<d>\d{1,2})(?![\w/])",
        rf"\b{_MONTH}\s*(?P<d>\d{{1,2}})\s?(?:st|nd|rd|th)?\s*[,.]?\s*(?P<y>(?:19|20)\d{{2}})\b",
        rf"\b(?P<d>\d{{1,2}})\s?(?:st|nd|rd|th)?\s*(?:day\s+of\s+|of\s+)?[-\s/]?{_MONTH}[-\s/,]*(?:in the year\s+|A\.?D\.?\s+)?"
        r"(?P<y>(?:19|20)\d{2}|(?<=[-/])\d{2})\b",
    )
)
_MONTH_YEAR = (
    re.compile(rf"\b{_MONTH}\s*,?\s*(?P<y>(?:19|20)\d{{2}})\b", re.I),
    re.compile(r"(?<![\w/.\-])(?P<m>0?[1-9]|1[0-2])\s?/\s?(?P<y>20\d{2})(?![\w/])"),
)
_MONEY = re.compile(
    r"(?:US)?\$?\s?(?P<amount>\d{1,3}(?:[,.]\s?[\dOo]{3})+|\d{4,9}|\d{1,3}(?:\.\d)?(?=\s?(?:M|MM|million|K)\b))"
    r"(?:\.\d{2})?\s?(?P<unit>MM?|million|K)?(?![\w%])",
    re.I,
)
_NUMBER = re.compile(r"(?<![\w$/])(?:[A-Z]{1,6}[.\- ]{0,2}){0,3}\d(?:[A-Z0-9]|[.\-](?=[A-Z0-9]))*(?![\w/])")
_NPI = re.compile(r"(?<![\d\-])[12]\d{9}(?!\d)")
_DEA = re.compile(r"\b[A-Z][A-Z9][\dOoIlSB]{7}\b")
_LOOKALIKE = str.maketrans("OoIl|SB", "0011158")
_PHONE = re.compile(r"\(?\d{3}\)?[ .\-]\d{3}[.\-]\d{4}")


def repaired(digits: str) -> str:
    """Digits in which letters that look like digits (O, l, S, B) are taken for them."""
    return digits.translate(_LOOKALIKE)


def dates_in(text: str) -> list[Found]:
    """Whole dates, written as in the US, as ISO, or with the month's name; values are `YYYY-MM-DD`. Left to right."""
    found: list[Found] = []
    for pattern in _DATES:
        for match in pattern.finditer(text):
            value = _date_value(match.groupdict())
            if value and not any(match.start() < known.end and known.start < match.end() for known in found):
                sure = (
                    0.97
                    if match.group().isascii() and not re.search(r"[OoIl|](?=\d)|\d[OoIl|]", match.group())
                    else 0.8
                )
                found.append(Found(match.start(), match.end(), value.isoformat(), sure))
    return sorted(found)


def months_in(text: str) -> list[Found]:
    """Months with their year, as the last day of the month: how cards write when they end. Whole dates are left out."""
    taken = dates_in(text)
    found = []
    for pattern in _MONTH_YEAR:
        for match in pattern.finditer(text):
            if any(match.start() < known.end and known.start < match.end() for known in taken):
                continue
            parts = match.groupdict()
            month = int(parts["m"]) if parts.get("m") else _MONTHS[parts["month"].lower()]
            year = int(parts["y"])
            last = date(year, month, calendar.monthrange(year, month)[1])
            found.append(Found(match.start(), match.end(), last.isoformat(), 0.8))
    return sorted(found)


def _date_value(parts: dict[str, str | None]) -> date | None:
    month_name = parts.get("month")
    month = _MONTHS[month_name.lower()] if month_name else int(repaired(parts.get("m") or "0") or 0)
    year, day = int(repaired(parts["y"] or "0")), int(repaired(parts["d"] or "0"))
    if year < 100:
        year += 2000 if year < 70 else 1900
    if month > 12 >= day and not month_name:
        month, day = day, month
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if 1940 <= made.year <= 2075 else None


def amounts_in(text: str) -> list[Found]:
    """Amounts of at least 10,000 dollars, as whole cents: `$1,000,000`, `1,000,000`, `$1M`, `3 million`."""
    found = []
    for match in _MONEY.finditer(text):
        digits = re.sub(r"[,.\s]", "", repaired(match.group("amount")))
        unit = (match.group("unit") or "").lower()
        if unit:
            dollars = float(match.group("amount").replace(",", "")) * (1_000 if unit == "k" else 1_000_000)
        else:
            dollars = float(digits)
        if 10_000 <= dollars <= 100_000_000 and (unit or "$" in match.group() or "," in match.group()):
            found.append(
                Found(match.start(), match.end(), str(round(dollars) * 100), 0.95 if "$" in match.group() else 0.85)
            )
    return found


def numbers_in(text: str) -> list[Found]:
    """Numbers as boards, insurers and agencies give them: three digits or more, letters and dots among them; no dates, no phones."""
    taken = [*dates_in(text), *(Found(m.start(), m.end(), "", 0) for m in _PHONE.finditer(text))]
    found = []
    for match in _NUMBER.finditer(text):
        value = re.sub(r"\s*([.\-])\s*", r"\1", match.group()).strip(" .-")
        digits = sum(character.isdigit() for character in value)
        if digits < 3 or any(match.start() < known.end and known.start < match.end() for known in taken):
            continue
        start = match.start() + len(match.group()) - len(match.group().lstrip())
        # Ohio's social workers have numbers like I.1234567; in a picture the letter looks like a digit.
        if re.fullmatch(r"[1l|]\.\d{7}", value):
            found.append(Found(start, match.end(), f"I{value[1:]}", 0.75))
            continue
        found.append(Found(start, match.end(), value, 0.9 if digits >= 4 else 0.7))
    return found


def npis_in(text: str) -> list[Found]:
    """Ten digits with the check digit of an NPI."""
    return [
        Found(match.start(), match.end(), match.group(), 0.9)
        for match in _NPI.finditer(text)
        if npi_is_valid(match.group())
    ]


def dea_numbers_in(text: str) -> list[Found]:
    """DEA numbers whose check digit is right, letters that look like digits read as digits."""
    found = []
    for match in _DEA.finditer(text):
        value = match.group()[:2].upper() + repaired(match.group()[2:])
        if dea_is_valid(value):
            found.append(Found(match.start(), match.end(), value, 0.96))
    return found


_PARTICLE = r"(?:de|del|de la|la|van|von|der|den|di|da|al|el|St\.|Mc|O')"
_FORENAME = r"[A-Z][a-zà-ÿ'’]+(?:-[A-Z][a-zà-ÿ]+)?"
_NAME_MIXED = re.compile(
    rf"\b(?:{_FORENAME})(?:\s+(?:[A-Z]\.|[A-Z](?![\w'’])|{_FORENAME}))?(?:\s+{_PARTICLE})?(?:\s+|(?<=\s[A-Z]\.))"
    rf"(?:(?:Mc|Mac|O['’]|D['’])?{_FORENAME})(?:\s+(?:Jr|Sr|II|III)\.?)?\b"
)
_UPPER = r"[A-ZÀ-Þ][A-ZÀ-Þ'’]+(?:-[A-ZÀ-Þ]+)?"
_NAME_UPPER = re.compile(
    rf"\b{_UPPER}(?:\s+(?:[A-Z]\.|[A-Z](?![\w'’])|{_UPPER}))?(?:\s+|(?<=\s[A-Z]\.)){_UPPER}(?:\s+(?:JR|SR|II|III)\.?)?\b"
)
_LAST_FIRST = re.compile(
    rf"\b((?:(?:Mc|Mac|O['’])?{_FORENAME}|{_UPPER})(?:\s+(?:{_FORENAME}|{_UPPER}))?)\s?,\s?"
    rf"((?:{_FORENAME}|{_UPPER})(?:\s+(?:[A-Z]\.?(?![\w'’])|{_FORENAME}|{_UPPER}))?)(?![\w'’])"
)
_CREDENTIAL = re.compile(
    r"^(?:MD|DO|PHD|PSYD|EDD|LISW|LISW-S|LCSW|LICSW|LPCC|LPCC-S|LPC|LMHC|IMFT|LMFT|MFT|PMHNP|PMHNP-BC|APRN|APRN-CNP|CNP|NP|RN|"
    r"MSN|DNP|MSW|MA|MS|BS|BA|MED|LSW|LICDC|LICDC-CS|LCDC|CDCA|PA|PA-C|BCBA|FNP|CNS|LLC|INC|PLLC|PC|ESQ|DR|MR|MRS|MS)$"
)
_NOT_NAMES = frozenset(
    """state board license licensed number name of the department division issued issue date expiration expires expiry status
    active certificate certified certification registration controlled substance drug enforcement administration insurance company
    policy declarations professional liability coverage limits each claim aggregate named insured address street avenue road suite
    ohio kentucky indiana pennsylvania michigan columbus cleveland cincinnati toledo dayton akron united states america university
    college school institute degree bachelor master doctor social work worker counselor nurse practitioner psychologist psychology
    psychiatry psychiatric mental health medicine medical nursing clinical independent marriage family therapist chemical dependency
    provider practitioner individual identifier national plan enumeration system signature attestation release authorization
    agreement collaborative standard care arrangement physician supervising effective through renewal verification profile heart
    association american red cross basic life support bls cpr aed course instructor training center medicare medicaid services
    administrative contractor driver driver's licence sex height weight eyes class endorsements restrictions internal revenue
    service treasury form request taxpayer employer notice behavioral center group practice counseling clinic llc inc page
    type primary taxonomy code business location mailing phone fax email curriculum vitae education experience employment work
    history references languages summary director clinician intern staff candidate director executive secretary registrar president
    chairman chair officer authorized representative in for to by and or on at with from an is has this that hereby be it known
    whereas having been duly schedules schedule period premium retroactive agent producer carrier underwritten
    credential credentialing council quality assurance healthcare health first last middle suffix other former names
    birth security employer identification account statement bank loss run claims report open closed paid reserve
    occupational affairs agency licensing professional general instructions very official-looking
    we you assigned official transcript office arts science philosophy medical
    mutual aetna cigna organizations authorized awarded
    conferred credit hours cumulative vitae resume profile complete board-certified title signed printed print sign here
    below above see pursuant revised code chapter section january february march april may june
    july august september october november december monday tuesday wednesday thursday friday saturday sunday""".split()
)


def names_in(text: str) -> Iterator[Found]:
    """Names of people: `Dana R. Ortiz`, `ORTIZ, DANA R`, `DANA ORTIZ`; what consists of a document's own words is left out."""
    seen: list[tuple[int, int]] = []
    for match in _LAST_FIRST.finditer(text):
        last, first = match.group(1), match.group(2)
        if _is_name(last) and _is_name(first) and not _CREDENTIAL.match(first.upper().replace(".", "")):
            seen.append(match.span())
            yield Found(match.start(), match.end(), plain_name(f"{first} {last}"), 0.9)
    for pattern, sure in ((_NAME_MIXED, 0.85), (_NAME_UPPER, 0.75)):
        for match in _every(pattern, text):
            if any(match.start() < end and start < match.end() for start, end in seen):
                continue
            seen.append(match.span())
            yield Found(match.start(), match.end(), plain_name(match.group()), sure)


def _every(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Matches that are names; where one is not, the search goes on at its second word."""
    match = pattern.search(text)
    while match:
        if _is_name(match.group()):
            yield match
            match = pattern.search(text, match.end())
        else:
            first = re.match(r"\S+\s*", match.group())
            match = pattern.search(text, match.start() + (first.end() if first else 1))


def _is_name(text: str) -> bool:
    words = [word for word in re.split(r"[\s,]+", text) if word]
    if any(re.sub(r"[^\w']", "", word).lower() in _NOT_NAMES for word in words):
        return False
    return not any(_CREDENTIAL.match(word.upper().strip(".")) and len(word) > 1 for word in words)


def plain_name(text: str) -> str:
    """A name in ordinary capitals, single blanks, without credentials: `DANA R ORTIZ-VEGA` is `Dana R Ortiz-Vega`."""
    spaced = re.sub(r"(?<=\b[A-Z]\.)(?=[A-Z])", " ", text.strip(" ,.;:"))
    words = [word for word in re.split(r"\s+", spaced) if word]
    while len(words) > 2 and _CREDENTIAL.match(words[-1].upper().strip(".,")):
        words.pop()
    return " ".join(_capitals(word) if word.isupper() and len(word.strip(".")) > 1 else word for word in words)


def _capitals(word: str) -> str:
    if word.strip(".") in ("II", "III", "IV"):
        return word
    made = "-".join(part[:1] + part[1:].lower() for part in word.split("-"))
    return re.sub(r"^(O['’]|D['’]|Mc)([a-z])", lambda match: match.group(1) + match.group(2).upper(), made)
