"""What is missing, for which payers, who owes it; and what a clinic or payer asks for differently."""

from __future__ import annotations

from datetime import timedelta

import pytest

from credentialing.credentials.services import save_credential
from credentialing.providers.provenance import FactSource
from infra import clock
from infra.ids import uuid7
from tenants.access.roles import Role
from tenants.documents.models import Document
from tests.support.cases import make_provider, start_case
from tests.support.counting import counted_statements
from tests.support.world import drain


def shelve(clinic, provider_id, kind, *, review="accepted", expires=None):
    """An accepted document on file."""
    with clinic.work() as session:
        document = Document(
            id=uuid7(),
            filename=f"{kind}.pdf",
            content_type="application/pdf",
            size=9,
            sha256="0" * 64,
            kind=kind,
            provider_id=provider_id,
            object_key="tenants/test",
            uploaded_by_name="Test",
            status="available",
            review_status=review,
            expires_on=expires,
        )
        session.add(document)
        return document.id


def missing(clinic, query="", person=None):
    items = (person or clinic.manager).api.get(clinic.url(f"/missing{query}"))["items"]
    return {(item["name"], item["code"], item["state"]): item for item in items}


def test_each_thing_once_with_its_payers_and_who_owes_it(clinic):
    provider, _ = make_provider(clinic)
    start_case(clinic, provider, "aetna")
    start_case(clinic, provider, "cigna_evernorth")
    start_case(clinic, provider, "medicare_ffs", "medicare")
    shelve(clinic, provider, "cv", review="pending")
    shelve(clinic, provider, "diploma")
    found = missing(clinic)
    name = "Dana Ortiz"
    assert (name, "diploma", None) not in found
    license_row = found[name, "state_license", None]
    assert (license_row["status"], license_row["owes"]) == ("missing", "provider")
    assert license_row["payer_ids"] == ["aetna", "cigna_evernorth", "medicare_ffs"]
    assert found[name, "caqh_profile", None]["payer_ids"] == ["aetna", "cigna_evernorth"]
    assert (name, "medicare_ptan", None) not in found
    assert {code: found[name, code, None]["owes"] for code in ("w9", "claims_history", "cv", "npi1")} == {
        "w9": "clinic",
        "claims_history": "third_party",
        "cv": "vendor",
        "npi1": "vendor",
    }
    assert found[clinic.name, "irs_letter", None]["owes"] == "clinic"
    assert all(item["owes"] == "clinic" for item in missing(clinic, "?owes=clinic").values())
    assert all("aetna" in item["payer_ids"] for item in missing(clinic, "?payer_id=aetna").values())
    clinic.manager.api.get(clinic.url("/missing?payer_id=nobody"), expect=422)


def test_a_second_state_needs_its_own_license(clinic):
    provider, _ = make_provider(clinic)
    shelve(clinic, provider, "state_license", expires=clock.today() + timedelta(days=300))
    place = clinic.manager.api.post(
        clinic.url("/locations"), {"name": "Covington", "address": "1 Main St, Covington, KY 41011"}, expect=201
    )["id"]
    body = {"provider_id": str(provider), "payer_id": "aetna", "line_of_business": "commercial"}
    clinic.manager.api.post(clinic.url("/enrollments"), body, expect=201)
    clinic.manager.api.post(clinic.url("/enrollments"), body | {"location_id": place}, expect=201)
    found = missing(clinic)
    assert ("Dana Ortiz", "state_license", None) not in found
    assert found["Dana Ortiz", "state_license", "KY"]["payer_ids"] == ["aetna"]
    document = shelve(clinic, provider, "state_license")
    with clinic.work():
        values = {"number": "K.1", "state": "KY", "expires_on": clock.today() + timedelta(days=90)}
        source = FactSource("document", document_id=document)
        save_credential(provider_id=provider, kind="state_license", values=values, source=source)
    assert ("Dana Ortiz", "state_license", "KY") not in missing(clinic)


def test_the_answer_costs_the_same_for_one_and_for_many(clinic, other_clinic):
    for where, size in ((clinic, 1), (other_clinic, 12)):
        for number in range(size):
            provider, _ = make_provider(where, f"Ortiz{number}")
            start_case(where, provider)
    counts = []
    for where in (clinic, other_clinic):
        with counted_statements() as statements:
            where.manager.api.get(where.url("/missing"))
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_provider_sees_what_is_missing_in_their_own_file_only(clinic, world):
    mine, _ = make_provider(clinic)
    make_provider(clinic, "Somebody")
    person = world.join(clinic, world.person("Dana Provider"), Role.PROVIDER, mine)
    assert {name for name, _, _ in missing(clinic, person=person)} == {"Dana Ortiz"}
    person.api.get(clinic.url("/requirement-overrides"), expect=403)


CHANGE = {
    "code": "cpr",
    "level": "required",
    "license_type": "LISW",
    "reason": "House rule of the residential program",
}


