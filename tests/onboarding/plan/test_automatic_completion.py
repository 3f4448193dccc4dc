"""The plan moves by itself where the product has seen the proof, and only there."""

from __future__ import annotations

from infra.ids import uuid7
from infra.outbox import publish
from infra.storage import storage
from onboarding.demo.files import pdf
from tenants.documents.models import Document
from tenants.documents.services import facts_of
from tests.onboarding.plan.test_plan_api import move, plan_of, tasks_of
from tests.support.world import drain, failures


def arrived(clinic, uploader, **facts):
    """A file that this person sent and that passed the scan, with what the scan tells the others."""
    key = f"tenants/{clinic.id}/documents/{uuid7()}"
    storage().put(key, pdf("A paper of the plan"), content_type="application/pdf")
    with clinic.work() as session:
        document = Document(
            id=uuid7(),
            filename="scan-17.pdf",
            content_type="application/pdf",
            size=1200,
            sha256="0" * 64,
            status="available",
            object_key=key,
            uploaded_by=uploader.id,
            uploaded_by_name=uploader.name,
            **facts,
        )
        session.add(document)
        session.flush()
        publish("document.available", **facts_of(document))
    drain(clinic)
    return document


def review(clinic, document, **facts):
    clinic.manager.api.post(clinic.url(f"/documents/{document.id}/review"), facts)
    drain(clinic)


def task(clinic, code):
    return clinic.manager.api.get(clinic.url(f"/tasks/{code}"))


def test_an_accepted_baa_verifies_the_task_that_it_proves(clinic):
    document = arrived(clinic, clinic.admin, kind="baa")
    assert task(clinic, "T002")["status"] == "not_started"
    review(clinic, document, decision="accepted")
    done = task(clinic, "T002")
    assert (done["status"], done["verified_how"], done["evidence"]) == ("verified", "automatic", "scan-17.pdf")
    assert done["proof_document_id"] == str(document.id)
    assert failures(clinic) == []


def test_an_imported_roster_verifies_its_task_once(clinic):
    for _ in range(2):
        with clinic.work():
            publish("roster.imported", import_id=str(uuid7()))
        drain(clinic)
    done = task(clinic, "T060")
    assert (done["status"], done["verified_how"], done["version"]) == ("verified", "automatic", 2)
    assert "roster" in done["evidence"]
    move(clinic.manager, clinic, "T060", "reopened", reason="It was last year's roster")
    assert task(clinic, "T060")["evidence"] is None


def test_a_file_sent_for_a_task_claims_it_and_a_rejected_one_gives_it_back(clinic):
    wanted = task(clinic, "T004")["id"]
    document = arrived(clinic, clinic.admin, task_id=wanted)
    claimed = task(clinic, "T004")
    assert (claimed["status"], claimed["claimed_by"], claimed["waiting_on"]) == ("claimed", clinic.admin.name, "vendor")
    review(clinic, document, decision="rejected", reason="The signature is missing")
    back = task(clinic, "T004")
    assert (back["status"], back["waiting_on"], back["proof_document_id"]) == ("in_progress", "clinic", None)
    review(clinic, arrived(clinic, clinic.admin, task_id=wanted), decision="accepted")
    assert task(clinic, "T004")["verified_how"] == "automatic"


def test_a_file_of_the_clinic_claims_no_task_of_the_vendor(clinic):
    inside = task(clinic, "T014")["id"]
    arrived(clinic, clinic.admin, task_id=inside)
    assert task(clinic, "T014")["status"] == "not_started"
    arrived(clinic, clinic.specialist, task_id=inside)
    assert task(clinic, "T014")["status"] == "claimed"


def test_the_hold_list_proves_itself_only_after_the_matrix(clinic):
    with clinic.work():
        publish("hold_list.changed", clinic_id=str(clinic.id))
    drain(clinic)
    assert task(clinic, "T074")["status"] == "not_started"
    with clinic.work():
        publish("enrollment.matrix_built", clinic_id=str(clinic.id), pairs=3)
    drain(clinic)
    assert {code: tasks_of(plan_of(clinic))[code]["status"] for code in ("T070", "T074")} == {
        "T070": "verified",
        "T074": "verified",
    }


def test_tasks_come_and_go_with_the_traits_of_the_clinic(clinic):
    assert "T003" not in tasks_of(plan_of(clinic))
    clinic.manager.api.patch(clinic.url(""), {"traits": {"has_sud": True, "has_medicare": False}})
    drain(clinic)
    after = tasks_of(plan_of(clinic))
    assert (after["T003"]["status"], after["T053"]["status"]) == ("not_started", "skipped")
    clinic.manager.api.patch(clinic.url(""), {"traits": {"has_sud": False, "has_medicare": True}})
    drain(clinic)
    back = tasks_of(plan_of(clinic))
    assert (back["T003"]["status"], back["T053"]["status"]) == ("skipped", "not_started")
    assert failures(clinic) == []
