"""The main job through the API only: from a signed contract to a provider who reads their panel status."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from infra import clock
from infra.ids import uuid7
from tenants.access.roles import Role
from tenants.commands import make_vendor_person
from tenants.people import services as people
from tests.e2e.files import AGING, EICAR, REMITTANCE, ROSTER, pdf
from tests.e2e.http import Caller

pytestmark = pytest.mark.timeout(300)
NPI = "1710448576"
TODAY = clock.today()


def caller(live, email: str) -> Caller:
    _, token = people.issue_token(people.find_person(email), label="journey")
    return Caller(live.url, token)


@pytest.fixture(scope="module")
def manager(live):
    """An account manager of the vendor, with a token."""
    email = f"morgan.{uuid7().hex[-8:]}@example.test"
    make_vendor_person(
        email=email, name="Morgan Reyes", role=Role.ACCOUNT_MANAGER, password="nine quiet lanterns drift"
    )
    return caller(live, email)


def accept_by_link(email: str) -> None:
    """Accept an invitation as its mail says, with the link's token."""
    from tenants.people.caught_mail import caught_mail
    from tests.support.live import until

    def link() -> str:
        mails = [mail for mail in caught_mail(os.environ["MAIL_DIR"]) if mail.to == email]
        return next((line for mail in mails for line, is_link in mail.lines if is_link), "")

    until(lambda: bool(link()), 60, f"the invitation of {email} arrives")
    people.accept_link(link().rsplit("/", 1)[1], password="twelve small boats at anchor")


def test_from_signed_contract_to_panel_status(live, manager):
    clinic, admin = sign(live, manager)
    provider, file_of = build_file(live, manager, admin, clinic)
    enroll(live, manager, clinic, provider, file_of)
    transfer_receivables(manager, admin, clinic)
    connect_ehr(manager, clinic)
    go_live(manager, clinic)
    assert manager.get(f"{clinic}/audit/verify")["intact"] is True
    mine = next(row for row in manager.get("/portfolio")["items"] if clinic.endswith(row["clinic_id"]))
    assert mine["panels"]["billable"] == 1


def sign(live, manager) -> tuple[str, Caller]:
    made = manager.post(
        "/clinics",
        {
            "name": "Birchwood Counseling",
            "state": "OH",
            "timezone": "America/New_York",
            "contract_date": (TODAY - timedelta(days=7)).isoformat(),
            "variant": "standard_3w",
            "traits": {"has_medicare": True},
        },
    )
    clinic = f"/clinics/{made['id']}"
    plan = manager.get(f"{clinic}/plan")
    assert made["plan_id"]
    assert len(plan["tasks"]) > 60
    assert [gate["code"] for gate in plan["gates"]][:2] == ["G1_kickoff", "G2_access"]
    email = f"nora.{uuid7().hex[-8:]}@birchwood.test"
    manager.post(f"{clinic}/members", {"email": email, "role": "clinic_admin", "name": "Nora Field"})
    accept_by_link(email)
    return clinic, caller(live, email)


