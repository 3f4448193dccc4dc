"""Licenses, insurance, work history, disclosures, exclusions and the signature of an application."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from credentialing.enrollment.rules.packet.facts import Defect, PacketFacts, malpractice_minimum
from infra.words import short_date

_NCQA = "NCQA CR 3: five years of work history, gaps over 6 months explained, over a year in writing"
ATTESTATION_DAYS = 120


def history_defects(facts: PacketFacts, today: date, within_days: int) -> Iterator[Defect]:
    """Yield what is wrong with the provider's record beside its documents.

    Source:
        NCQA CR 3 elements; 42 CFR 1001.1901 (excluded people); payers' minimum limits (requirements.yaml).
    """
    yield from _licenses(facts, today)
    yield from _policies(facts, today, within_days)
    yield from _work(facts)
    for question in facts.unexplained:
        yield Defect(
            "disclosure-unexplained",
            f"The disclosure question “{question}” is answered yes without an explanation.",
            "Ask the provider to explain it in writing.",
            action="ask_provider",
            subject=question,
            source="NCQA CR 3 (attestation); CAQH: each yes needs an explanation",
        )
    for hit in facts.exclusions:
        yield Defect(
            "exclusion-confirmed" if hit.is_confirmed else "exclusion-open",
            f"The provider is on the exclusion list {hit.list_name}."
            if hit.is_confirmed
            else f"A hit in {hit.list_name} has not been cleared.",
            "Do not apply: nothing that this person does is paid by federal programs."
            if hit.is_confirmed
            else "Clear it as a namesake or confirm it first.",
            severity="warns" if hit.by_name_only and not hit.is_confirmed else "blocks",
            action="open_screening",
            subject=hit.list_name,
            source="42 CFR 1001.1901; OIG Special Advisory Bulletin on exclusion (2013)",
        )
    yield from _signature(facts, today)


def _licenses(facts: PacketFacts, today: date) -> Iterator[Defect]:
    for row in facts.licenses:
        name = f"The license {row.number} of {row.state}".replace("  ", " ")
        if row.status in ("revoked", "suspended"):
            yield Defect(
                "license-sanctioned",
                f"{name} is {row.status}.",
                "Do not apply before the board has restored it.",
                subject=row.number,
                source="NCQA CR 3 (license sanctions)",
            )
        elif row.status == "expired" or (row.expires_on is not None and row.expires_on < today):
            ended = f" on {short_date(row.expires_on, today)}" if row.expires_on else ""
            yield Defect(
                "license-expired",
                f"{name} expired{ended}.",
                "Have the provider renew it and check it at the board.",
                action="ask_provider",
                subject=row.number,
                source="NCQA CR 3 (license)",
            )
    known = {row.state.upper() for row in facts.licenses if row.state}
    if facts.state and known and facts.state.upper() not in known:
        yield Defect(
            "license-other-state",
            f"No license of {facts.state.upper()} is on file, only of {', '.join(sorted(known))}.",
            "Add the license of the state in which the provider sees clients.",
            action="ask_provider",
            source="NCQA CR 3: a license of each state of practice",
        )


def _policies(facts: PacketFacts, today: date, within_days: int) -> Iterator[Defect]:
    if not facts.policies:
        return
    current = [row for row in facts.policies if row.expires_on is None or row.expires_on >= today]
    if not current:
        last = max(row.expires_on for row in facts.policies if row.expires_on is not None)
        yield Defect(
            "malpractice-expired",
            f"The liability insurance ended on {short_date(last, today)}.",
            "Ask for the declarations page of the renewed policy.",
            action="ask_provider",
            subject="malpractice_face",
            source="Optum’s list of the most frequent defects",
        )
        return
    best = max(current, key=lambda row: (row.expires_on or date.max, row.each_cents or 0))
    if best.begins_on is not None and best.begins_on > today:
        yield Defect(
            "malpractice-not-begun",
            f"The liability insurance begins on {short_date(best.begins_on, today)}.",
            "Send it when it has begun, with the policy before it until then.",
            action="ask_provider",
            subject="malpractice_face",
            source="Payers ask for insurance that is in force",
        )
    if best.expires_on is not None and best.expires_on <= today + timedelta(days=within_days):
        yield Defect(
            "malpractice-expiring",
            f"The liability insurance ends on {short_date(best.expires_on, today)}, within {within_days} days.",
            "Ask for the renewal first.",
            action="ask_provider",
            subject="malpractice_face",
            source="Common payer habit",
        )
    each, total, source = malpractice_minimum(facts.payer_id, facts.state, is_prescriber=facts.is_prescriber)
    low = (best.each_cents is not None and best.each_cents < each) or (
        best.total_cents is not None and best.total_cents < total
    )
    if low:
        yield Defect(
            "malpractice-limits",
            f"The liability limits are {_limits(best.each_cents, best.total_cents)}; {facts.payer_name} wants "
            f"{_limits(each, total)}.",
            "Have the provider raise the limits, and upload the new declarations page.",
            action="ask_provider",
            subject="malpractice_face",
            source=source,
        )


def _limits(each_cents: int | None, total_cents: int | None) -> str:
    return " / ".join("unknown" if cents is None else f"${cents // 100:,}" for cents in (each_cents, total_cents))


def _work(facts: PacketFacts) -> Iterator[Defect]:
    for gap in facts.gaps:
        yield Defect(
            "work-gap",
            f"Work history: {gap.words}.",
            "Ask the provider to explain it in writing." if gap.in_writing else "Ask the provider what they did then.",
            action="ask_provider",
            subject=gap.from_on.isoformat(),
            source=_NCQA,
        )


def _signature(facts: PacketFacts, today: date) -> Iterator[Defect]:
    signature = facts.signature
    answers = {item.code: item.document_id for item in facts.items}
    answer = answers.get("attestation_release", "")
    if signature is None or (answer and signature.document_id and answer != signature.document_id):
        return
    if signature.status == "stale":
        what = ", ".join(list(signature.changed)[:4]) or "the file"
        yield Defect(
            "signature-stale",
            f"The file was changed after the provider signed: {what}.",
            "Have the provider read and sign again.",
            action="ask_signature",
            subject="attestation_release",
            source="NCQA CR 3: the attestation covers the application as it is sent",
        )
    elif signature.status == "signed" and signature.signed_on is not None:
        if signature.signed_on + timedelta(days=ATTESTATION_DAYS) < today:
            yield Defect(
                "signature-old",
                f"The provider signed on {short_date(signature.signed_on, today)}, more than {ATTESTATION_DAYS} days ago.",
                "Have the provider read and sign again.",
                action="ask_signature",
                subject="attestation_release",
                source="NCQA 2025: no older than 120 days at the decision",
            )
    elif signature.status == "none" and "attestation_release" not in answers:
        yield Defect(
            "signature-missing",
            "The provider has not signed the attestation.",
            "Ask the provider to sign; it takes a minute on the phone.",
            action="ask_signature",
            subject="attestation_release",
            source="NCQA CR 3 (signed attestation)",
        )
