"""The pages of the AR transfer: every state of an import, and the way from a number to its rows."""

from __future__ import annotations

import re

from tests.onboarding.ar.test_aging_imports import SMALL
from tests.support.counting import counted_statements
from tests.support.world import drain


def statements_of(action):
    with counted_statements() as sent:
        action()
    return len(sent)


def test_a_file_goes_from_the_drop_to_acceptance_through_the_pages(clinic, files):
    pages = clinic.specialist.pages
    assert "Old receivables come in as a file" in pages.get(clinic.page("/ar"))
    document_id = files.available(clinic, SMALL, "aging.csv")
    with clinic.work() as session:
        from tenants.documents.models import Document

        session.get(Document, (clinic.id, document_id)).kind = "ar_aging"
    assert "aging.csv" in pages.get(clinic.page("/ar"))
    refused = pages.post(clinic.page("/ar"), {"document_id": document_id, "total": "lots"}, expect=422)
    assert "lots is not an amount" in refused
    page = pages.post(
        clinic.page("/ar"), {"document_id": document_id, "total": "132.00", "by_payer": "Cigna: (12.34)\nAetna: 145.10"}
    )
    import_id = re.search(r"/ar/([0-9a-f-]{36})", page).group(1)
    address = clinic.page(f"/ar/{import_id}")
    drain(clinic)
    page = pages.get(address)
    assert "1 total</strong> differs from the old system" in page
    assert "$0.76" in page
    assert pages.get(clinic.page(f"/ar/{import_id}/rows?payer=cigna")).count("C2") == 1
    page = pages.post(f"{address}/accept", {}, expect=422)
    assert "say why they are accepted" in page
    page = pages.post(f"{address}/control", {"total": "132.76", "count": "4"})
    assert "Every total matches to the cent." in page
    page = pages.post(f"{address}/accept", {"reason": "checked"})
    assert "taken over by Sam Specialist" in page
    assert "AETNA" in pages.get(clinic.page("/ar/receivables"))
    assert "C1" in pages.get(clinic.page("/ar/worklist?show=all"))
    csv = clinic.specialist.pages.get(clinic.page(f"/ar/{import_id}/rejects.csv"))
    assert csv.startswith("line,outcome")


def test_columns_are_chosen_on_the_page(clinic, files):
    strange = SMALL.replace(b"Claim ID,Patient,Payer,DOS,Charge,Balance,Resp", b"Ref,Who,Plan code,Seen,Amt,Left,Side")
    found = files.read(clinic, strange)
    address = clinic.page(f"/ar/{found['id']}")
    clinic.admin.pages.post(f"{address}/mapping", {}, expect=422)
    chosen = {"claim_id": 0, "patient_name": 1, "payer_name": 2, "service_on": 3, "charge": 4, "balance": 5}
    clinic.admin.pages.post(f"{address}/mapping", {f"field-{name}": place for name, place in chosen.items()})
    drain(clinic)
    assert files.get(clinic, found["id"])["rows"]["received"] == 4


def test_a_remittance_has_its_page(clinic, files):
    found = files.read(clinic, "x12/x12_alexjreid__professional_835.edi")
    page = clinic.manager.pages.get(clinic.page(f"/ar/{found['id']}"))
    assert "CARC 45" in page
    payment = clinic.manager.api.get(clinic.url(f"/remittances/{found['id']}/summary"))["payments"][0]
    page = clinic.manager.pages.get(clinic.page(f"/remittances/{payment['id']}"))
    assert "ACME HEALTH PLAN paid" in page


def test_no_page_asks_more_when_there_is_more(clinic, files):
    files.read(clinic, SMALL)
    big = files.read(clinic, "aging/ar_aging_B_DEV.txt")
    pages = clinic.manager.pages
    paths = ("/ar", f"/ar/{big['id']}", f"/ar/{big['id']}/rows", "/ar/receivables", "/ar/worklist?show=all")
    counts = {path: statements_of(lambda path=path: pages.get(clinic.page(path))) for path in paths}
    assert max(counts.values()) <= 14, counts


def test_providers_and_strangers_find_nothing(clinic, other_clinic, files):
    found = files.read(clinic, SMALL)
    other_clinic.manager.pages.get(clinic.page(f"/ar/{found['id']}"), expect=404)
    other_clinic.manager.pages.get(other_clinic.page(f"/ar/{found['id']}"), expect=404)