def test_an_override_is_previewed_made_counted_and_taken_back(clinic):
    api = clinic.manager.api
    make_provider(clinic)
    make_provider(clinic, "Counselor", license_type="LPCC")
    seen = api.post(clinic.url("/requirement-overrides/preview"), CHANGE)
    assert [(row["name"], row["becomes_missing"]) for row in seen["effects"]] == [("Dana Ortiz", ["CPR/BLS card"])]
    assert (seen["untouched"], seen["becoming_incomplete"]) == (1, 0)
    assert ("Dana Ortiz", "cpr", None) not in missing(clinic)
    made = api.post(clinic.url("/requirement-overrides"), CHANGE, expect=201)
    assert made["status"] == "current"
    assert made["words"] == "CPR/BLS card for Clinical social worker: required"
    assert ("Dana Ortiz", "cpr", None) in missing(clinic)
    assert ("Dana Counselor", "cpr", None) not in missing(clinic)
    asked = api.get(clinic.url("/requirements?license_type=LISW"))["items"]
    assert [row["changed_by"] for row in asked if row["code"] == "cpr"] == [[made["id"]]]
    api.post(clinic.url(f"/requirement-overrides/{made['id']}/undo"), {}, expect=201)
    api.post(clinic.url(f"/requirement-overrides/{made['id']}/undo"), {}, expect=409)
    assert ("Dana Ortiz", "cpr", None) not in missing(clinic)
    history = api.get(clinic.url("/requirement-overrides"))["items"]
    assert [row["status"] for row in history] == ["undo", "undone"]
    assert history[1]["by"] == clinic.manager.name


def test_a_payer_may_ask_for_less_or_for_younger_papers_than_the_others(clinic):
    api = clinic.manager.api
    provider, _ = make_provider(clinic)
    start_case(clinic, provider, "aetna")
    start_case(clinic, provider, "cigna_evernorth")
    start = clock.now()
    shelve(clinic, provider, "claims_history")
    reason = "Provider manual 2026, page 14"
    for body in (
        {"code": "photo_id", "payer_id": "aetna", "level": "not_needed", "reason": reason},
        {"code": "claims_history", "payer_id": "aetna", "validity_days": 60, "reason": reason},
        {"code": "diploma", "payer_id": "aetna", "kinds": ["diploma", "cv"], "reason": reason},
    ):
        api.post(clinic.url("/requirement-overrides"), body, expect=201)
    shelve(clinic, provider, "cv")
    found = missing(clinic)
    assert found["Dana Ortiz", "photo_id", None]["payer_ids"] == ["cigna_evernorth"]
    assert found["Dana Ortiz", "diploma", None]["payer_ids"] == ["cigna_evernorth"]
    assert ("Dana Ortiz", "claims_history", None) not in found
    with clock.freeze(start + timedelta(days=70)):
        late = missing(clinic)["Dana Ortiz", "claims_history", None]
    assert (late["status"], late["payer_ids"]) == ("expired", ["aetna"])


def test_an_override_counts_from_its_day_on(clinic):
    make_provider(clinic)
    day = clock.today() + timedelta(days=20)
    body = CHANGE | {"effective_on": day.isoformat()}
    made = clinic.manager.api.post(clinic.url("/requirement-overrides"), body, expect=201)
    assert made["status"] == "coming"
    assert ("Dana Ortiz", "cpr", None) not in missing(clinic)
    with clock.freeze(clock.now() + timedelta(days=20)):
        assert ("Dana Ortiz", "cpr", None) in missing(clinic)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "no_such"}, "code"),
        ({"payer_id": "nobody"}, "payer_id"),
        ({"license_type": "WIZARD"}, "license_type"),
        ({"level": None}, "level"),
        ({"reason": "x"}, "reason"),
        ({"effective_on": "2020-01-01"}, "effective_on"),
        ({"kinds": ["spell"]}, "kinds"),
        ({"validity_days": 0}, "validity_days"),
    ],
)
def test_a_change_that_cannot_be_names_its_field(clinic, change, field):
    body = {key: value for key, value in (CHANGE | change).items() if value is not None}
    answer = clinic.manager.api.post(clinic.url("/requirement-overrides"), body, expect=422)
    assert [error["pointer"] for error in answer["errors"]] == [f"#/{field}"]


def test_the_pages_show_change_and_take_back(clinic):
    pages = clinic.manager.pages
    provider, _ = make_provider(clinic)
    start_case(clinic, provider)
    drain(clinic)
    page = pages.get(clinic.page("/providers/missing"))
    assert "State license" in page
    assert "Aetna" in pages.get(clinic.page("/providers/missing?owes=provider&payer=aetna"))
    form = CHANGE | {"effective_on": clock.today().isoformat()}
    seen = pages.post(clinic.page("/providers/requirements/preview"), form)
    assert "Becomes missing" in seen
    assert "CPR/BLS card" in seen
    assert "Choose" in pages.post(clinic.page("/providers/requirements/preview"), {"level": "required"}, expect=422)
    assert "Changed. CPR/BLS card" in pages.post(clinic.page("/providers/requirements"), form)
    made = clinic.manager.api.get(clinic.url("/requirement-overrides"))["items"][0]
    assert "Taken back" in pages.post(clinic.page(f"/providers/requirements/{made['id']}/undo"), {})
    assert "Change a requirement" not in clinic.admin.pages.get(clinic.page("/providers/requirements"))
