"""The facts of a clinic are corrected on its page: by managers, with the boxes that were unticked, never over somebody else's change."""

from __future__ import annotations

from tests.support.cases import new_npi


def form_of(clinic, **changes):
    known = clinic.manager.api.get(clinic.url(""))
    names = ("name", "npi", "tin", "state", "timezone", "ehr", "version")
    facts = {name: str(known[name]) for name in names if known[name] is not None}
    return {**facts, **{name: "true" for name, held in known["traits"].items() if held}, **changes}


def test_a_manager_corrects_the_facts(clinic):
    pages, npi = clinic.manager.pages, new_npi()
    assert clinic.page("/details") in pages.get(clinic.page())
    assert 'name="tin"' in pages.get(clinic.page("/details"))
    form = form_of(clinic, tin="12-3456789", npi=npi, ehr="Valant", has_sud="true")
    form.pop("has_medicare")
    assert "Saved." in pages.post(clinic.page("/details"), form)
    known = clinic.manager.api.get(clinic.url(""))
    assert (known["tin"], known["npi"], known["ehr"]) == ("12-3456789", npi, "Valant")
    assert (known["traits"]["has_sud"], known["traits"]["has_medicare"]) == (True, False)
    emptied = form_of(clinic)
    emptied.pop("ehr")
    pages.post(clinic.page("/details"), emptied)
    assert clinic.manager.api.get(clinic.url(""))["ehr"] is None
    assert "Nothing was changed." in pages.post(clinic.page("/details"), form_of(clinic))


def test_wrong_numbers_come_back_with_the_form(clinic):
    refused = clinic.manager.pages.post(clinic.page("/details"), form_of(clinic, npi="1234567890"), expect=422)
    assert "check digit" in refused
    assert 'value="1234567890"' in refused
    assert "A TIN has nine digits" in clinic.manager.pages.post(
        clinic.page("/details"), form_of(clinic, tin="12"), expect=422
    )
    problem = clinic.manager.api.patch(clinic.url(""), {"npi": "1234567890"}, expect=422)
    assert problem["errors"][0]["pointer"] == "#/npi"


def test_a_stale_form_does_not_overwrite(clinic):
    form = form_of(clinic, ehr="Tebra")
    clinic.manager.api.patch(clinic.url(""), {"ehr": "Valant"})
    refused = clinic.manager.pages.post(clinic.page("/details"), form, expect=412)
    assert "Somebody changed these details" in refused
    assert 'value="Valant"' in refused
    assert clinic.manager.api.get(clinic.url(""))["ehr"] == "Valant"


def test_others_read_and_strangers_find_nothing(clinic, other_clinic):
    for person in (clinic.admin, clinic.specialist):
        page = person.pages.get(clinic.page("/details"))
        assert clinic.name in page
        assert 'name="tin"' not in page
        person.pages.post(clinic.page("/details"), form_of(clinic, ehr="Tebra"), expect=403)
    other_clinic.manager.pages.get(clinic.page("/details"), expect=404)
