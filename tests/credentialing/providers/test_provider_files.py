"""A provider's file: made from an NPI, filled by the registry, completed by documents."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.requirements import services as requirements
from infra import clock
from infra.outbox import OutboxRow
from tenants.access.roles import Role
from tests.support.files import pdf, send
from tests.support.world import drain

DEMARCE = "1841305265"
UNKNOWN = "1234567893"


def _events(clinic, name):
    """The facts of every publication of an event that some job listens to."""
    with clinic.work() as session:
        rows = session.scalars(select(OutboxRow.payload).where(OutboxRow.tenant_id == clinic.id))
        return [row["facts"] for row in rows if row.get("event") == name]


def _provider(clinic, **facts):
    return clinic.admin.api.post(clinic.url("/providers"), {"npi": DEMARCE} | facts, expect=201)


def test_an_npi_is_enough_and_the_registry_fills_the_rest(clinic):
    api = clinic.admin.api
    made = _provider(clinic)
    assert (made["registry_status"], made["name"]) == ("pending", f"NPI {DEMARCE}")
    drain(clinic)
    found = api.get(clinic.url(f"/providers/{made['id']}"))
    assert (found["registry_status"], found["name"]) == ("found", "Josephine Demarce")
    assert (found["license_type"], found["taxonomy"], found["license_state"]) == ("PSYCHOLOGIST", "103T00000X", "VA")
    checks = api.get(clinic.url(f"/providers/{made['id']}/verifications"))["items"]
    assert [(row["source"], row["result"], row["matched"]) for row in checks] == [("nppes", "confirmed", True)]
    rows = {row["code"]: row for row in found["requirements"]}
    assert (rows["npi1"]["status"], rows["state_license"]["status"]) == ("accepted", "missing")


def test_what_a_person_entered_is_never_overwritten(clinic):
    made = _provider(clinic, first_name="Jo", last_name="Marsh", phone="+1 614 555 0100", former_names=["Demarce"])
    drain(clinic)
    found = clinic.admin.api.get(clinic.url(f"/providers/{made['id']}"))
    assert (found["first_name"], found["last_name"], found["phone"]) == ("Jo", "Marsh", "+1 614 555 0100")
    differing = {row["field"] for row in found["registry_differences"]}
    assert "first_name" in differing
    assert "last_name" not in differing
    pages = clinic.specialist.pages
    file_page = clinic.page(f"/providers/{made['id']}")
    assert "Josephine" in pages.get(file_page)
    pages.post(file_page + "/registry/first_name", {"choice": "take"})
    pages.post(file_page + "/registry/phone", {"choice": "keep"})
    found = clinic.admin.api.get(clinic.url(f"/providers/{made['id']}"))
    assert (found["first_name"], found["phone"]) == ("Josephine", "+1 614 555 0100")
    assert not {"first_name", "phone"} & {row["field"] for row in found["registry_differences"]}


def test_wrong_and_doubled_numbers_are_refused(clinic, other_clinic):
    api = clinic.admin.api
    problem = api.post(clinic.url("/providers"), {"npi": "1841305266"}, expect=422)
    assert problem["errors"][0]["pointer"] == "#/npi"
    _provider(clinic)
    api.post(clinic.url("/providers"), {"npi": DEMARCE}, expect=409)
    other_clinic.admin.api.post(other_clinic.url("/providers"), {"npi": DEMARCE}, expect=201)
    problem = api.post(clinic.url("/providers"), {"npi": UNKNOWN, "dea_number": "BD1234567"}, expect=422)
    assert problem["errors"][0]["pointer"] == "#/dea_number"


def test_secret_fields_are_sealed_and_masked(clinic):
    made = _provider(clinic, dea_number="BD1234563", birth_date="1975-03-09")
    assert made["dea_number"] == "•••••••63"
    assert "1975" not in str(made)
    with clinic.work() as session:
        row = session.scalars(select(Provider).where(Provider.tenant_id == clinic.id)).one()
    assert b"1234563" not in row.sealed_dea_number
    shown = clinic.specialist.pages.post(
        clinic.page(f"/providers/{made['id']}/reveal"), {"field": "dea_number", "reason": "CAQH application"}
    )
    assert "BD1234563" in shown
    audit = clinic.manager.api.get(clinic.url("/audit"))["items"]
    assert any(row["action"] == "provider.revealed" and "CAQH application" in row["summary"] for row in audit)


def test_the_registry_tells_unknown_from_down(clinic, monkeypatch):
    api = clinic.admin.api
    assert api.get(f"/api/v1/registry/npi/{DEMARCE}")["last_name"] == "DEMARCE"
    api.get(f"/api/v1/registry/npi/{UNKNOWN}", expect=404)
    api.get("/api/v1/registry/npi/1234567890", expect=422)
    made = _provider(clinic, npi=UNKNOWN)
    drain(clinic)
    assert api.get(clinic.url(f"/providers/{made['id']}"))["registry_status"] == "not_found"
    _break_registry(monkeypatch)
    answer = api.call("GET", "/api/v1/registry/npi/1629454814")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    down = _provider(clinic, npi="1629454814")
    drain(clinic)
    assert api.get(clinic.url(f"/providers/{down['id']}"))["registry_status"] == "unavailable"
    api.post(clinic.url(f"/providers/{down['id']}/verifications"), {"source": "nppes"}, expect=503)
    monkeypatch.undo()
    with clock.freeze(clock.now() + timedelta(minutes=5)):
        drain(clinic, only="credentialing.prefill_provider")
    assert api.get(clinic.url(f"/providers/{down['id']}"))["name"] == "Josette Dawkins"


def _break_registry(monkeypatch):
    import dataclasses

    from credentialing.providers import registry
    from infra.settings import settings

    nowhere = dataclasses.replace(settings(), nppes_url="http://127.0.0.1:9/api/")
    monkeypatch.setattr(registry, "settings", lambda: nowhere)


def test_a_requirement_goes_from_missing_to_accepted_to_expired(clinic):
    api = clinic.admin.api
    made = _provider(clinic)
    drain(clinic)
    path = clinic.url(f"/providers/{made['id']}/requirements")

    def license_row():
        return next(row for row in api.get(path)["requirements"] if row["code"] == "state_license")

    assert license_row()["status"] == "missing"
    document = send(api, clinic, pdf("license"), kind="state_license", provider_id=made["id"])
    assert (license_row()["status"], license_row()["document_id"]) == ("uploaded", document)
    body = {"decision": "accepted", "expires_on": (clock.today() + timedelta(days=400)).isoformat()}
    clinic.specialist.api.post(clinic.url(f"/documents/{document}/review"), body)
    assert license_row()["status"] == "accepted"
    with clock.freeze(clock.now() + timedelta(days=380)):
        assert license_row()["status"] == "expiring"
    with clock.freeze(clock.now() + timedelta(days=401)):
        assert license_row()["status"] == "expired"


def test_payers_are_named_by_whoever_knows_them(clinic, monkeypatch):
    made = _provider(clinic)
    drain(clinic)
    monkeypatch.setattr(requirements, "_payers_lookup", lambda ids: {key: ["aetna"] for key in ids})
    rows = clinic.admin.api.get(clinic.url(f"/providers/{made['id']}/requirements"))["items"]
    assert all(row["needed_for"] == ["aetna"] for row in rows if row["code"] in {"state_license", "caqh_profile"})


def test_a_complete_clinic_is_told_once_all_is_accepted(clinic, monkeypatch):
    made = _provider(clinic)
    drain(clinic)
    told = []
    monkeypatch.setattr(requirements, "publish", lambda event, **facts: told.append(event))
    missing = [
        row["code"]
        for row in clinic.admin.api.get(clinic.url(f"/providers/{made['id']}/requirements"))["items"]
        if row["applies"] and row["status"] == "missing"
    ]
    documents = [
        send(clinic.admin.api, clinic, pdf(code), scan=False, kind=code, provider_id=made["id"]) for code in missing
    ]
    drain(clinic)
    assert set(told) == {"documents.complete"}
    for document in documents:
        body = {"decision": "accepted", "expires_on": "2030-01-31"}
        clinic.specialist.api.post(clinic.url(f"/documents/{document}/review"), body)
    drain(clinic)
    assert "documents.accepted_all" in told


def test_a_provider_sees_and_fills_their_own_file_only(clinic, world):
    mine = _provider(clinic)
    theirs = _provider(clinic, npi="1710448576")
    drain(clinic)
    person = clinic_provider(clinic, world, mine["id"])
    listed = person.api.get(clinic.url("/providers"))["items"]
    assert [row["id"] for row in listed] == [mine["id"]]
    person.api.get(clinic.url(f"/providers/{theirs['id']}"), expect=404)
    person.api.get(clinic.url(f"/providers/{theirs['id']}/requirements"), expect=404)
    person.api.patch(clinic.url(f"/providers/{mine['id']}"), {"phone": "1"}, expect=403)
    body = {"filename": "a.pdf", "content_type": "application/pdf", "size": 1, "sha256": "0" * 64}
    person.api.post(clinic.url("/documents"), body | {"provider_id": theirs["id"]}, expect=404)
    document = send(person.api, clinic, pdf("mine"), kind="state_license")
    assert person.api.get(clinic.url(f"/documents/{document}"))["provider_id"] == mine["id"]
    page = person.pages.get(clinic.page(f"/providers/{mine['id']}"))
    assert "Josephine" in page
    assert "Review<" not in page
    assert 'name="decision"' not in person.pages.get(clinic.page(f"/documents/{document}"))
    assert 'name="decision"' in clinic.specialist.pages.get(clinic.page(f"/documents/{document}"))
    person.pages.get(clinic.page(f"/providers/{theirs['id']}"), expect=404)


def clinic_provider(clinic, world, provider_id):
    """A person in the provider role with that record."""
    return world.join(clinic, world.person("Pru Provider"), Role.PROVIDER, provider_id=UUID(provider_id))


def test_another_clinic_knows_nothing_of_it(clinic, other_clinic):
    made = _provider(clinic)
    stranger = other_clinic.manager.api
    for path in ("", "/requirements", "/verifications"):
        stranger.get(clinic.url(f"/providers/{made['id']}{path}"), expect=404)
        stranger.get(other_clinic.url(f"/providers/{made['id']}{path}"), expect=404)
