"""The grid, the hold list, "may this be billed", and a provider's own view."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from infra import clock
from tenants.access.roles import Role
from tests.support.cases import make_proof, make_provider, start_case, step, walk
from tests.support.counting import counted_statements


def fill(clinic, names, payers=("aetna", "cigna_evernorth")):
    pairs = []
    for name in names:
        provider_id, _ = make_provider(clinic, name)
        pairs += [{"provider_id": str(provider_id), "payer_id": payer} for payer in payers]
    return clinic.manager.api.post(clinic.url("/enrollments/bulk"), {"pairs": pairs}, expect=200)


def test_bulk_start_gives_each_pair_its_own_result(clinic, other_clinic):
    provider_id, _ = make_provider(clinic)
    stranger, _ = make_provider(other_clinic)
    start_case(clinic, provider_id)
    body = {
        "pairs": [
            {"provider_id": str(provider_id), "payer_id": "aetna"},
            {"provider_id": str(provider_id), "payer_id": "medicare_ffs"},
            {"provider_id": str(stranger), "payer_id": "aetna"},
            {"provider_id": str(provider_id), "payer_id": "no_such_payer"},
        ]
    }
    answer = clinic.manager.api.post(clinic.url("/enrollments/bulk"), body, expect=200)
    assert [row["result"] for row in answer["items"]] == ["exists", "created", "refused", "refused"]
    assert answer["items"][1]["line_of_business"] == "medicare"
    assert answer["created"] == 1


@pytest.mark.parametrize("path", ["/panel", "/holds", "/follow-ups"])
def test_pages_take_the_same_few_statements_for_one_and_for_twenty(clinic, other_clinic, path):
    fill(clinic, ["Ortiz"])
    fill(other_clinic, [f"Lee{number}" for number in range(20)])
    counts = []
    for one in (clinic, other_clinic):
        pages = one.manager.pages
        pages.get(one.page(path))
        with counted_statements() as statements:
            pages.get(one.page(path))
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 16, statements


def test_the_panel_shows_words_and_the_reason_of_each_case(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    step(clinic, case, "gathering")
    panel = clinic.manager.api.get(clinic.url("/panel"))
    assert [row["name"] for row in panel["providers"]] == ["Dana Ortiz"]
    cell = panel["cells"][0]
    assert cell["status"] == "gathering"
    assert cell["word"].startswith("Docs")
    assert cell["reason"] == "Documents for Aetna are still missing."
    assert cell["predicted_p50"] < cell["predicted_p80"]
    assert cell["billable_from"] is None


@pytest.mark.parametrize(
    ("until", "on", "expected"),
    [
        ("in_review", date(2026, 11, 20), False),
        ("approved", date(2026, 11, 20), False),
        ("effective", date(2026, 11, 20), False),
        ("loaded_verified", date(2026, 11, 20), True),
        ("loaded_verified", date(2026, 10, 31), False),
    ],
)
def test_billable_only_when_loaded_and_from_the_effective_date_on(clinic, until, on, expected):
    provider_id, npi = make_provider(clinic)
    case = start_case(clinic, provider_id)
    walk(clinic, case, make_proof(clinic, provider_id), until=until)
    answer = clinic.manager.api.get(clinic.url(f"/billable?npi={npi}&payer_id=aetna&on={on}"))
    assert answer["billable"] is expected
    held = clinic.manager.api.get(clinic.url(f"/holds?on={on}"))["items"]
    assert [hold["enrollment_id"] for hold in held] == ([] if expected else [case])
    assert answer["reason"]


def test_medicare_pays_thirty_days_back_and_nothing_is_billable_without_a_case(clinic):
    provider_id, npi = make_provider(clinic)
    proof = make_proof(clinic, provider_id)
    api = clinic.manager.api
    walk(clinic, start_case(clinic, provider_id, "medicare_ffs", "medicare"), proof, effective="2026-11-01")
    ask = clinic.url(f"/billable?npi={npi}&payer_id=medicare_ffs&on=")
    assert api.get(ask + "2026-10-02")["billable"] is True
    assert api.get(ask + "2026-10-01")["billable"] is False
    assert "no enrollment" in api.get(clinic.url(f"/billable?npi={npi}&payer_id=aetna&on=2026-11-20"))["reason"]
    api.get(clinic.url("/billable?npi=1234567893&payer_id=aetna&on=2026-11-20"), expect=404)
    api.get(clinic.url(f"/billable?npi={npi}&payer_id=aetna&on=soon"), expect=422)


def test_what_was_billable_before_the_end_stays_billable(clinic):
    provider_id, npi = make_provider(clinic)
    case = start_case(clinic, provider_id)
    walk(clinic, case, make_proof(clinic, provider_id))
    step(clinic, case, "terminated", on="2026-11-16", reason="Left the network")
    ask = clinic.url(f"/billable?npi={npi}&payer_id=aetna&on=")
    assert clinic.manager.api.get(ask + "2026-11-15")["billable"] is True
    assert clinic.manager.api.get(ask + "2026-11-16")["billable"] is False


def test_two_lines_of_business_must_be_asked_for_by_name(clinic):
    provider_id, npi = make_provider(clinic)
    walk(clinic, start_case(clinic, provider_id), make_proof(clinic, provider_id))
    start_case(clinic, provider_id, line="medicare_advantage")
    ask = clinic.url(f"/billable?npi={npi}&payer_id=aetna&on=2026-11-20")
    mixed = clinic.manager.api.get(ask)
    assert mixed["billable"] is False
    assert "line_of_business" in mixed["reason"]
    assert clinic.manager.api.get(ask + "&line_of_business=commercial")["billable"] is True


def test_the_hold_list_as_csv_runs_no_formula(clinic):
    provider_id, _ = make_provider(clinic, "Ortiz", first_name="=cmd|' /C calc'!A0")
    start_case(clinic, provider_id)
    for url, headers in (("/holds?on=2026-11-20", {"Accept": "text/csv"}), ("/holds.csv?on=2026-11-20", {})):
        answer = clinic.manager.api.call("GET", clinic.url(url), headers=headers)
        assert answer.mimetype == "text/csv"
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
        assert len(rows) == 1
        assert rows[0]["provider"].startswith("'=cmd")


def test_a_provider_sees_their_own_cases_in_every_clinic_and_no_others(world, clinic, other_clinic):
    mine, _ = make_provider(clinic, "Ortiz")
    colleague, _ = make_provider(clinic, "Lee")
    elsewhere, _ = make_provider(other_clinic, "Ortiz")
    own, foreign = start_case(clinic, mine), start_case(clinic, colleague)
    start_case(other_clinic, elsewhere, "medicare_ffs", "medicare")
    person = world.person("Dana Ortiz")
    world.join(clinic, person, Role.PROVIDER, mine)
    world.join(other_clinic, person, Role.PROVIDER, elsewhere)

    assert [row["id"] for row in person.api.get(clinic.url("/enrollments"))["items"]] == [own]
    person.api.get(clinic.url(f"/enrollments/{foreign}"), expect=404)
    whole = person.api.get(clinic.url(f"/enrollments/{own}"))
    assert whole["touches"] == []
    assert whole["history"]
    assert [cell["enrollment_id"] for cell in person.api.get(clinic.url("/panel"))["cells"]] == [own]
    person.api.get(clinic.url("/holds"), expect=403)
    panel = person.api.get("/api/v1/me/panel")["items"]
    assert {(row["clinic_name"], row["payers"][0]["payer"]) for row in panel} == {
        (clinic.name, "Aetna"),
        (other_clinic.name, "Medicare"),
    }
    page = person.pages.get("/me/panel")
    assert "Aetna" in page
    assert "Medicare" in page


def test_a_provider_reads_from_which_day_on_they_may_bill(world, clinic):
    provider_id, _ = make_provider(clinic)
    soon = clock.today() + timedelta(days=20)
    walk(clinic, start_case(clinic, provider_id), make_proof(clinic, provider_id), effective=soon.isoformat())
    person = world.person("Dana Ortiz")
    world.join(clinic, person, Role.PROVIDER, provider_id)
    page = person.pages.get("/me/panel")
    assert f"From {soon:%b} {soon.day}" in page
    assert "Hold" not in page


def test_another_clinics_case_does_not_exist(clinic, other_clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    api = other_clinic.manager.api
    for url in (clinic.url(f"/enrollments/{case}"), other_clinic.url(f"/enrollments/{case}"), clinic.url("/panel")):
        api.get(url, expect=404)
    body = {"to": "gathering", "on": "2026-11-02"}
    api.post(other_clinic.url(f"/enrollments/{case}/transitions"), body, expect=404)
    wanted = {"provider_id": str(provider_id), "payer_id": "aetna", "line_of_business": "commercial"}
    api.post(other_clinic.url("/enrollments"), wanted, expect=404)


def test_follow_ups_never_leave_the_cadence_nor_fall_on_a_day_off(clinic):
    provider_id, _ = make_provider(clinic)
    with clock.freeze(datetime(2026, 11, 12, 15, tzinfo=UTC)):
        case = start_case(clinic, provider_id)
        step(clinic, case, "ready_to_submit")
        step(clinic, case, "submitted", on="2026-11-12", reference="A-1")
        url = clinic.url(f"/enrollments/{case}/touches")
        for wished, expected in (
            (None, "2026-11-25"),  # Thanksgiving is the last day of the cadence
            ("2026-12-31", "2026-11-25"),
            ("2026-11-15", "2026-11-13"),  # a Sunday
        ):
            body = {"channel": "phone", "note": "In review"} | ({"next_follow_up": wished} if wished else {})
            assert clinic.manager.api.post(url, body, expect=201)["next_follow_up"] == expected
        clinic.admin.api.post(url, {"channel": "phone", "note": "x"}, expect=403)
    whole = clinic.manager.api.get(clinic.url(f"/enrollments/{case}"))
    assert len(whole["touches"]) == 3
    assert whole["owner"] == "Morgan Manager"


def test_the_pages_of_a_case_work_without_script(clinic):
    provider_id, _ = make_provider(clinic)
    proof = make_proof(clinic, provider_id)
    pages = clinic.manager.pages
    page = pages.post(clinic.page("/panel/start"), {"pair": f"{provider_id}:aetna"})
    assert "Started 1 enrollment." in page
    case = clinic.manager.api.get(clinic.url("/enrollments"))["items"][0]["id"]
    url = clinic.page(f"/enrollments/{case}")
    pages.get(url)
    pages.get(url, htmx=True)
    refused = pages.post(f"{url}/steps", {"to": "ready_to_submit", "on": "2026-11-02"}, expect=422)
    assert "are missing or wrong" in refused
    assert "When was the application complete?" not in refused
    pages.post(f"{url}/steps", {"to": "ready_to_submit", "on": "2026-11-02", "reason": "The payer waits for them"})
    refused = pages.post(f"{url}/steps", {"to": "submitted", "on": "2026-11-02"}, expect=422)
    assert "Say the reference number, or choose the payer&#39;s confirmation as proof." in refused
    pages.post(f"{url}/steps", {"to": "submitted", "on": "2026-11-02", "proof_document_id": proof})
    pages.post(f"{url}/touches?queue=1", {"channel": "portal", "note": "Received"})
    for path in ("/follow-ups", "/holds", "/panel?status=waiting&q=ort", f"/enrollments/{case}?to=denied"):
        pages.get(clinic.page(path))
    pages.post(clinic.page("/locations"), {"name": "Main Street", "address": "12 Main St, Columbus OH"})
    assert "exists" in pages.post(clinic.page("/locations"), {"name": "Main Street", "address": "x"}, expect=422)
    pair = {"provider_id": str(provider_id), "payer_id": "aetna"}
    begun = pages.post(f"{clinic.page('/enrollments')}?from={case}", pair | {"line_of_business": "medicare_advantage"})
    assert "Started." in begun
    again = pages.post(f"{clinic.page('/enrollments')}?from={case}", pair | {"line_of_business": "commercial"})
    assert "open case" in again
    pages.get("/payers")
    pages.get("/payers/aetna")
