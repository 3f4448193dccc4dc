"""An 835 into payments and claims to store. Asks no database; calls `progress` now and then."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any
from uuid import UUID

from infra.crypto import encrypt
from infra.ids import uuid7
from integrations.x12 import Claim, Remittance, X12Problem, read_835, summary
from onboarding.ar.jsonb import dumped
from onboarding.ar.reading import CannotImport, Progress, ReadTask, reject_place
from onboarding.ar.rules import payer_key
from onboarding.ar.spool import Spool

_EVERY_CLAIMS = 2000
_MAX_PROBLEMS = 50
# An amount that cannot be read counts as 0 in the reader, so its claim must not be posted.
_UNREADABLE = frozenset({"amount"})
_BROKEN = frozenset({"not-x12", "cut-off"})


@dataclass
class Payment:
    """One payment: its own row, and what its claims come to. `paid_cents` are by outcome of the claim."""

    id: UUID
    position: int
    payer_key: str
    remittance: dict[str, Any]
    summary: dict[str, Any]
    problems: list[dict[str, Any]]
    accepted: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)

    @property
    def kept_cents(self) -> int:
        """Provider-level adjustments, positive when they lower the payment."""
        kept: int = self.summary["provider_adjustment_cents"]
        return kept


@dataclass
class RemittanceFile:
    """What was read of an 835: payments, their claims to store, and what is wrong with the file itself."""

    claims: Spool
    rejects: Spool
    payments: list[Payment] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)


def read_remittances(stream: IO[bytes], task: ReadTask, found: RemittanceFile, progress: Progress) -> RemittanceFile:
    """Read an 835 to its end.

    Raises:
        CannotImport: It is no 835, breaks off in the middle, or pays somebody else than this clinic.
    """
    claims = 0
    for item in read_835(stream):
        if isinstance(item, X12Problem):
            _note(item, found)
            continue
        _refuse_foreign_payee(item, task)
        _take(item, task, found)
        if (claims + len(item.claims)) // _EVERY_CLAIMS > claims // _EVERY_CLAIMS:
            progress(claims + len(item.claims))
        claims += len(item.claims)
    if not found.payments:
        first = found.problems[0]["message"] if found.problems else "it holds no transaction set"
        raise CannotImport(f"The file is no 835 remittance: {first}.")
    progress(claims)
    return found


def _note(problem: X12Problem, found: RemittanceFile) -> None:
    if problem.code in _BROKEN:
        raise CannotImport(
            f"The file cannot be read to its end: {problem.message}. Download it again and send it here."
        )
    if len(found.problems) < _MAX_PROBLEMS:
        found.problems.append(_described(problem))


def _described(problem: X12Problem) -> dict[str, Any]:
    return {"code": problem.code, "message": problem.message, "segment": problem.segment_number}


def _refuse_foreign_payee(remittance: Remittance, task: ReadTask) -> None:
    npi = remittance.payee_npi
    if task.allow_foreign_payee or not task.clinic_npi or not npi or npi == task.clinic_npi:
        return
    raise CannotImport(
        f"The file pays NPI {npi}, and this clinic's NPI is {task.clinic_npi}. If that is right, "
        "import it again and allow another payee."
    )


def _take(remittance: Remittance, task: ReadTask, found: RemittanceFile) -> None:
    added = summary([remittance])
    key = payer_key(remittance.payer_name)
    found.labels.setdefault(key, remittance.payer_name)
    payment = Payment(
        id=uuid7(),
        position=len(found.payments) + 1,
        payer_key=key,
        remittance={
            "payer_name": remittance.payer_name,
            "payee_name": remittance.payee_name,
            "payee_npi": remittance.payee_npi,
            "payment_cents": remittance.payment_cents,
            "payment_on": remittance.payment_on,
            "method": remittance.method,
            "trace": remittance.trace,
        },
        summary={
            "claims": added.claims,
            "service_lines": added.service_lines,
            "charge_cents": added.charge_cents,
            "paid_cents": added.paid_cents,
            "patient_responsibility_cents": added.patient_responsibility_cents,
            "provider_adjustment_cents": added.provider_adjustment_cents,
            "adjustments": [
                {"group": each.group, "carc": each.carc, "amount_cents": each.amount_cents, "count": each.count}
                for each in added.adjustments
            ],
        },
        problems=[_described(problem) for problem in remittance.problems[:_MAX_PROBLEMS]],
    )
    unbalanced = [_imbalance(claim) for claim in remittance.claims if _is_unbalanced(claim)]
    payment.summary["claims_not_balancing"] = len(unbalanced)
    payment.summary["unbalanced"] = unbalanced[:_MAX_PROBLEMS]
    found.payments.append(payment)
    for claim in remittance.claims:
        _take_claim(claim, payment, task, found)


def _is_unbalanced(claim: Claim) -> bool:
    return any(problem.code == "claim-balance" for problem in claim.problems)


def _imbalance(claim: Claim) -> dict[str, int]:
    """What a claim whose adjustments do not explain its unpaid part comes to, and where it stands in the file."""
    adjusted = sum(each.amount_cents for each in claim.adjustments)
    adjusted += sum(each.amount_cents for line in claim.lines for each in line.adjustments)
    return {
        "segment": claim.segment_number,
        "unpaid_cents": claim.charge_cents - claim.paid_cents,
        "adjusted_cents": adjusted,
    }


def _take_claim(claim: Claim, payment: Payment, task: ReadTask, found: RemittanceFile) -> None:
    wrong = [problem for problem in claim.problems if problem.code in _UNREADABLE]
    if wrong:
        row_id = uuid7()
        text = f"{claim.patient_control_number} {claim.payer_control_number}".strip()
        sealed = encrypt(text, tenant_id=task.tenant_id, place=reject_place(row_id))
        reasons = dumped([{"field": problem.segment_id, "reason": problem.message} for problem in wrong])
        found.rejects.add((row_id, claim.segment_number, "rejected", sealed, reasons, claim.paid_cents))
        payment.rejected.append(claim.paid_cents)
        return
    totals: dict[tuple[str, str], int] = {}
    for each in (*claim.adjustments, *(item for line in claim.lines for item in line.adjustments)):
        totals[each.group, each.carc] = totals.get((each.group, each.carc), 0) + each.amount_cents
    adjustments = [{"group": group, "carc": carc, "amount_cents": cents} for (group, carc), cents in totals.items()]
    payment.accepted.append(claim.paid_cents)
    found.claims.add(
        (
            uuid7(),
            payment.id,
            claim.segment_number,
            claim.patient_control_number,
            claim.payer_control_number,
            claim.status_code,
            claim.charge_cents,
            claim.paid_cents,
            claim.patient_responsibility_cents,
            claim.rendering_npi,
            claim.service_from or next((line.service_from for line in claim.lines if line.service_from), None),
            dumped(adjustments),
        )
    )
