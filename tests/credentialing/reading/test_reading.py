"""A file that arrives is read by a job, confirmed by a person, and what both said is kept; stacks are cut; bad files are named."""

from __future__ import annotations

import io

import pikepdf
from PIL import Image

from credentialing.credentials.services import credentials_of
from credentialing.providers.models import Provider
from infra.db import db
from integrations.npi import npi_check_digit
from tenants.access.roles import Role
from tests.samples.reading.drawing import Wording, draw
from tests.samples.reading.wordings_tune import TUNE
from tests.support.cases import make_provider
from tests.support.counting import counted_statements
from tests.support.files import send
from tests.support.world import drain, failures

LICENSE = next(wording for wording in TUNE if wording.kind == "state_license" and wording.style == "certificate")
FACE = next(wording for wording in TUNE if wording.kind == "malpractice_face")
DEA = next(wording for wording in TUNE if wording.kind == "dea")


def sample(wording: Wording = LICENSE, seed: int = 1):
    return draw(wording, seed=seed, name="test")


def provider_of(clinic, drawn, **changes):
    """A provider of the clinic with the name on the document."""
    words = drawn.truth["holder_name"].split()
    return make_provider(clinic, words[-1], first_name=words[0], **changes)


def stack_of(*drawn):
    """Several documents in one PDF."""
    whole = pikepdf.new()
    for one in drawn:
        with pikepdf.open(io.BytesIO(one.pdf)) as part:
            whole.pages.extend(part.pages)
    out = io.BytesIO()
    whole.save(out)
    return out.getvalue()


def statements(pages, address):
    """How many statements a page costs."""
    with counted_statements() as sent:
        pages.get(address)
    return len(sent)


def reading_of(clinic, document, expect=200):
    return clinic.manager.api.get(clinic.url(f"/documents/{document}/reading"), expect=expect)


def confirmed(person, clinic, document, body, expect=200):
    return person.api.post(clinic.url(f"/documents/{document}/reading/confirm"), body, expect=expect)


def test_a_license_is_read_matched_and_confirmed_into_the_file(clinic):
    drawn = sample()
    provider_id, _ = provider_of(clinic, drawn)
    document = send(clinic.admin.api, clinic, drawn.pdf, filename="scan0001.pdf")
    read = reading_of(clinic, document)
    assert (read["status"], read["kind"], read["requirement"]) == ("to_confirm", "state_license", "state_license")
    assert read["provider_id"] == str(provider_id) and "is whom it was issued to" in read["provider_because"]
    values = {item["name"]: item["value"] for item in read["fields"]}
    assert values["number"] == drawn.truth["number"] and values["expires_on"] == drawn.truth["expires_on"]
    assert all(len(item["box"]) == 4 and 0 <= item["box"][0] < item["box"][2] <= 1 for item in read["fields"])
    listed = clinic.manager.api.get(clinic.url("/readings"))
    assert [item["document_id"] for item in listed["items"]] == [document] and listed["count"] == 1

    corrected = {**values, "number": "I.7654321"}
    answer = confirmed(
        clinic.manager,
        clinic,
        document,
        {"kind": "state_license", "provider_id": str(provider_id), "fields": corrected},
    )
    assert answer["status"] == "confirmed" and answer["said"]["fields"]["number"] == "I.7654321"
    assert {item["name"]: item["value"] for item in answer["fields"]} == values
    with clinic.work():
        held = credentials_of([provider_id], kinds=["state_license"])[provider_id]
        assert [(row.kind, row.number, str(row.expires_on), str(row.document_id), row.source) for row in held] == [
            ("state_license", "I.7654321", drawn.truth["expires_on"], document, "document")
        ]
    filed = clinic.manager.api.get(clinic.url(f"/documents/{document}"))
    assert (filed["kind"], filed["review_status"], filed["expires_on"]) == (
        "state_license",
        "accepted",
        drawn.truth["expires_on"],
    )
    confirmed(clinic.manager, clinic, document, {"kind": "state_license", "provider_id": str(provider_id)}, expect=409)
    report = clinic.manager.api.get(clinic.url("/reading-report"))
    assert report["fields"]["number"]["corrected"] == 1 and report["fields"]["expires_on"]["precision"] == 1.0
    assert failures(clinic) == []


