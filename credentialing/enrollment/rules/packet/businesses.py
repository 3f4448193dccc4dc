"""When two written names are one business."""

from __future__ import annotations

import re
import unicodedata

_FORMS = frozenset("LLC PLLC INC INCORPORATED CORP CORPORATION CO COMPANY LTD LIMITED LLP LP PC PA PSC DBA".split())
_SMALL = frozenset("THE AND OF FOR A".split())
# What half of all clinics are called says nothing of which one it is.
_COMMON = frozenset(
    "COUNSELING CENTER CENTERS CLINIC CLINICS HEALTH HEALTHCARE BEHAVIORAL MENTAL SERVICES SERVICE GROUP ASSOCIATES THERAPY PRACTICE "
    "PSYCHIATRY PSYCHOLOGY WELLNESS CARE PARTNERS MEDICAL".split()
)


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    plain = re.sub(r"[.']", "", plain.replace("&", " AND "))
    return [word for word in re.split(r"[^A-Z0-9]+", plain) if word and word not in _SMALL]


def same_business(one: str, other: str) -> bool:
    """Say whether two names are one business: `Harbor Counseling, L.L.C.` and `HARBOR COUNSELING LLC`.

    Source:
        Product rule: punctuation, case, `&` and the legal form's short word do not tell businesses apart; unknown names agree.
    """
    first, second = ([word for word in _words(name) if word not in _FORMS] for name in (one, other))
    return not first or not second or first == second


def business_words(name: str) -> frozenset[str]:
    """Return the words of a name that tell a business from others; two names that share one may be one business's two names.

    Source:
        Product rule: trade name and legal name usually share a word.
    """
    return frozenset(_words(name)) - _FORMS - _COMMON
