"""The file's pages: strict HTML, fields that save themselves, errors beside the field, steps on the phone, masked secrets."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest

from credentialing.credentials.services import credentials_of
from credentialing.providers.provenance import FactSource
from credentialing.providers.sections import DISCLOSURES, SECTIONS
from credentialing.providers.services.sections import entries_of, save_entry
from infra.ids import uuid7
from tenants.access.roles import Role
from tests.support.cases import make_provider
from tests.support.counting import counted_statements


@pytest.fixture
def file(clinic):
    """A provider's file: its id and the address of its sections."""
    provider_id, _ = make_provider(
        clinic, license_type="PMHNP", license_number="A.12", birth_date=date(1975, 3, 9), dea_number="BD1234563"
    )
    return provider_id, clinic.page(f"/providers/{provider_id}/sections")


def _addresses(page):
    return [address.replace("&amp;", "&") for address in re.findall(r'hx-post="([^"]+)"', page)]


def test_every_section_has_a_page_and_a_blank_row(clinic, file):
    _, base = file
    pages = clinic.admin.pages
    overview = pages.get(base)
    for section in SECTIONS.values():
        assert section.title in overview
        page = pages.get(f"{base}/{section.code}")
        assert section.lead in page.replace("&#39;", "'").replace("&amp;", "&")
        for kind, _label in section.kinds or ((("", ""),) if section.kind == "entries" else ()):
            address = f"{base}/{section.code}/new" + (f"?kind={kind}" if kind else "")
            assert "hx-post" in pages.get(address, htmx=True)
    assert "New job" in pages.get(f"{base}/work_history/new")
    pages.get(f"{base}/no-such-section", expect=404)
    pages.get(f"{base}/licenses/new?kind=dea", expect=404)


def test_a_field_saves_itself_and_says_who_where_from(clinic, file):
    provider_id, base = file
    pages = clinic.admin.pages
    blank = pages.get(f"{base}/work_history/new", htmx=True)
    address = _addresses(blank)[0]
    answer = pages.post(address, {"employer": "Harbor Counseling"}, htmx=True)
    assert 'data-note="saved"' in answer
    assert "Casey Clinic" in answer
    assert "typed here" in answer
    assert 'id="section-state"' in answer
    pages.post(address, {"started": "04/2021"}, htmx=True)
    with clinic.work():
        (entry,) = entries_of([provider_id])[provider_id]["work_history"]
    assert entry.values == {"employer": "Harbor Counseling", "started": "2021-04"}
    history = pages.get(f"{base}/work_history/history?row={entry.id}&field=started")
    assert "Apr 2021" in history
    assert "Casey Clinic" in history


def test_a_wrong_value_is_refused_beside_the_field_and_nothing_else_is_lost(clinic, file):
    provider_id, base = file
    pages = clinic.admin.pages
    row = uuid7()
    pages.post(f"{base}/malpractice/{row}?kind=malpractice_face", {"issued_on": "2026-01-01"}, htmx=True)
    answer = pages.post(
        f"{base}/malpractice/{row}?kind=malpractice_face", {"limits_each_cents": "a lot"}, expect=422, htmx=True
    )
    assert "Give an amount in dollars" in answer
    answer = pages.post(
        f"{base}/malpractice/{row}?kind=malpractice_face", {"expires_on": "2025-01-01"}, expect=422, htmx=True
    )
    assert "It ends before it begins" in answer
    whole = pages.post(
        f"{base}/malpractice/{row}?kind=malpractice_face",
        {"issuer": "CPH", "limits_each_cents": "1 million"},
        expect=422,
    )
    assert 'value="CPH"' in whole
    assert 'value="1 million"' in whole
    pages.post(f"{base}/malpractice/{row}?kind=malpractice_face", {"issuer": "CPH", "limits_each_cents": "$1M"})
    pages.post(f"{base}/malpractice/{row}?kind=dea", {"issuer": "CPH"}, expect=404)
    with clinic.work():
        (policy,) = [c for c in credentials_of([provider_id])[provider_id] if c.kind == "malpractice_face"]
    assert (policy.id, policy.issuer, policy.issued_on) == (row, "CPH", date(2026, 1, 1))
    assert policy.details == {"limits_each_cents": 100_000_000}


def test_a_gap_is_explained_with_its_months_filled_in(clinic, file):
    provider_id, base = file
    pages = clinic.admin.pages
    with clinic.work():
        for job in ({"started": "2018-01", "ended": "2023-02"}, {"started": "2024-04", "is_current": True}):
            values = {"kind": "job", "employer": f"Practice {job['started']}", "position": "Nurse", **job}
            save_entry(provider_id=provider_id, section="work_history", values=values, source=FactSource("caqh"))
    page = pages.get(f"{base}/work_history")
    assert "Mar 2023 to Mar 2024 (13 months) is not explained in writing" in page
    found = re.search(r'action="([^"]+)">(?:(?!</form>).)*Explain Mar 2023 to Mar 2024', page, re.S)
    address = re.findall(r'action="([^"]+)"', found.group(0))[-1]
    page = pages.post(address, {"kind": "gap", "started": "2023-03", "ended": "2024-03"})
    assert 'value="2023-03"' in page
    pages.post(address, {"explanation": "Parental leave", "explained_how": "written"}, htmx=True)
    page = pages.get(f"{base}/work_history")
    assert "not explained" not in page
    assert "Explain Mar" not in page