def test_pages_show_the_marks_beside_the_fields_and_go_on_to_the_next(clinic):
    drawn = sample()
    provider_id, _ = provider_of(clinic, drawn)
    first = send(clinic.manager.api, clinic, drawn.pdf, filename="one.pdf")
    pages = clinic.manager.pages
    one = [statements(pages, clinic.page(path)) for path in ("/documents", "/documents/to-confirm")]
    second = send(clinic.manager.api, clinic, sample(FACE).pdf, filename="two.pdf")
    two = [statements(pages, clinic.page(path)) for path in ("/documents", "/documents/to-confirm")]
    assert one == two and max(two) <= 20, (one, two)
    assert statements(pages, clinic.page(f"/documents/{first}/read")) <= 22
    queue = clinic.manager.pages.get(clinic.page("/documents/to-confirm"))
    assert "<strong>2 documents</strong>" in queue and "one.pdf" in queue
    page = clinic.manager.pages.get(clinic.page(f"/documents/{first}/read"))
    assert 'data-mark="number"' in page and f'value="{drawn.truth["number"]}"' in page and "style=" not in page
    other = clinic.manager.pages.get(clinic.page(f"/documents/{first}/read?kind=malpractice_face"))
    assert 'name="limits_each_cents"' in other
    picture = clinic.manager.pages.client.get(clinic.page(f"/documents/{first}/pages/1.png"))
    assert picture.status_code == 302 and "previews" in picture.headers["Location"]
    wrong = clinic.manager.pages.post(clinic.page(f"/documents/{first}/read"), {"kind": "state_license"}, expect=422)
    assert "goes into that provider" in wrong
    form = {"kind": "state_license", "provider_id": str(provider_id), **drawn.truth}
    onward = clinic.manager.pages.post(clinic.page(f"/documents/{first}/read"), form)
    assert "two.pdf" in onward and "one.pdf is State license of" in onward
    done = clinic.manager.pages.get(clinic.page(f"/documents/{first}/read"))
    assert "Read and confirmed" in done
    listed = clinic.manager.pages.get(clinic.page("/documents"))
    assert f"/documents/{second}/read" in listed and "To confirm" in listed
    clinic.manager.pages.get(clinic.page("/documents/reading-report"))
    assert "hidden" in clinic.manager.pages.get(clinic.page("/documents/reading-progress"))


def test_the_clinic_files_and_the_vendor_accepts(clinic):
    drawn = sample(FACE)
    provider_id, _ = provider_of(clinic, drawn)
    document = send(clinic.admin.api, clinic, drawn.pdf)
    values = {item["name"]: item["value"] for item in reading_of(clinic, document)["fields"]}
    values |= {name: int(values[name]) for name in ("limits_each_cents", "limits_total_cents")}
    body = {"kind": "malpractice_face", "provider_id": str(provider_id), "fields": values}
    confirmed(clinic.admin, clinic, document, body)
    assert clinic.manager.api.get(clinic.url(f"/documents/{document}"))["review_status"] == "pending"
    with clinic.work():
        (held,) = credentials_of([provider_id], kinds=["malpractice_face"])[provider_id]
        assert held.details["limits_total_cents"] == 300_000_000 and str(held.issued_on) == drawn.truth["effective_on"]


def test_a_dea_number_is_sealed_and_shown_masked(clinic):
    drawn = sample(DEA)
    provider_id, _ = provider_of(clinic, drawn)
    document = send(clinic.manager.api, clinic, drawn.pdf)
    read = reading_of(clinic, document)
    number = drawn.truth["number"]
    assert number not in str(read) and "•••••••" + number[-2:] in str(read)
    assert number not in clinic.manager.pages.get(clinic.page(f"/documents/{document}/read"))
    fields = {item["name"]: item["value"] for item in read["fields"]}
    confirmed(clinic.manager, clinic, document, {"kind": "dea", "provider_id": str(provider_id), "fields": fields})
    with clinic.work():
        (held,) = credentials_of([provider_id], kinds=["dea"])[provider_id]
        assert held.sealed_number and held.number is None and held.number_tail == number[-2:]
    assert number not in str(reading_of(clinic, document))


def test_a_stack_is_cut_and_its_parts_are_read(clinic):
    first, second = sample(LICENSE), sample(FACE, seed=2)
    document = send(clinic.manager.api, clinic, stack_of(first, second), filename="all of it.pdf")
    proposed = reading_of(clinic, document)["parts"]
    assert [(part["first"], part["last"], part["kind"]) for part in proposed] == [
        (1, 1, "state_license"),
        (2, 2, "malpractice_face"),
    ]
    split = clinic.url(f"/documents/{document}/split")
    clinic.manager.api.post(
        split, {"parts": [{"first_page": 1, "last_page": 1}, {"first_page": 1, "last_page": 2}]}, expect=422
    )
    page = clinic.manager.pages.get(clinic.page(f"/documents/{document}/read"))
    assert 'name="starts"' in page and "checked" in page
    clinic.manager.pages.post(clinic.page(f"/documents/{document}/read/split"), {"starts": "2"})
    drain(clinic)
    assert reading_of(clinic, document)["status"] == "split"
    parts = [item for item in clinic.manager.api.get(clinic.url("/documents"))["items"] if item["id"] != document]
    assert sorted(item["filename"] for item in parts) == [
        "all of it, page 1, State license.pdf",
        "all of it, page 2, Professional liability declarations page.pdf",
    ]
    kinds = {reading_of(clinic, item["id"])["kind"] for item in parts}
    assert kinds == {"state_license", "malpractice_face"}
    clinic.manager.api.get(clinic.url(f"/documents/{document}/download"))
    assert "Documents out of this file" in clinic.manager.pages.get(clinic.page(f"/documents/{document}/read"))
    clinic.manager.api.post(
        split, {"parts": [{"first_page": 1, "last_page": 1}, {"first_page": 2, "last_page": 2}]}, expect=409
    )


