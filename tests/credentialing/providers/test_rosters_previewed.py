"""A roster says what it would do before it does it, credentials included, and what it refuses can be corrected and sent again."""

from __future__ import annotations

import csv
import io

import pytest

from credentialing.credentials.services import clear_number, credentials_of
from credentialing.providers.provenance import history_of
from credentialing.providers.services import change_provider, get_provider, roster_rows
from credentialing.providers.services.entries import entries_of
from infra.problems import invalid
from tests.support.files import send
from tests.support.world import drain

HEADER = (
    "Provider NPI,Last Name,First Name,Maiden Name,SSN,DOB,License,License State,License Exp,License 2,License 2 State,"
    "License 2 Exp,CAQH ID,CAQH Attested,DEA,DEA Exp,Malpractice Carrier,Policy Number,Malpractice Exp,Malpractice Limits,"
    "Medicaid ID,Languages\r\n"
)
DANA = (
    "1841305265,ORTIZ,DANA,Reyes,312-45-6789,3/9/84,I.1200456,OH,05/31/2027,254410,KY,6/30/27,14002233,11/16/2026,AO1234563,"
    "1/31/28,HPSO,0812-44,3/1/27,1M/3M,0142233,Spanish\r\n"
)
JO = "1710448576,Diaz,Jo,,,,C.1400881,OH,05/31/2027,,,,,,,,,,,,,\r\n"
BROKEN = "1710448577,Nobody,Ned,,666-1,31/12/80,,,,,,,,,,,,,,,,\r\n"
SECRETS = ("312456789", "312-45-6789", "1984-03-09", "3/9/84", "AO1234563")


def _sent(clinic, content: str, filename: str = "roster.csv") -> str:
    return send(clinic.admin.api, clinic, content.encode(), filename=filename, content_type="text/csv", kind="roster")


def _previewed(clinic, content: str):
    api = clinic.admin.api
    started = api.post(
        clinic.url("/providers/import"), {"document_id": _sent(clinic, content), "preview": True}, expect=202
    )
    drain(clinic, only="credentialing.import_roster")
    return api.get(started["import_url"])


def _applied(clinic, found):
    clinic.admin.api.post(clinic.url(f"/providers/imports/{found['id']}/apply"), expect=202)
    drain(clinic, only="credentialing.apply_roster")
    return clinic.admin.api.get(clinic.url(f"/providers/imports/{found['id']}"))


def _rows(clinic, found, outcome: str):
    return clinic.admin.api.get(clinic.url(f"/providers/imports/{found['id']}/rows?outcome={outcome}"))["items"]


@pytest.fixture
def taken(clinic):
    """A clinic whose roster was previewed and taken over."""
    return _applied(clinic, _previewed(clinic, HEADER + DANA + JO + BROKEN))


