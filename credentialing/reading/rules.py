"""What follows from a reading, on plain values: which requirement it meets, how sure it is as a whole, what a person changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIELD_LABELS = {
    "holder_name": "Name on it",
    "number": "Number",
    "npi": "NPI",
    "issuer": "Issued by",
    "address": "Address on it",
    "state": "State",
    "issued_on": "Issued on",
    "effective_on": "Effective on",
    "expires_on": "Expires on",
    "signed_on": "Signed on",
    "attested_on": "Attested on",
    "limits_each_cents": "Limit for each claim, dollars",
    "limits_total_cents": "Limit in total, dollars",
}
SEALED_KINDS = frozenset({"dea"})
"""Kinds whose number is a secret: shown masked, stored sealed."""
_EIN = re.compile(r"\d{2}-\d{7}")
CREDENTIAL_KINDS = frozenset(
    "state_license dea cds board_cert malpractice_face caqh_profile photo_id medicare_ptan medicaid_id collab_agreement"
    " supervision_agreement cpr background_check clia ecfmg residency agency_certification".split()
)
"""Kinds that a provider holds: confirming one writes it into the file. The others are papers only."""
_BEGINS = ("issued_on", "effective_on", "attested_on", "signed_on")
_KEY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "state_license": ("number", "expires_on", "state"),
    "dea": ("number", "expires_on"),
    "cds": ("number", "expires_on"),
    "board_cert": ("expires_on",),
    "malpractice_face": ("number", "expires_on", "limits_each_cents", "limits_total_cents"),
    "caqh_profile": ("attested_on",),
    "cpr": ("expires_on",),
    "photo_id": ("expires_on",),
    "medicare_ptan": ("number",),
    "medicaid_id": ("number",),
    "collab_agreement": ("expires_on",),
    "w9": ("signed_on",),
    "attestation_release": ("signed_on",),
}


def requirement_for(
    kind: str | None, accepted: Mapping[str, Sequence[str]], asked: Iterable[str] | None
) -> tuple[str | None, float]:
    """The requirement that a kind meets, and how sure that is: certain when it is asked of the provider, half when it is not.

    `accepted` says which kinds each requirement takes, `asked` which requirements the provider has; None when nobody knows whose
    document it is.
    """
    codes = [code for code, kinds in accepted.items() if kind == code or kind in kinds]
    if not codes:
        return None, 0.0
    if asked is None:
        return codes[0], 0.7
    wanted = set(asked)
    hit = next((code for code in codes if code in wanted), None)
    return (hit, 1.0) if hit else (codes[0], 0.5)


def overall(
    kind: str | None, kind_confidence: float, provider_confidence: float, fields: Sequence[Mapping[str, Any]]
) -> float:
    """How sure a reading is as a whole: as its least sure part, among the kind, whose it is, and what the kind turns on.

    A field that the kind turns on and that was not read makes the whole unsure: nothing is accepted with a hole in it.
    """
    if kind is None:
        return 0.0
    sure = {str(item["name"]): float(item["confidence"]) for item in fields}
    keys = [sure.get(name, 0.0) for name in _KEY_FIELDS.get(kind, ())]
    return min([kind_confidence, provider_confidence, *keys])


def may_accept_alone(
    confidence: float, *, auto_accept: bool, threshold: int, kind: str | None, provider_known: bool, several: bool
) -> bool:
    """Whether a reading is accepted without a person: only when the clinic switched that on, and the whole is at the threshold."""
    if not auto_accept or kind not in _KEY_FIELDS or not provider_known or several:
        return False
    return confidence * 100 >= threshold


def credential_values(kind: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The statement that goes into the provider's file: columns of a credential, limits as details."""
    values = {name: said[name] for name in ("number", "state", "issuer", "holder_name", "expires_on") if said.get(name)}
    begins = next((said[name] for name in _BEGINS if said.get(name)), None)
    if begins:
        values["issued_on"] = begins
    if kind == "malpractice_face":
        values |= {name: int(said[name]) for name in ("limits_each_cents", "limits_total_cents") if said.get(name)}
    return values


def is_secret_number(kind: str | None, number: str) -> bool:
    """Whether a number is shown masked and stored sealed: a DEA number, and what a W-9 has unless it is written as an employer's.

    Source:
        security.md and design.md 6: Social Security numbers are sealed; an EIN (`34-1234567`) is printed on every claim.
    """
    return kind in SEALED_KINDS or (kind == "w9" and not _EIN.fullmatch(number))


def masked_number(number: str) -> str:
    """A secret number with only its last two characters."""
    return "•" * max(0, len(number) - 2) + number[-2:]


@dataclass
class Agreement:
    """How the machine did on one field or kind, as people judged it: right, corrected, missed, and read though there is nothing."""

    right: int = 0
    corrected: int = 0
    missed: int = 0
    invented: int = 0

    @property
    def precision(self) -> float | None:
        """Of what the machine said, the share that people left as it was."""
        said = self.right + self.corrected + self.invented
        return self.right / said if said else None

    @property
    def recall(self) -> float | None:
        """Of what people confirmed, the share that the machine had said."""
        there = self.right + self.corrected + self.missed
        return self.right / there if there else None


def agreement(
    confirmed: Iterable[tuple[str | None, Mapping[str, str], str, Mapping[str, str]]],
) -> tuple[dict[str, Agreement], dict[str, Agreement]]:
    """By kind and by field, from (machine's kind, machine's fields, person's kind, person's fields) of confirmed readings."""
    kinds: dict[str, Agreement] = defaultdict(Agreement)
    fields: dict[str, Agreement] = defaultdict(Agreement)
    for read_kind, read, said_kind, said in confirmed:
        if read_kind == said_kind:
            kinds[said_kind].right += 1
        else:
            kinds[said_kind].missed += 1
            if read_kind:
                kinds[read_kind].invented += 1
        for name in set(read) | set(said):
            machine, person = read.get(name, ""), said.get(name, "")
            score = fields[name]
            if machine and person:
                same = _plain(machine) == _plain(person)
                score.right, score.corrected = score.right + same, score.corrected + (not same)
            elif person:
                score.missed += 1
            else:
                score.invented += 1
    return dict(kinds), dict(fields)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9•]", "", text.lower())


def parts_add_up(parts: Sequence[tuple[int, int]], pages: int) -> str | None:
    """What is wrong with a proposed cut, in words; None when the parts cover all pages once, in order."""
    expected = 1
    for first, last in parts:
        if first != expected or last < first:
            return f"Every page belongs to exactly one part: the part after page {expected - 1} begins with page {expected}."
        expected = last + 1
    if expected != pages + 1:
        return f"The parts end with page {expected - 1}; the file has {pages}."
    return None if len(parts) > 1 else "Name at least two parts."
