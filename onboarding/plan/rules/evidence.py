"""Which proof verifies a task, and which event of the product is itself that proof."""

from __future__ import annotations

from collections.abc import Mapping

from onboarding.plan.template import PlanTemplate, Proof

# What the product sees itself. A working EHR connection settles T030: the mode is confirmed by a connection that
# answered, not by somebody's word. (T031 is a comparison with the registry and T021 a login by a person: neither is
# what the test proves.)
COMPLETED_BY_EVENT: Mapping[str, tuple[str, ...]] = {
    "roster.imported": ("T060",),
    "provider.invited": ("T061",),
    "documents.complete": ("T062",),
    "documents.accepted_all": ("T063",),
    "enrollment.matrix_built": ("T070",),
    "enrollment.submitted": ("T072",),
    "hold_list.live": ("T074",),
    "follow_up.scheduled": ("T075",),
    "ar_import.received": ("T081",),
    "ar_import.read": ("T082",),
    "ar_import.tied_out": ("T083",),
    "ehr_connection.verified": ("T030",),
}

# A document of this kind, accepted in review, is the proof of this task.
COMPLETED_BY_DOCUMENT: Mapping[str, tuple[str, ...]] = {
    "services_agreement": ("T001",),
    "baa": ("T002",),
    "part2_addendum": ("T003",),
    "letter_of_authorization": ("T004",),
    "prior_biller_letter": ("T005",),
    "scope_sheet": ("T015",),
    "pnm_agent_role": ("T052",),
    "payer_contract": ("T055",),
    "fee_sheet": ("T057",),
    "balance_policy": ("T087",),
    "charge_handoff_procedure": ("T092",),
    "statement_design": ("T100",),
    "financial_policy": ("T102",),
    "ready_to_bill_checklist": ("T111",),
}


def completes(event: str) -> tuple[str, ...]:
    """Return the codes of the tasks that an event verifies; nothing for an event that is no proof.

    Events that speak of "all" (`documents.complete`, `documents.accepted_all`, `enrollment.submitted`,
    `follow_up.scheduled`) are proof only when it holds for every provider or every chosen payer: the caller makes sure
    of that first.

    Source:
        Product rule: automatic completion where the product itself has the proof (issue 2).
    """
    return COMPLETED_BY_EVENT.get(event, ())


def completes_by_document(kind: str) -> tuple[str, ...]:
    """Return the codes of the tasks that an accepted document of this kind verifies.

    Source:
        Product rule: proofs of template.yaml.
    """
    return COMPLETED_BY_DOCUMENT.get(kind, ())


def evidence_for(proof: str, template: PlanTemplate) -> Proof:
    """Return what a proof is, in words, and whether it must be a file.

    Raises:
        KeyError: There is no such proof.
    Source:
        Product rule: proofs of template.yaml.
    """
    return template.proofs[proof]


def needs_document(proof: str, template: PlanTemplate) -> bool:
    """Say whether this proof must be a file; a proof that the template no longer knows need not.

    Source:
        Product rule: proofs of template.yaml.
    """
    known = template.proofs.get(proof)
    return known is not None and known.document
