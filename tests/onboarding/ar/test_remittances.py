"""An 835 comes in: its summary is what independent readers found, and each payment ties out to its claims."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from onboarding.ar.models import RemittanceClaim
from tests.support.world import drain

FIXTURES = Path(__file__).parents[2] / "fixtures" / "x12"
EXPECTED = json.loads((FIXTURES / "expected.json").read_text("utf-8"))
REMITTANCES = sorted(name for name, facts in EXPECTED.items() if "835" in facts["totals"])
PROFESSIONAL = "x12/x12_alexjreid__professional_835.edi"


def cents(text):
    return int(Decimal(text).scaleb(2))


def adjustments(totals):
    added = {}
    for level in ("adj_claim_level", "adj_line_level"):
        for key, amount in totals.get(level, {}).items():
            added[key] = added.get(key, 0) + cents(amount)
    return added


def test_summaries_are_what_independent_readers_found(clinic, files):
    asked = {name: files.ask(clinic, files.fixture(clinic, f"x12/{name}")) for name in REMITTANCES}
    drain(clinic)
    for name, made in asked.items():
        facts, totals = EXPECTED[name], EXPECTED[name]["totals"]["835"]
        found = files.get(clinic, made["id"])
        assert (found["format"], found["status"] in {"tied_out", "ready"}) == ("x12_835", True), (name, found["error"])
        answer = clinic.manager.api.get(clinic.url(f"/remittances/{made['id']}/summary"))
        assert (answer["claims"], answer["service_lines"]) == (totals["claims"], totals["service_lines"]), name
        assert answer["payment_cents"] == cents(totals["bpr02"]), name
        assert (answer["charge_cents"], answer["paid_cents"]) == (
            cents(totals["total_charge"]),
            cents(totals["total_paid"]),
        )
        listed = {f"{each['group']}-{each['carc']}": each["amount_cents"] for each in answer["adjustments"]}
        assert listed == adjustments(totals), name
        assert answer["payer"] == facts["transactions"][0]["payer"].strip()
        assert (answer["payee_npi"] or None) == facts["transactions"][0]["payee_npi"], name
        assert answer["claims_not_balancing"] == sum(each["claims_not_balancing"] for each in facts["transactions"]), (
            name
        )
        rows = found["rows"]
        assert rows["received"] == rows["accepted"] + rows["rejected"] + rows["duplicate"] == totals["claims"]
        one = clinic.manager.api.get(clinic.url(f"/remittances/{answer['payments'][0]['id']}/summary"))
        assert one["payment_cents"] == answer["payments"][0]["payment_cents"]


def test_a_payment_that_differs_from_its_claims_is_named(clinic, files):
    tied = files.read(clinic, PROFESSIONAL, control={"total_cents": 26_000, "count": 1})
    assert (tied["status"], tied["tie_out"]["compared"]) == ("tied_out", 3)
    broken = (FIXTURES.parent / PROFESSIONAL).read_bytes().replace(b"BPR*C*260", b"BPR*C*265", 1)
    assert broken != (FIXTURES.parent / PROFESSIONAL).read_bytes()
    found = files.read(clinic, broken.replace(b"EFT-STROKE-PRO-001", b"EFT-OTHER-9"), "b.835")
    assert found["status"] == "ready"
    (difference,) = found["tie_out"]["differences"]
    assert (difference["of"], difference["key"], difference["difference_cents"]) == ("payment", "EFT-OTHER-9", -500)


def test_a_claim_that_repeats_its_adjustments_is_said_not_to_balance(clinic, files):
    found = files.read(clinic, "x12/x12_alexjreid__sample_835.edi")
    assert found["status"] == "tied_out", "the payment itself is what its claims say"
    answer = clinic.manager.api.get(clinic.url(f"/remittances/{found['id']}/summary"))
    (claim,) = answer["unbalanced"]
    assert (claim["unpaid_cents"], claim["adjusted_cents"]) == (3336, 4672)
    words = f"1 claim does not balance: charge − paid is $33.36, its adjustments add up to $46.72 (segment {claim['segment']})"
    pages = clinic.manager.pages
    page = pages.get(clinic.page(f"/ar/{found['id']}"))
    assert words in page
    assert "Every payment matches to the cent, but 1 claim does not balance." in page
    assert words in pages.get(clinic.page(f"/remittances/{answer['payments'][0]['id']}"))


def test_the_same_payment_in_another_file_is_a_duplicate(clinic, files):
    content = (FIXTURES.parent / PROFESSIONAL).read_bytes()
    first = files.read(clinic, content, "a.835")
    again = files.read(clinic, content + b"\n", "b.835")
    assert again["rows"] == {"received": 1, "accepted": 0, "rejected": 0, "duplicate": 1}
    with clinic.work() as session:
        count = session.scalar(select(func.count()).where(RemittanceClaim.tenant_id == clinic.id))
    assert (first["rows"]["accepted"], count) == (1, 1)


def test_a_remittance_for_somebody_else_is_refused_unless_allowed(world, files):
    clinic = world.clinic("Harbor Counseling", npi="1234567893")
    found = files.read(clinic, PROFESSIONAL)
    assert found["status"] == "failed"
    assert "pays NPI 9876543210" in found["error"]
    clinic.manager.api.get(clinic.url(f"/remittances/{found['id']}/summary"), expect=404)
    allowed = files.read(clinic, PROFESSIONAL, allow_foreign_payee=True)
    assert allowed["status"] == "tied_out"
    own = files.read(clinic, "x12/x12_alexjreid__facility_835.edi")
    assert own["status"] == "tied_out"


@pytest.mark.parametrize(
    ("name", "words"),
    [("x12_xlate__extraDelimiter997.edi", "no 835"), ("x12_imsweb__x12_no_errors.txt", "no 835")],
)
def test_other_transactions_fail_with_what_they_are(clinic, files, name, words):
    found = files.read(clinic, f"x12/{name}")
    assert (found["status"], words in found["error"]) == ("failed", True)


def test_a_cut_off_remittance_is_not_taken_over(clinic, files):
    content = (FIXTURES.parent / PROFESSIONAL).read_bytes()
    found = files.read(clinic, content[: len(content) // 2], "cut.835")
    assert (found["status"], found["rows"]["received"]) == ("failed", 0)
    clinic.manager.api.post(
        clinic.url("/ar-imports"),
        {"document_id": files.fixture(clinic, PROFESSIONAL), "format": "x12_837"},
        expect=422,
    )


def test_a_remittance_of_another_clinic_does_not_exist(clinic, other_clinic, files):
    found = files.read(clinic, PROFESSIONAL)
    other_clinic.manager.api.get(other_clinic.url(f"/remittances/{found['id']}/summary"), expect=404)
