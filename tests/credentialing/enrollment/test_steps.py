"""A case moves by its evidence only, and its history cannot be changed."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from infra.ids import uuid7
from tests.support.cases import make_proof, make_provider, start_case, step, walk


def pointers(problem):
    return {error["pointer"] for error in problem["errors"]}


def test_from_start_to_billable_with_evidence_at_each_step(clinic):
    provider_id, npi = make_provider(clinic)
    proof = make_proof(clinic, provider_id)
    case = start_case(clinic, provider_id)

    step(clinic, case, "gathering")
    step(clinic, case, "loaded_verified", expect=409, reference="x")
    step(clinic, case, "ready_to_submit")
    refused = step(clinic, case, "submitted", expect=422)
    assert pointers(refused) == {"#/reference", "#/proof_document_id"}
    step(clinic, case, "submitted", reference="CAQH-77")
    assert pointers(step(clinic, case, "info_requested", expect=422)) == {"#/reason"}
    step(clinic, case, "approved")
    refused = step(clinic, case, "effective", expect=422, effective_date="2026-11-01")
    assert pointers(refused) == {"#/proof_document_id"}
    refused = step(clinic, case, "effective", expect=422, effective_date="2026-11-01", proof_document_id=str(uuid7()))
    assert pointers(refused) == {"#/proof_document_id"}
    step(clinic, case, "effective", effective_date="2026-11-01", proof_document_id=proof)
    whole = step(clinic, case, "loaded_verified", proof_document_id=proof, proof_kind="directory")

    assert whole["billable_from"] == "2026-11-01"
    assert whole["recredential_due_on"] == "2029-11-01"
    assert whole["next_follow_up"] is None
    assert [event["to"] for event in whole["history"]] == [
        "not_started", "gathering", "ready_to_submit", "submitted", "approved", "effective", "loaded_verified",
    ]  # fmt: skip
    answer = clinic.manager.api.get(clinic.url(f"/billable?npi={npi}&payer_id=aetna&on=2026-11-20"))
    assert answer["billable"] is True
    assert answer["evidence"]["proof_document_id"] == proof


def test_an_application_with_defects_is_called_ready_only_with_a_reason(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    defects = clinic.manager.api.get(clinic.url(f"/enrollments/{case}"))["packet"]["defects"]
    refused = step(clinic, case, "ready_to_submit", expect=422)
    assert pointers(refused) == {"#/reason"}
    assert refused["detail"].startswith(f"{len(defects)} things are missing or wrong: State license is missing;")
    assert refused["detail"].endswith("Mend them or say why it is sent without.")
    whole = step(clinic, case, "ready_to_submit", reason="Aetna takes the rest later")
    assert whole["history"][-1]["reason"] == "Aetna takes the rest later"


@pytest.mark.parametrize("status", ["scanning", "quarantined", "awaiting_upload"])
def test_a_proof_must_have_passed_the_scan(clinic, status):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    step(clinic, case, "ready_to_submit")
    proof = make_proof(clinic, provider_id, status=status)
    assert pointers(step(clinic, case, "submitted", expect=422, proof_document_id=proof)) == {"#/proof_document_id"}


def test_a_rejected_document_proves_nothing_and_an_unreviewed_one_is_marked(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    step(clinic, case, "ready_to_submit")
    rejected = make_proof(clinic, provider_id, review="rejected")
    refused = step(clinic, case, "submitted", expect=422, proof_document_id=rejected)
    assert pointers(refused) == {"#/proof_document_id"}
    page = clinic.page(f"/enrollments/{case}")
    assert rejected not in clinic.manager.pages.get(f"{page}?to=submitted")
    step(clinic, case, "submitted", proof_document_id=make_proof(clinic, provider_id, review="accepted"))
    assert "not reviewed yet" not in clinic.manager.pages.get(page)
    step(clinic, case, "approved", proof_document_id=make_proof(clinic, provider_id))
    assert "not reviewed yet" in clinic.manager.pages.get(page)


def test_a_proof_of_another_provider_or_clinic_is_refused(clinic, other_clinic):
    provider_id, _ = make_provider(clinic)
    neighbor, _ = make_provider(clinic, "Lee")
    case = start_case(clinic, provider_id)
    step(clinic, case, "ready_to_submit")
    for proof in (make_proof(clinic, neighbor), make_proof(other_clinic)):
        assert pointers(step(clinic, case, "submitted", expect=422, proof_document_id=proof)) == {"#/proof_document_id"}


def test_a_step_is_neither_in_the_future_nor_before_the_last_one(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    assert pointers(step(clinic, case, "gathering", on="2099-01-01", expect=422)) == {"#/on"}
    step(clinic, case, "gathering", on="2026-10-05")
    assert pointers(step(clinic, case, "ready_to_submit", on="2026-10-04", expect=422)) == {"#/on"}


def test_a_case_has_a_first_possible_day(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    for day in ("1900-01-01", "2024-01-01"):
        assert pointers(step(clinic, case, "gathering", on=day, expect=422)) == {"#/on"}
    body = {"provider_id": str(provider_id), "payer_id": "cigna_evernorth", "line_of_business": "commercial"}
    api, url = clinic.manager.api, clinic.url("/enrollments")
    for day in ("1900-01-01", "2099-01-01"):
        assert pointers(api.post(url, body | {"requested_on": day}, expect=422)) == {"#/requested_on"}
    taken_over = api.post(url, body | {"requested_on": "2026-09-01"}, expect=201)["id"]
    assert pointers(step(clinic, taken_over, "gathering", on="2026-08-31", expect=422)) == {"#/on"}
    step(clinic, taken_over, "gathering", on="2026-09-01")


def test_the_clinics_own_pause_is_not_counted_as_waiting(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    step(clinic, case, "ready_to_submit", on="2026-08-03")
    step(clinic, case, "submitted", on="2026-08-03", reference="A-1")
    step(clinic, case, "info_requested", on="2026-08-10", reason="W-9 unsigned")
    whole = step(clinic, case, "in_review", on="2026-09-14")
    assert "35 days on the clinic not counted" in whole["predicted"]["basis"]
    proof = make_proof(clinic, provider_id)
    step(clinic, case, "approved", on="2026-10-12")
    step(clinic, case, "effective", on="2026-10-12", effective_date="2026-10-12", proof_document_id=proof)
    another, _ = make_provider(clinic, "Lee")
    other = start_case(clinic, another)
    predicted = clinic.manager.api.get(clinic.url(f"/enrollments/{other}"))["predicted"]
    assert predicted["sample_size"] == 1
    assert "Blended with 1 own outcome" in predicted["basis"]


def test_a_pair_has_one_open_case_and_may_begin_anew_after_it_ended(clinic):
    provider_id, _ = make_provider(clinic)
    first = start_case(clinic, provider_id)
    body = {"provider_id": str(provider_id), "payer_id": "aetna", "line_of_business": "commercial"}
    problem = clinic.manager.api.post(clinic.url("/enrollments"), body, expect=409)
    assert problem["type"].endswith("already-enrolled")
    step(clinic, first, "withdrawn", reason="Chose another network")
    assert start_case(clinic, provider_id) != first


def test_history_cannot_be_changed_or_deleted(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    for statement in (
        "UPDATE app.enrollment_event SET reason = 'x'",
        "DELETE FROM app.enrollment_event",
        "UPDATE app.enrollment_touch SET note = 'x'",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), clinic.work() as session:
            session.execute(text(statement))
    assert len(clinic.manager.api.get(clinic.url(f"/enrollments/{case}"))["history"]) == 1


def test_a_stale_version_is_refused(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    api, url = clinic.manager.api, clinic.url(f"/enrollments/{case}")
    tag = api.call("GET", url).headers["ETag"]
    body = {"to": "gathering", "on": "2026-11-02"}
    api.post(f"{url}/transitions", body, expect=200, headers={"If-Match": tag})
    assert api.post(f"{url}/transitions", body, expect=412, headers={"If-Match": tag})["status"] == 412


def test_events_leave_with_ids(clinic, monkeypatch):
    told = []
    monkeypatch.setattr(
        "credentialing.enrollment.services.steps.publish", lambda event, **facts: told.append((event, facts))
    )
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    walk(clinic, case, make_proof(clinic, provider_id))
    names = [event for event, _ in told]
    assert {"enrollment.submitted", "enrollment.effective", "enrollment.loaded", "hold_list.changed"} <= set(names)
    assert dict(told)["enrollment.loaded"]["enrollment_id"] == case