def test_nothing_is_accepted_alone_unless_switched_on_and_sure(clinic):
    drawn = sample()
    first_nine = "145678901"
    npi = first_nine + npi_check_digit(first_nine)
    provider_id, _ = provider_of(clinic, drawn)
    with clinic.work():
        db().get(Provider, (clinic.id, provider_id)).license_number = drawn.truth["number"]
        db().get(Provider, (clinic.id, provider_id)).npi = npi
    document = send(clinic.manager.api, clinic, drawn.pdf)
    assert reading_of(clinic, document)["status"] == "to_confirm"
    settings = clinic.url("/reading-settings")
    assert clinic.manager.api.get(settings) == {"auto_accept": False, "threshold": 97, "changed_by": ""}
    refused = clinic.admin.api.call("PUT", settings, json={"auto_accept": True, "threshold": 80})
    assert refused.status_code == 403
    form = {"auto_accept": "true", "threshold": "80"}
    assert "Saved" in clinic.manager.pages.post(clinic.page("/documents/reading-report"), form)
    sure = reading_of(clinic, send(clinic.manager.api, clinic, drawn.pdf + b"\n"))
    assert (sure["status"], sure["said_by_machine"]) == ("confirmed", True) and sure["confidence"] >= 80
    clinic.manager.api.call("PUT", settings, json={"auto_accept": True, "threshold": 100})
    assert reading_of(clinic, send(clinic.manager.api, clinic, drawn.pdf + b"\n\n"))["status"] == "to_confirm"


def blank():
    out = io.BytesIO()
    Image.new("L", (900, 1200), 252).save(out, "PDF")
    return out.getvalue()


def locked():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sample().pdf)) as file:
        file.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


NO_PAGES = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"trailer\n<</Root 1 0 R>>\n%%EOF\n"
)


def test_a_file_that_cannot_be_read_says_why_and_the_rest_goes_on(clinic):
    whole = sample().pdf
    bad = {
        send(clinic.manager.api, clinic, content, filename="bad.pdf"): words
        for content, words in (
            (blank(), "no text that can be read"),
            (whole[: len(whole) // 3], "cut off"),
            (NO_PAGES, "no pages"),
        )
    }
    good = send(clinic.manager.api, clinic, whole, filename="good.pdf")
    for document, words in bad.items():
        read = reading_of(clinic, document)
        assert read["status"] == "unreadable" and words in read["problem"]
        assert words in clinic.manager.pages.get(clinic.page(f"/documents/{document}/read"))
    assert reading_of(clinic, good)["status"] == "to_confirm"
    confirmed(clinic.manager, clinic, next(iter(bad)), {"kind": "other"})
    assert failures(clinic) == []


def test_a_file_with_a_password_is_named(clinic):
    document = send(clinic.manager.api, clinic, locked(), filename="locked.pdf")
    found = clinic.manager.api.get(clinic.url(f"/documents/{document}"))
    if found["status"] == "quarantined":
        assert "password" in found["status_reason"]
    else:
        assert "password" in reading_of(clinic, document)["problem"]


def test_a_provider_sees_the_readings_of_their_own_documents_only(clinic, world):
    drawn = sample()
    provider_id, _ = provider_of(clinic, drawn)
    other_id, _ = make_provider(clinic, "Somebody")
    person = world.join(clinic, world.person("Pia Provider"), Role.PROVIDER, provider_id)
    own = send(clinic.manager.api, clinic, drawn.pdf, provider_id=str(provider_id))
    foreign = send(clinic.manager.api, clinic, sample(FACE).pdf, provider_id=str(other_id))
    assert person.api.get(clinic.url(f"/documents/{own}/reading"))["kind"] == "state_license"
    person.api.get(clinic.url(f"/documents/{foreign}/reading"), expect=404)
    person.api.get(clinic.url(f"/documents/{foreign}/reading/pages/1"), expect=404)
    person.api.get(clinic.url("/readings"), expect=403)
    confirmed(person, clinic, own, {"kind": "other"}, expect=403)
    assert "Read with" not in person.pages.get(clinic.page(f"/documents/{own}/read"))
