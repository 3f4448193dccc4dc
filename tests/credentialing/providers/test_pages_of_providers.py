"""The provider pages: valid in every state, and with the same number of statements whatever the data."""

from __future__ import annotations

from tests.support.counting import counted_statements
from tests.support.files import pdf, send
from tests.support.world import drain


def _count(pages, path):
    with counted_statements() as sent:
        pages.get(path)
    return len(sent)


def test_no_page_asks_more_of_the_database_when_there_is_more(clinic):
    api, pages = clinic.admin.api, clinic.specialist.pages
    first = api.post(clinic.url("/providers"), {"npi": "1841305265"}, expect=201)
    drain(clinic)
    paths = [clinic.page("/providers"), clinic.page(f"/providers/{first['id']}"), clinic.page("/documents")]
    send(api, clinic, pdf("one"), kind="cv", provider_id=first["id"])
    before = [_count(pages, path) for path in paths]
    for npi in ("1710448576", "1043391675", "1013362458", "1851721591"):
        api.post(clinic.url("/providers"), {"npi": npi}, expect=201)
    for kind in ("state_license", "diploma", "w9", None):
        facts = {"kind": kind} if kind else {}
        send(api, clinic, pdf(str(kind)), scan=False, provider_id=first["id"], **facts)
    drain(clinic)
    assert [_count(pages, path) for path in paths] == before
    assert max(before) <= 16


def test_a_provider_is_found_saved_edited_and_invited(clinic):
    pages, list_page = clinic.admin.pages, clinic.page("/providers")
    assert "No providers yet" in pages.get(list_page)
    assert "Josephine Deguzman" in pages.get(list_page + "/new?npi=1043391675")
    assert "needs ten digits" in pages.get(list_page + "/new?npi=1043391676")
    assert "no entry" in pages.get(list_page + "/new?npi=1234567893")
    saved = pages.post(list_page, {"npi": "1043391675", "license_type": "MD_DO_PSY"})
    assert "Josephine Deguzman" in saved
    assert "already has a provider" in pages.post(list_page, {"npi": "1043391675"}, expect=422)
    drain(clinic)
    found = clinic.admin.api.get(clinic.url("/providers"))["items"][0]
    own = f"{list_page}/{found['id']}"
    form = {"first_name": "Josephine", "last_name": "", "email": "no address", "license_number": ""}
    refused = pages.post(own + "/edit", form, expect=422)
    assert "Not a valid email address" in refused
    form |= {"last_name": "Deguzman-Hale", "email": "jo@example.test", "former_names": "Deguzman, Reyes"}
    assert "Deguzman-Hale" in pages.post(own + "/edit", form)
    found = clinic.admin.api.get(clinic.url(f"/providers/{found['id']}"))
    assert (found["license_number"], found["former_names"]) == (None, ["Deguzman", "Reyes"])
    pages.post(own + "/edit", form | {"version": "1"}, expect=412)
    assert "An invitation is on its way" in pages.post(own + "/invite", {"email": "jo@example.test"})
    assert "Invited" in pages.get(own)
    assert "Drop it here" in pages.get(own + "/upload/cv")
    pages.get(own + "/upload/nothing", expect=404)


def test_a_file_is_sorted_and_reviewed_on_the_page(clinic):
    made = clinic.admin.api.post(clinic.url("/providers"), {"npi": "1841305265"}, expect=201)
    drain(clinic)
    document = send(clinic.admin.api, clinic, pdf("scan"), provider_id=made["id"])
    own, path = clinic.page(f"/providers/{made['id']}"), clinic.page(f"/documents/{document}")
    assert "What is it?" in clinic.admin.pages.get(own)
    assert "is filed as CV" in clinic.admin.pages.post(path + "/sort", {"kind": "cv", "back": own})
    pages = clinic.specialist.pages
    assert "Say why" in pages.post(path + "/review", {"decision": "rejected", "back": own}, expect=422)
    refused = pages.post(path + "/review", {"decision": "rejected", "reason": "Gaps.", "back": "//evil.example"})
    assert "Documents" in refused
    assert "Gaps." in clinic.admin.pages.get(own)
    assert "is accepted" in pages.post(path + "/review", {"decision": "accepted", "kind": "cv", "back": own})
    clinic.admin.pages.post(path + "/review", {"decision": "accepted"}, expect=403)
    clinic.admin.pages.post(path + "/sort", {"kind": "w9"}, expect=409)
