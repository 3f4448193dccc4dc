"""Providers, proofs and enrollment cases for tests, made as the product makes them."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import UUID

from credentialing.providers.services import NewProvider, create_provider
from infra.ids import uuid7
from integrations.npi import npi_check_digit
from tenants.documents.models import Document
from tests.support.world import TestClinic

_numbers = count(110000000)
PATH = ("gathering", "ready_to_submit", "submitted", "in_review", "approved", "effective", "loaded_verified")


def new_npi() -> str:
    """An NPI with a right check digit that no other test has."""
    first_nine = str(next(_numbers))
    return first_nine + npi_check_digit(first_nine)


def make_provider(clinic: TestClinic, last_name: str = "Ortiz", **changes: Any) -> tuple[UUID, str]:
    """A provider of the clinic: id and NPI."""
    facts: dict[str, Any] = {
        "first_name": "Dana",
        "last_name": last_name,
        "license_type": "LISW",
        "license_state": "OH",
    }
    with clinic.work():
        made = create_provider(NewProvider(npi=new_npi(), **(facts | changes)))
        return made.id, made.npi


def make_proof(
    clinic: TestClinic, provider_id: UUID | None = None, *, status: str = "available", review: str = "pending"
) -> str:
    """A document as it is after its upload and scan; its id."""
    with clinic.work() as session:
        document = Document(
            id=uuid7(),
            filename="letter.pdf",
            content_type="application/pdf",
            size=812,
            sha256="0" * 64,
            kind="payer_letter",
            provider_id=provider_id,
            object_key="tenants/test",
            uploaded_by_name="Test",
            status=status,
            review_status=review,
        )
        session.add(document)
        session.flush()
        return str(document.id)


def start_case(clinic: TestClinic, provider_id: UUID, payer_id: str = "aetna", line: str = "commercial") -> str:
    """An open case; its id."""
    body = {"provider_id": str(provider_id), "payer_id": payer_id, "line_of_business": line}
    return clinic.manager.api.post(clinic.url("/enrollments"), body, expect=201)["id"]


def step(
    clinic: TestClinic, case_id: str, to: str, *, on: str = "2026-11-02", expect: int = 200, **evidence: Any
) -> Any:
    """One step of a case through the API."""
    if to == "ready_to_submit" and expect == 200:
        evidence.setdefault("reason", "The clinic sends what is missing to the payer itself")
    body = {"to": to, "on": on, **evidence}
    return clinic.manager.api.post(clinic.url(f"/enrollments/{case_id}/transitions"), body, expect=expect)


def walk(
    clinic: TestClinic, case_id: str, proof: str, *, until: str = "loaded_verified", effective: str = "2026-11-01"
) -> Any:
    """Take a case along the usual way, with the evidence that each step needs."""
    found = None
    for to in PATH[: PATH.index(until) + 1]:
        evidence: dict[str, Any] = {}
        if to == "submitted":
            evidence = {"reference": "CONF-1"}
        elif to == "effective":
            evidence = {"effective_date": effective, "proof_document_id": proof}
        elif to == "loaded_verified":
            evidence = {"proof_document_id": proof, "proof_kind": "portal"}
        found = step(clinic, case_id, to, **evidence)
    return found
