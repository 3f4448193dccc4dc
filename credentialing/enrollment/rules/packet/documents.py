"""The documents that an application needs, and what was read in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from credentialing.enrollment.rules.packet.businesses import business_words, same_business
from credentialing.enrollment.rules.packet.facts import Defect, PacketFacts, PacketItem, Paper
from infra.words import counted, short_date

# What a payer gives by its approval cannot be part of the application to it.
GIVEN_BY = {"medicare_ptan": "medicare", "medicaid_id": "medicaid_ffs"}
W9_DAYS = 365
_OPTUM = "Optum’s list of the most frequent defects"
_HABIT = "Common payer habit"


def asks_for(payer_kind: str, code: str, payer_kinds: Collection[str]) -> bool:
    """Say whether payers of a kind want a document with the application. `payer_kinds` are those that the document is
    for, empty for all.

    Source:
        42 CFR 424.510 and 438.602(b): Medicare and the state's Medicaid agency assign their number on enrollment.
    """
    return GIVEN_BY.get(code) != payer_kind and (not payer_kinds or payer_kind in payer_kinds)


def document_defects(facts: PacketFacts, today: date, within_days: int) -> list[Defect]:
    """Return which of the asked-for documents are missing, not reviewed, or no longer good.

    Source:
        requirements.yaml; payers return applications whose documents run out during the review (confidence C).
    """
    found = (_document_defect(item, today, within_days) for item in facts.items)
    return [defect for defect in found if defect is not None]


def _document_defect(item: PacketItem, today: date, within_days: int) -> Defect | None:
    def defect(code: str, message: str, fix: str, action: str = "upload", source: str = _OPTUM) -> Defect:
        return Defect(code, message, fix, "blocks", action, item.code, source)  # type: ignore[arg-type]

    if item.status == "missing":
        if item.code == "attestation_release":
            return defect(
                "document-missing",
                f"{item.label} is missing.",
                "Have the provider sign on the phone, or upload the signed paper.",
                "ask_signature",
                "NCQA CR 3 (signed attestation)",
            )
        return defect("document-missing", f"{item.label} is missing.", "Upload it.")
    if item.status == "rejected":
        return defect("document-rejected", f"{item.label} was rejected.", "Upload a corrected one.")
    if item.status == "expired" or (item.expires_on is not None and item.expires_on < today):
        ended = f" on {short_date(item.expires_on, today)}" if item.expires_on else ""
        return defect("document-expired", f"{item.label} expired{ended}.", "Upload the renewed one.")
    if item.status == "uploaded":
        return defect(
            "document-in-review",
            f"{item.label} has not been reviewed.",
            "Accept or reject it.",
            "review",
            "Product rule: only what a person accepted is sent",
        )
    if item.expires_on is not None and item.expires_on <= today + timedelta(days=within_days):
        left = counted((item.expires_on - today).days, "day")
        return defect(
            "document-expiring",
            f"{item.label} expires in {left}, on {short_date(item.expires_on, today)}.",
            "Renew it first: payers return applications whose documents run out during the review.",
            source=_HABIT,
        )
    return None


def paper_defects(facts: PacketFacts, today: date) -> Iterator[Defect]:
    """Yield what is wrong inside the documents: the wrong file, a W-9 without signature, too old or for another tax ID.

    Source:
        Optum, most frequent defects: wrong document attached, W-9 unsigned or with the wrong TIN, stale dates
        (payers.yaml); IRS, instructions for the requester of Form W-9 (name, TIN, signature, date).
    """
    for paper in facts.papers:
        if paper.sure and paper.read_kind and paper.read_kind != paper.kind:
            yield Defect(
                "wrong-file",
                f"The file sent as {paper.label} looks like: {paper.read_label or paper.read_kind}.",
                "Look at it, and file it as what it is or reject it.",
                "blocks",
                "open_document",
                paper.document_id,
                _OPTUM,
            )
        if paper.tin and facts.tin and _digits(paper.tin) != _digits(facts.tin):
            yield _tin_defect(paper, facts)
        if paper.kind == "w9":
            yield from _w9_defects(paper, today)
            yield from _w9_name(paper, facts)


def _tin_defect(paper: Paper, facts: PacketFacts) -> Defect:
    """A number that nobody has compared with the page leads there first: one digit may be misread."""
    said = paper.tin_shown or paper.tin
    fix = "Send the one of the entity that bills, or correct the clinic's tax ID."
    action = "open_clinic" if paper.is_confirmed else "open_document"
    if facts.clinic_tin and _digits(paper.tin) == _digits(facts.clinic_tin):
        fix, action = (
            "The application began with an older tax ID of the clinic: use the clinic's present one.",
            "take_tin",
        )
    elif not paper.is_confirmed:
        fix = f"Compare the number with the page first. {fix}"
    return Defect(
        "tin-mismatch",
        f"{paper.label} is for tax ID {said}, the application for {facts.tin}.",
        fix,
        "blocks",
        action,  # type: ignore[arg-type]
        paper.kind,
        _OPTUM,
    )


def _w9_name(paper: Paper, facts: PacketFacts) -> Iterator[Defect]:
    """Who bills is a firm or one person; the name that the number belongs to stands on line 1."""
    if not paper.holder or not facts.legal_name or same_business(paper.holder, facts.legal_name):
        return
    near = bool(business_words(paper.holder) & business_words(facts.legal_name))
    yield Defect(
        "w9-name-mismatch",
        f"The W-9 is made out to {paper.holder}, the clinic's legal name is {facts.legal_name}.",
        "Send the W-9 of the entity that bills, or correct the clinic's legal name.",
        "warns" if near or not paper.is_confirmed else "blocks",
        "open_clinic" if paper.is_confirmed else "open_document",
        paper.kind,
        "IRS, instructions for Form W-9: the name and the TIN belong together; Optum’s list",
    )


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _w9_defects(paper: Paper, today: date) -> Iterator[Defect]:
    if paper.is_signed is False:
        yield Defect(
            "w9-unsigned",
            "The W-9 is not signed.",
            "Have the clinic sign and date it, and upload it again.",
            "blocks",
            "upload",
            paper.kind,
            _OPTUM,
        )
    elif paper.looks_unsigned and paper.is_signed is None and paper.signed_on is None:
        yield Defect(
            "w9-unsigned",
            "The W-9 looks unsigned: nothing stands on its signature line.",
            "Look at it: upload a signed one, or confirm the day on which it was signed.",
            "blocks",
            "open_document",
            paper.kind,
            _OPTUM,
        )
    if paper.signed_on is not None and paper.signed_on < today - timedelta(days=W9_DAYS):
        yield Defect(
            "w9-stale",
            f"The W-9 was signed on {short_date(paper.signed_on, today)}, more than 12 months ago.",
            "Fill and sign a new one.",
            "blocks",
            "upload",
            paper.kind,
            "Payers take a W-9 of the last 12 months",
        )