def build_file(live, manager, admin, clinic) -> tuple[str, Caller]:
    manager.post(f"{clinic}/providers", {"npi": "1710448570"}, expect=422)
    made = manager.post(f"{clinic}/providers", {"npi": NPI, "license_type": "LPCC", "license_state": "OH"})
    provider = made["id"]
    manager.post(f"{clinic}/providers", {"npi": NPI}, expect=409)
    found = manager.wait(
        f"{clinic}/providers/{provider}", lambda p: p["registry_status"] == "found", "the registry answers"
    )
    assert found["last_name"].lower() == "diaz"
    bad = admin.upload(
        clinic, "virus.txt", "text/plain", EICAR, until_status="quarantined", provider_id=provider, kind="cv"
    )
    admin.get(f"{clinic}/documents/{bad}/download", expect=409)
    needed = admin.get(f"{clinic}/providers/{provider}/requirements")["items"]
    missing = [item["code"] for item in needed if item["status"] == "missing"]
    assert "state_license" in missing
    sent = [
        admin.upload(
            clinic,
            f"{code}.pdf",
            "application/pdf",
            pdf(f"{code} of Josephine Diaz"),
            until_status=None,
            kind=code,
            provider_id=provider,
        )
        for code in missing
    ]
    for document in sent:
        admin.wait(f"{clinic}/documents/{document}", lambda d: d["status"] == "available", "the file passed the scan")
        admin.post(f"{clinic}/documents/{document}/review", {"decision": "accepted"}, expect=403)
        manager.post(
            f"{clinic}/documents/{document}/review",
            {"decision": "accepted", "expires_on": (TODAY + timedelta(days=400)).isoformat()},
            expect=200,
        )
    after = admin.get(f"{clinic}/providers/{provider}/requirements")["items"]
    assert {item["status"] for item in after if item["code"] in missing} == {"accepted"}
    roster = admin.upload(clinic, "roster.csv", "text/csv", ROSTER.read_bytes())
    job = manager.post(f"{clinic}/providers/import", {"document_id": roster}, expect=202)
    done = manager.wait(f"/jobs/{job['job_id']}", lambda j: j["status"] in {"done", "failed"}, "the roster is imported")
    assert done["status"] == "done", done
    email = f"jo.{uuid7().hex[-8:]}@birchwood.test"
    manager.post(
        f"{clinic}/members", {"email": email, "role": "provider", "provider_id": provider, "name": "Josephine Diaz"}
    )
    accept_by_link(email)
    return provider, caller(live, email)


def enroll(live, manager, clinic, provider, own) -> None:
    case = manager.post(
        f"{clinic}/enrollments", {"provider_id": provider, "payer_id": "aetna", "line_of_business": "commercial"}
    )
    path = f"{clinic}/enrollments/{case['id']}"
    step = {"on": TODAY.isoformat()}
    manager.post(f"{path}/transitions", {"to": "loaded_verified", **step}, expect=409)
    for to in ("gathering", "ready_to_submit"):
        reason = {"reason": "The payer takes the rest later"} if to == "ready_to_submit" else {}
        manager.post(f"{path}/transitions", {"to": to, **step, **reason}, expect=200)
    refused = manager.post(f"{path}/transitions", {"to": "submitted", **step}, expect=422)
    assert refused["errors"], refused
    manager.post(f"{path}/transitions", {"to": "submitted", "reference": "AET-20417", **step}, expect=200)
    own.get(f"{clinic}/ar/aging", expect=403)
    assert any(hold["payer_id"] == "aetna" for hold in manager.get(f"{clinic}/holds?on={TODAY}")["items"])
    assert manager.get(f"{clinic}/billable?npi={NPI}&payer_id=aetna&on={TODAY}")["billable"] is False
    manager.post(f"{path}/touches", {"channel": "phone", "note": "In process, call again next week."})
    found = manager.get(path)
    assert found["next_follow_up"]
    assert found["predicted"]["p50"] <= found["predicted"]["p80"]
    letter = manager.upload(clinic, "aetna-welcome.pdf", "application/pdf", pdf("Welcome to Aetna"))
    for to, facts in (
        ("payer_received", {"reference": "AET-20417"}),
        ("in_review", {}),
        ("approved", {"reference": "AET-20417"}),
        ("effective", {"effective_date": TODAY.isoformat(), "proof_document_id": letter}),
        ("loaded_verified", {"proof_document_id": letter, "reference": "portal look-up"}),
    ):
        manager.post(f"{path}/transitions", {"to": to, **facts, **step}, expect=200)
    answer = manager.get(f"{clinic}/billable?npi={NPI}&payer_id=aetna&on={TODAY}")
    assert answer["billable"] is True
    panel = own.get("/me/panel")
    text = str(panel)
    assert "Aetna" in text
    assert "You can bill Aetna since" in text
    own.get(f"{clinic}/enrollments/{uuid7()}", expect=404)


