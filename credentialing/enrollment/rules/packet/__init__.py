"""What is still wrong with an application before it is sent: the known reasons for which payers return one, each a rule.

`facts` holds what the rules look at, `documents` judges the asked-for documents and what was read in them, `identity` compares
numbers, names and addresses between sources, `history` looks at licenses, insurance, work, disclosures, exclusions and the
signature. `packet_defects` asks them all. What is not known makes no defect: only what is known to be wrong does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from credentialing.enrollment.rules.packet.addresses import same_address
from credentialing.enrollment.rules.packet.documents import asks_for, document_defects, paper_defects
from credentialing.enrollment.rules.packet.facts import (
    CAQH_DAYS,
    CAQH_DAYS_BY_STATE,
    EXPIRES_WITHIN_DAYS,
    AddressSaid,
    Defect,
    Exclusion,
    License,
    PacketFacts,
    PacketItem,
    Paper,
    Policy,
    Signature,
    WorkGap,
    malpractice_minimum,
)
from credentialing.enrollment.rules.packet.history import history_defects
from credentialing.enrollment.rules.packet.identity import identity_defects
from infra.words import counted

__all__ = [
    "CAQH_DAYS",
    "CAQH_DAYS_BY_STATE",
    "AddressSaid",
    "Defect",
    "Exclusion",
    "License",
    "PacketFacts",
    "PacketItem",
    "Paper",
    "Policy",
    "Signature",
    "WorkGap",
    "asks_for",
    "blocking",
    "defects_sentence",
    "malpractice_minimum",
    "packet_defects",
    "same_address",
]

# What a document of the list tells already is not told a second time by the record behind it.
SAME_AS = {
    "malpractice-expired": ("document-expired", "malpractice_face"),
    "malpractice-expiring": ("document-expiring", "malpractice_face"),
    "license-expired": ("document-expired", "state_license"),
    "signature-old": ("document-expired", "attestation_release"),
    "w9-stale": ("document-expired", "w9"),
}


def packet_defects(facts: PacketFacts, today: date, *, within_days: int = EXPIRES_WITHIN_DAYS) -> list[Defect]:
    """Return what is wrong with an application; an empty list means that it is ready to send.

    Source:
        CAQH ProView: attestation every 120 days, Illinois 180 (caqh.org, ProView resources). Payers' most frequent
        defects (payers.yaml, Optum). Expiry window: common payer habit, confidence C.
    """
    found = document_defects(facts, today, within_days)
    said = {(defect.code, defect.subject) for defect in found}
    for defect in _later_defects(facts, today, within_days):
        if (defect.code, defect.subject) not in said and SAME_AS.get(defect.code) not in said:
            said.add((defect.code, defect.subject))
            found.append(defect)
    return found


def _later_defects(facts: PacketFacts, today: date, within_days: int) -> Iterator[Defect]:
    yield from identity_defects(facts, today)
    yield from paper_defects(facts, today)
    yield from history_defects(facts, today, within_days)


def blocking(defects: Sequence[Defect]) -> list[Defect]:
    """Return the defects for which a payer returns an application; the others are only worth a look.

    Source:
        Product rule: a warning never keeps an application from being ready.
    """
    return [defect for defect in defects if defect.severity == "blocks"]


def defects_sentence(defects: Sequence[Defect], *, named: int = 3) -> str:
    """Say how many things are wrong, name the first of them, and what is possible.

    Source:
        Product rule: an application with open defects is called ready only with a reason (issue 2).
    """
    first = "; ".join(defect.message.rstrip(".") for defect in defects[:named])
    more = f"; and {len(defects) - named} more" if len(defects) > named else ""
    them = "it" if len(defects) == 1 else "them"
    verb = "is" if len(defects) == 1 else "are"
    count = counted(len(defects), "thing")
    return f"{count} {verb} missing or wrong: {first}{more}. Mend {them} or say why it is sent without."
