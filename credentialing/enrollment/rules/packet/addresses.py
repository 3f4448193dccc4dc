"""When two written addresses are one place."""

from __future__ import annotations

import re
import unicodedata

_SAME = {
    "STREET": "ST",
    "AVENUE": "AVE",
    "AV": "AVE",
    "BOULEVARD": "BLVD",
    "ROAD": "RD",
    "DRIVE": "DR",
    "LANE": "LN",
    "COURT": "CT",
    "PLACE": "PL",
    "PARKWAY": "PKWY",
    "PKY": "PKWY",
    "HIGHWAY": "HWY",
    "CIRCLE": "CIR",
    "TERRACE": "TER",
    "SQUARE": "SQ",
    "TRAIL": "TRL",
    "NORTH": "N",
    "SOUTH": "S",
    "EAST": "E",
    "WEST": "W",
    "NORTHEAST": "NE",
    "NORTHWEST": "NW",
    "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
    "SAINT": "ST",
    "FORT": "FT",
    "MOUNT": "MT",
    "FIRST": "1ST",
    "SECOND": "2ND",
    "THIRD": "3RD",
    "OHIO": "OH",
    "FLOOR": "FL",
}
# Words for a part of a building: the number behind them counts, the word does not.
_UNITS = frozenset({"SUITE", "STE", "UNIT", "APT", "APARTMENT", "ROOM", "RM", "NO", "OFFICE", "OFC"})
_NOISE = frozenset({"USA", "US", "UNITED", "STATES"})
_ZIP = re.compile(r"\b(\d{5})(?:-?\d{4})?\s*$")


def address_words(text: str) -> tuple[list[str], str]:
    """Return an address as it is compared, the words without the ZIP code, and the first five digits of that.

    Source:
        USPS Publication 28, appendices B and C: suffixes, directions and units are written in several ways.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    plain = re.sub(r"[.']", "", plain)
    plain = re.sub(r"[,;/\n#]+", " ", plain)
    plain = re.sub(r"\b(USA|UNITED STATES|US)\s*$", "", re.sub(r"\s+", " ", plain).strip()).strip()
    found = _ZIP.search(plain)
    postal = found.group(1) if found else ""
    if found:
        plain = plain[: found.start()]
    words = [_SAME.get(word, word) for word in re.split(r"[\s-]+", plain) if word]
    return [word for word in words if word not in _UNITS and word not in _NOISE], postal


def same_address(one: str, other: str) -> bool:
    """Say whether two texts mean the same address. Where one names no city or ZIP code, the rest decides.

    Source:
        Payers' most frequent defect: locations that do not match CAQH (payers.yaml, Optum). A suite that only one source
        names is a difference: payers load the address letter by letter.
    """
    (first, first_zip), (second, second_zip) = address_words(one), address_words(other)
    if not first or not second:
        return True
    if first_zip and second_zip:
        return first_zip == second_zip and first == second
    shorter, longer = sorted((first, second), key=len)
    return longer[: len(shorter)] == shorter