def test_a_disclosure_is_answered_once_and_a_yes_is_explained(clinic, file):
    provider_id, base = file
    pages = clinic.admin.pages
    page = pages.get(f"{base}/disclosures")
    assert "11 questions are not answered" in page
    asked = [address for address in _addresses(page) if f"question={DISCLOSURES[0][0]}" in address]
    for answer in ("true", "false", "true"):
        assert 'data-note="saved"' in pages.post(asked[0], {"answer": answer}, htmx=True)
    page = pages.get(f"{base}/disclosures")
    assert "10 questions are not answered" in page
    assert "yes needs an explanation" in page
    with clinic.work():
        (entry,) = entries_of([provider_id])[provider_id]["disclosures"]
    pages.post(
        f"{base}/disclosures/{entry.id}?question={DISCLOSURES[0][0]}",
        {"explanation": "A late renewal in 2022."},
        htmx=True,
    )
    assert "yes needs an explanation" not in pages.get(f"{base}/disclosures")


def test_a_removed_row_leaves_the_page_and_stays_in_the_history(clinic, file):
    provider_id, base = file
    with clinic.work():
        row = next(c for c in credentials_of([provider_id])[provider_id] if c.kind == "state_license")
    assert '<p class="muted">State license, OH</p>' in clinic.admin.pages.get(f"{base}/licenses/history")
    page = clinic.admin.pages.post(f"{base}/licenses/{row.id}/remove")
    assert "No state license yet" in page
    assert "A.12" in clinic.admin.pages.get(f"{base}/licenses/history")


def test_secrets_are_masked_on_pages_and_shown_for_a_reason_only(clinic, file):
    provider_id, base = file
    clinic.admin.pages.post(f"{base}/identity", {"ssn": "219-09-9999"}, htmx=True)
    for address in (f"{base}/identity", f"{base}/dea", f"{base}/identity/history", f"{base}/dea/history"):
        page = clinic.specialist.pages.get(address)
        assert not [secret for secret in ("219-09", "21909", "1975-03", "BD1234563") if secret in page], address
    assert "•••-••-9999" in clinic.specialist.pages.get(f"{base}/identity")
    assert "reveal" not in clinic.admin.pages.get(f"{base}/identity")
    clinic.admin.pages.post(f"{base}/identity/reveal", {"which": ":ssn", "reason": "CAQH form"}, expect=403)
    page = clinic.specialist.pages.post(f"{base}/identity/reveal", {"which": ":ssn", "reason": ""})
    assert "219099999" not in page
    page = clinic.specialist.pages.post(f"{base}/identity/reveal", {"which": ":ssn", "reason": "CAQH application"})
    assert "219099999" in page
    with clinic.work():
        dea = next(c for c in credentials_of([provider_id])[provider_id] if c.kind == "dea")
    which = {"which": f"{dea.id}:number", "reason": "DEA look-up at the NTIS"}
    assert "BD1234563" in clinic.specialist.pages.post(f"{base}/dea/reveal", which)
    events = clinic.manager.api.get(clinic.url("/audit"))["items"]
    looks = [event["summary"] for event in events if event["action"].endswith(".revealed")]
    assert len(looks) == 2
    assert not [secret for secret in ("219099999", "BD1234563") if secret in str(events)]


def test_the_provider_goes_through_their_own_file_on_the_phone(clinic, world, file):
    provider_id, base = file
    other, _ = make_provider(clinic, "Lee")
    person = world.join(clinic, world.person("Dana Ortiz"), Role.PROVIDER, provider_id=UUID(str(provider_id)))
    home = person.pages.get("/me/file")
    assert re.search(r"\d+ of \d+</strong> steps done", home)
    assert "Go on" in home or "Begin" in home
    page = person.pages.get(f"{base}/licenses")
    assert "Step 2 of" in page
    assert 'capture="environment"' in page
    assert "Standing" not in page
    answer = person.pages.post(f"{base}/identity", {"phone": "614 555 0100"}, htmx=True)
    assert "typed by the provider" in answer
    row = uuid7()
    person.pages.post(f"{base}/languages/{row}", {"language": "Spanish"}, htmx=True)
    with clinic.work():
        license_row = next(c for c in credentials_of([provider_id])[provider_id] if c.kind == "state_license")
    forged = f"{base}/licenses/{license_row.id}?kind=state_license"
    person.pages.post(forged, {"status": "active"}, expect=403, htmx=True)
    theirs = clinic.page(f"/providers/{other}/sections")
    for address in ("", "/identity", "/identity/history"):
        person.pages.get(theirs + address, expect=404)
    person.pages.post(f"{theirs}/identity", {"phone": "614 555 0199"}, expect=404)
    person.pages.post(f"{theirs}/languages/{uuid7()}", {"language": "Dutch"}, expect=404)
    person.pages.post(f"{base}/identity/reveal", {"which": ":birth_date", "reason": "curious"}, expect=403)
    assert "My file" in person.pages.get("/me/panel")


def test_a_page_costs_the_same_few_statements_whatever_the_file_holds(clinic, file):
    provider_id, base = file
    addresses = [base, f"{base}/work_history", f"{base}/identity"]

    def counts():
        found = []
        for address in addresses:
            with counted_statements() as statements:
                clinic.admin.pages.get(address)
            found.append(len(statements))
        return found

    few = counts()
    with clinic.work():
        for year in range(2000, 2020):
            job = {"kind": "job", "employer": f"Practice {year}", "started": f"{year}-01", "ended": f"{year}-12"}
            save_entry(provider_id=provider_id, section="work_history", values=job, source=FactSource("person"))
    assert counts() == few
    assert max(few) <= 16, few