def transfer_receivables(manager, admin, clinic) -> None:
    document = admin.upload(clinic, "ar.csv", "text/csv", AGING.read_bytes())
    begun = manager.post(
        f"{clinic}/ar-imports",
        {"document_id": document, "format": "auto", "as_of": "2026-11-23", "control": {"total_cents": 8430604}},
        expect=202,
    )
    path = f"{clinic}/ar-imports/{begun['id']}"
    done = manager.wait(path, lambda i: i["status"] not in {"queued", "reading", "reconciling"}, "the AR file is read")
    rows = done["rows"]
    assert rows["accepted"] + rows["rejected"] + rows["duplicate"] == rows["received"] == 1350
    assert done["status"] in {"tied_out", "ready"}, done
    manager.post(f"{path}/accept", {"reason": "agreed with the clinic"}, expect=200)
    assert manager.get(f"{clinic}/ar/aging")
    assert "reason" in manager.get(f"{path}/rejects").lower().splitlines()[0]
    remittance = admin.upload(clinic, "remit.835", "application/edi-x12", REMITTANCE.read_bytes())
    begun = manager.post(f"{clinic}/ar-imports", {"document_id": remittance, "allow_foreign_payee": True}, expect=202)
    done = manager.wait(
        f"{clinic}/ar-imports/{begun['id']}",
        lambda i: i["status"] not in {"queued", "reading", "reconciling"},
        "the 835 is read",
    )
    assert done["status"] in {"ready", "tied_out"}, done


def connect_ehr(manager, clinic) -> None:
    base = next(part for part in os.environ["EGRESS_ALLOW"].split(",") if fhir(part))
    refused = manager.post(
        f"{clinic}/ehr-connections", {"kind": "fhir_r4", "base_url": "http://127.0.0.1:22/fhir", "name": "inside"}
    )
    manager.post(f"{clinic}/ehr-connections/{refused['id']}/test", expect=202)
    path = f"{clinic}/ehr-connections/{refused['id']}"
    manager.wait(path, lambda c: c["status"] == "failed", "a private address is refused")
    made = manager.post(
        f"{clinic}/ehr-connections", {"kind": "fhir_r4", "base_url": f"http://{base}/fhir", "name": "EHR"}
    )
    manager.post(f"{clinic}/ehr-connections/{made['id']}/test", expect=202)
    path = f"{clinic}/ehr-connections/{made['id']}"
    found = manager.wait(path, lambda c: c["status"] in {"verified", "failed"}, "the EHR is tested")
    assert found["status"] == "verified", found


def fhir(address: str) -> bool:
    import requests

    try:
        return (
            requests.get(f"http://{address}/fhir/metadata", timeout=5).json().get("resourceType")
            == "CapabilityStatement"
        )
    except (requests.RequestException, ValueError):
        return False


def go_live(manager, clinic) -> None:
    by_itself = {"T030", "T060", "T082"}
    plan = manager.wait(
        f"{clinic}/plan",
        lambda p: by_itself <= {t["code"] for t in p["tasks"] if t["status"] == "verified"},
        "tasks complete themselves",
    )
    manager.post(f"{clinic}/tasks/T113/transitions", {"to": "in_progress"}, expect=409)
    order = ["G1_kickoff", "G2_access", "G3_data", "G4_ready_to_bill", "G5_go_live"]
    proof = manager.upload(clinic, "signed.pdf", "application/pdf", pdf("Signed by both sides"))
    for _ in range(8):
        open_tasks = [t for t in plan["tasks"] if t["gate"] in order and t["status"] not in {"verified", "skipped"}]
        for task in sorted(open_tasks, key=lambda t: (order.index(t["gate"]), t["code"])):
            body = {"to": "verified", "note": "seen", "proof_document_id": proof}
            manager.session.post(
                f"{manager.base}/api/v1{clinic}/tasks/{task['code']}/transitions", json=body, timeout=30
            )
        plan = manager.get(f"{clinic}/plan")
        if not open_tasks:
            break
    still = [t["code"] for t in plan["tasks"] if t["gate"] in order and t["status"] not in {"verified", "skipped"}]
    assert still == []
    reached = {gate["code"]: gate["status"] for gate in plan["gates"]}
    assert all(reached[code] == "reached" for code in order), reached