def test_a_preview_writes_nothing_and_names_every_field(clinic):
    found = _previewed(clinic, HEADER + DANA + JO + BROKEN)
    assert found["status"] == "preview"
    assert found["preview"] == {"total": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert found["rows"]["received"] == 0
    assert clinic.admin.api.get(clinic.url("/providers"))["items"] == []
    new = _rows(clinic, found, "created")
    assert [row["name"] for row in new] == ["DANA ORTIZ", "Jo Diaz"]
    said = {(change["title"], change["label"]): change["new"] for change in new[0]["changes"]}
    assert said[("", "Last name")] == "Ortiz"
    assert any(title.startswith("State license KY") or "KY 254410" in title for title, _ in said)
    assert not any(secret in str(new) for secret in SECRETS)
    (refused,) = _rows(clinic, found, "rejected")
    assert (refused["line"], [reason["field"] for reason in refused["reasons"]]) == (4, ["npi", "birth_on", "ssn"])
    page = clinic.admin.pages.get(clinic.page(f"/providers/imports/{found['id']}"))
    assert "Nothing is written yet." in page
    assert "month/day/year" in page
    assert not any(secret in page for secret in SECRETS)


def test_credentials_entries_and_secrets_go_where_they_belong(clinic, taken):
    assert (taken["status"], taken["rows"]["created"], taken["rows"]["rejected"]) == ("done", 2, 1)
    provider_id = next(row["provider_id"] for row in _rows(clinic, taken, "created") if "ORTIZ" in row["name"])
    with clinic.work():
        provider = get_provider(provider_id)
        held = credentials_of([provider.id])[provider.id]
        by_kind = {(row.kind, row.state): row for row in held}
        assert {row.kind for row in held} == {
            "state_license", "caqh_profile", "dea", "malpractice_face", "medicaid_id",
        }  # fmt: skip
        assert by_kind[("state_license", "KY")].number == "254410"
        assert clear_number(next(row for row in held if row.kind == "dea")) == "AO1234563"
        policy = next(row for row in held if row.kind == "malpractice_face")
        assert (policy.issuer, policy.details["limits_total_cents"]) == ("HPSO", 300_000_000)
        assert (provider.license_number, provider.license_state, provider.ssn_tail) == ("I.1200456", "OH", "6789")
        assert provider.former_names == ["Reyes"]
        assert [row.values for row in entries_of([provider.id])[provider.id]["languages"]] == [{"language": "Spanish"}]
        changes = history_of(provider.id, limit=200)
    assert {change.source for change in changes} == {"roster"}
    assert {change.source_detail for change in changes} == {"roster.csv"}
    assert not any(secret in f"{c.old_shown} {c.new_shown}" for c in changes for secret in SECRETS)


def test_the_same_file_again_changes_nothing_and_a_changed_cell_is_one_difference(clinic, taken):
    again = _previewed(clinic, HEADER + DANA + JO + BROKEN)
    assert again["preview"] == {"total": 3, "created": 0, "updated": 0, "unchanged": 2, "rejected": 1}
    changed = _previewed(clinic, HEADER + DANA.replace("6/30/27", "6/30/29").replace("I.1200456", "I.1200465") + JO)
    (row,) = _rows(clinic, changed, "updated")
    assert [(c["kind"], c["field"], c["old"], c["new"]) for c in row["changes"]] == [
        ("state_license", "number", "I.1200456", "I.1200465"),
        ("state_license", "expires_on", "2027-06-30", "2029-06-30"),
    ]
    done = _applied(clinic, changed)
    assert (done["rows"]["updated"], done["rows"]["unchanged"]) == (1, 1)
    assert _previewed(clinic, HEADER + DANA + JO)["preview"]["updated"] == 1


def test_what_somebody_changed_after_the_preview_is_not_overwritten_unseen(clinic, taken):
    found = _previewed(clinic, HEADER + DANA + JO.replace("Diaz", "Diaz-Luna"))
    (row,) = _rows(clinic, found, "updated")
    with clinic.work():
        change_provider(row["provider_id"], changes={"last_name": "Sol"})
    done = _applied(clinic, found)
    assert (done["rows"]["updated"], done["rows"]["rejected"]) == (0, 1)
    assert "changed after the preview" in done["rejects"][0]["reason"]
    with clinic.work():
        assert get_provider(row["provider_id"]).last_name == "Sol"


def test_rejected_rows_come_back_as_a_file_that_can_be_corrected_and_sent_again(clinic, taken):
    text = clinic.admin.pages.get(clinic.page(f"/providers/imports/{taken['id']}/rejects.csv"))
    header, row = csv.reader(io.StringIO(text))
    assert header == [*HEADER.strip().split(","), "What is wrong"]
    assert "npi: 1710448577 is not a valid NPI" in row[-1]
    row[0], row[4], row[5] = "1234567893", "", "12/31/1980"
    out = io.StringIO()
    csv.writer(out).writerows([header, row])
    found = _previewed(clinic, out.getvalue())
    assert found["preview"] == {"total": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0}


def test_a_file_that_contradicts_itself_and_rows_of_one_person_in_two_states(clinic):
    rows = "1841305265,Ortiz,Dana,I.1,OH,2027-01-31,1984-03-09\n"
    header = "NPI,Last Name,First Name,License,License State,License Exp,DOB\n"
    second = rows.replace("I.1,OH", "K.9,KY")
    wrong = rows.replace("1984-03-09", "1985-03-09")
    content = header + rows + second + wrong
    found = _previewed(clinic, content)
    assert found["preview"] == {"total": 3, "created": 1, "updated": 1, "unchanged": 0, "rejected": 1}
    assert found["rejects"] == [
        {"line": 4, "field": "birth_on", "reason": "row 2 says another date of birth for this NPI"}
    ]
    done = _applied(clinic, found)
    assert (done["rows"]["created"], done["rows"]["updated"], done["rows"]["rejected"]) == (1, 1, 1)
    assert _previewed(clinic, content)["preview"]["unchanged"] == 2


def test_the_meaning_of_columns_is_kept_for_the_clinic_and_shown_before_the_preview(clinic, other_clinic):
    content = 'Nummer,Wer,Born\n1841305265,"Ortiz, Dana",3/9/1984\n'
    document = _sent(clinic, content)
    pages = clinic.admin.pages
    page = pages.get(clinic.page(f"/providers/import/{document}"))
    assert "guessed from its values" in page
    form = {
        "header-0": "Nummer",
        "header-1": "Wer",
        "header-2": "Born",
        "column-0": "npi",
        "column-1": "",
        "column-2": "",
    }
    assert "Without it no row" in pages.post(clinic.page(f"/providers/import/{document}"), form, expect=200)
    checked = pages.post(
        clinic.page(f"/providers/import/{document}/check"), form | {"column-1": "full_name", "column-2": "email"}
    )
    assert "1 of 1 do not fit" in checked
    assert "3/9/1984" not in pages.post(
        clinic.page(f"/providers/import/{document}/check"), form | {"column-1": "full_name", "column-2": "birth_on"}
    )
    twice = form | {"column-1": "npi"}
    assert "Two columns are marked as NPI" in pages.post(
        clinic.page(f"/providers/import/{document}"), twice, expect=422
    )
    preview = pages.post(
        clinic.page(f"/providers/import/{document}"), form | {"column-1": "full_name", "column-2": "birth_on"}
    )
    assert "The roster is being read" in preview
    drain(clinic, only="credentialing.import_roster")
    assert "as you said last time" in pages.get(clinic.page(f"/providers/import/{_sent(clinic, content, 'b.csv')}"))
    assert _previewed(clinic, content)["preview"]["created"] == 1
    assert _previewed(other_clinic, content)["status"] == "needs_mapping"


def test_a_preview_is_taken_over_or_discarded_once_and_in_its_clinic_only(clinic, other_clinic):
    found = _previewed(clinic, HEADER + JO)
    path = f"/providers/imports/{found['id']}"
    for act in ("apply", "discard"):
        other_clinic.admin.api.post(other_clinic.url(path + "/" + act), expect=404)
    pages = clinic.admin.pages
    assert "was not taken over" in pages.post(clinic.page(path + "/discard"))
    clinic.admin.api.post(clinic.url(path + "/apply"), expect=409)
    again = _previewed(clinic, HEADER + JO)
    assert "being taken over" in pages.post(clinic.page(f"/providers/imports/{again['id']}/apply"))
    clinic.admin.api.post(clinic.url(f"/providers/imports/{again['id']}/apply"), expect=202)
    drain(clinic, only="credentialing.apply_roster")
    done = clinic.admin.api.get(clinic.url(f"/providers/imports/{again['id']}"))
    assert (done["status"], done["rows"]["created"]) == ("done", 1)
    clinic.admin.api.post(clinic.url(f"/providers/imports/{again['id']}/apply"), expect=409)


def test_one_row_that_the_file_refuses_does_not_cost_the_others(clinic, monkeypatch):
    real = roster_rows.add_provider

    def refusing(npi, facts, **options):
        if facts["last_name"] == "Diaz":
            raise invalid("email", "That address is taken.")
        return real(npi, facts, **options)

    found = _previewed(clinic, HEADER + DANA + JO)
    monkeypatch.setattr(roster_rows, "add_provider", refusing)
    done = _applied(clinic, found)
    assert (done["rows"]["created"], done["rows"]["rejected"]) == (1, 1)
    assert done["rejects"] == [{"line": 3, "field": "email", "reason": "that address is taken."}]
    assert [row["last_name"] for row in clinic.admin.api.get(clinic.url("/providers"))["items"]] == ["Ortiz"]
