from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.payers.book import payer
from credentialing.requirements.catalog import load_catalog, read_catalog
from credentialing.requirements.rules import (
    DocumentFacts,
    all_accepted,
    all_uploaded,
    appears,
    expiry_of,
    license_type,
    months_later,
    needed_for,
    requirement_status,
    requirements_for,
)

TODAY = date(2026, 11, 24)
CATALOG = load_catalog()


def one(code, license_code="LISW", state="OH", **more):
    return next(r for r in requirements_for(license_code, state, **more) if r.code == code)


def document(kind="state_license", review="accepted", ends=None, dated=TODAY, name="d1"):
    return DocumentFacts(name, kind, review, dated, ends)


def test_the_catalog_is_whole():
    assert len(CATALOG.license_types) == 19
    assert len(CATALOG.documents) == 32
    assert set(CATALOG.license_types) >= {"LISW", "LPCC", "LIMFT", "LICDC", "PMHNP", "MD_DO_PSY", "GROUP"}


def test_a_catalog_that_does_not_fit_together_is_refused():
    text = """
version: 1
reminder_days_before: [30]
expiring_within_days: 30
documents: {cv: {label: CV, expires: false, confidence: C, when: never}}
conditions: {}
license_types:
- {code: A, label: A, independent: true, prescriber: false, taxonomies: [], credentials: [X], needs: {w9: r}}
- {code: B, label: B, independent: true, prescriber: false, taxonomies: [], credentials: [X], needs: {}}
"""
    with pytest.raises(ValueError, match="cv has unknown condition never; A needs unknown w9; X means both A and B"):
        read_catalog(text)


def test_a_social_worker_needs_the_core_documents():
    required = {r.code for r in requirements_for("LISW", "OH") if r.level == "required"}
    assert required == {
        "state_license", "malpractice_face", "w9", "cv", "diploma", "caqh_profile", "photo_id", "npi1",
        "claims_history", "attestation_release",
    }  # fmt: skip


def test_prescribers_need_a_dea_registration():
    assert one("dea", "MD_DO_PSY").level == "required"
    assert "dea" not in {r.code for r in requirements_for("LPCC", "OH")}


@pytest.mark.parametrize(
    ("license_code", "state", "code", "more", "applies"),
    [
        ("PMHNP", "OH", "collab_agreement", {}, True),
        ("PMHNP", "AZ", "collab_agreement", {}, False),
        ("PMHNP", "OH", "cds", {}, False),
        ("PMHNP", "NJ", "cds", {}, True),
        ("PMHNP", "NJ", "cds", {"is_prescriber": False}, False),
        ("LISW", "OH", "medicare_ptan", {}, False),
        ("LISW", "OH", "medicare_ptan", {"traits": ("has_medicare",)}, False),
        ("LISW", "OH", "medicare_ptan", {"conditions": ("has_medicare",)}, True),
        ("LISW", "OH", "medicaid_id", {"traits": ("has_medicaid",)}, True),
        ("LISW", "OH", "disclosure_explanations", {"conditions": ("has_disclosures",)}, True),
        ("LSW", "OH", "supervision_agreement", {}, True),
        ("LSW", "OH", "malpractice_face", {}, False),
        ("LSW", "OH", "malpractice_face", {"conditions": ("asked_by_payer",)}, True),
        ("GROUP", "OH", "agency_certification", {"traits": ("facility",)}, True),
    ],
)
def test_conditional_documents_apply_when_their_condition_is_known(license_code, state, code, more, applies):
    assert one(code, license_code, state, **more).applies is applies


def test_a_conditional_requirement_appears_when_a_document_for_it_is_there():
    requirement = one("medicare_ptan")
    assert not appears(requirement, [])
    assert appears(requirement, [document("medicare_ptan")])
    assert appears(one("demographics_optional"), [])
    assert requirement.why == "Bills Medicare"


def test_an_unknown_license_type_is_refused():
    with pytest.raises(KeyError):
        requirements_for("WIZARD", "OH")


@pytest.mark.parametrize(
    ("documents", "status", "chosen"),
    [
        ([], "missing", None),
        ([document("w9")], "missing", None),
        ([document(review="uploaded")], "uploaded", "d1"),
        ([document(review="rejected")], "rejected", "d1"),
        ([document(ends=TODAY + timedelta(days=31))], "accepted", "d1"),
        ([document(ends=TODAY + timedelta(days=30))], "expiring", "d1"),
        ([document(ends=TODAY)], "expiring", "d1"),
        ([document(ends=TODAY - timedelta(days=1))], "expired", "d1"),
        ([document(ends=TODAY - timedelta(days=1)), document(review="uploaded", name="d2")], "uploaded", "d2"),
        ([document(ends=TODAY + timedelta(days=5)), document(review="rejected", name="d2")], "expiring", "d1"),
        ([document(review="rejected"), document(ends=date(2028, 1, 1), name="d2")], "accepted", "d2"),
        (
            [document(ends=TODAY - timedelta(days=9), dated=date(2024, 1, 1)), document(review="rejected", name="d2")],
            "rejected",
            "d2",
        ),
    ],
)
def test_the_best_document_decides(documents, status, chosen):
    found = requirement_status(one("state_license"), documents, TODAY)
    assert (found.status, found.document_id) == (status, chosen)


@given(
    st.lists(
        st.builds(
            DocumentFacts,
            st.uuids().map(str),
            st.sampled_from(["state_license", "w9"]),
            st.sampled_from(["uploaded", "accepted", "rejected"]),
            st.dates(date(2020, 1, 1), TODAY),
            st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
        ),
        max_size=6,
    ),
    st.randoms(),
)
def test_the_order_of_documents_does_not_matter_and_another_never_hurts(documents, random):
    requirement = one("state_license")
    status = requirement_status(requirement, documents, TODAY).status
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert requirement_status(requirement, shuffled, TODAY).status == status
    good = document(ends=date(2029, 1, 1), name="good")
    assert requirement_status(requirement, [*documents, good], TODAY).status == "accepted"


def test_the_window_of_expiring_can_be_chosen():
    ends = [document(ends=TODAY + timedelta(days=60))]
    assert requirement_status(one("state_license"), ends, TODAY).status == "accepted"
    assert requirement_status(one("state_license"), ends, TODAY, within_days=90).status == "expiring"


def test_a_check_of_the_product_can_be_the_proof():
    assert requirement_status(one("npi1"), [], TODAY).status == "missing"
    assert requirement_status(one("npi1"), [], TODAY, checks=("registry",)).status == "accepted"
    assert requirement_status(one("state_license"), [], TODAY, checks=("registry",)).status == "missing"


def test_documents_without_an_end_run_out_by_their_renewal():
    caqh = document("caqh_profile", dated=date(2026, 8, 1))
    assert expiry_of(one("caqh_profile"), caqh) == date(2026, 11, 29)
    assert expiry_of(one("caqh_profile", state="IL"), caqh) == date(2027, 1, 28)
    assert expiry_of(one("w9"), document("w9", dated=date(2025, 11, 30))) == date(2026, 11, 30)
    assert expiry_of(one("diploma"), document("diploma")) is None


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 24), 24, date(2028, 11, 24)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_are_counted_on_the_calendar(day, months, later):
    assert months_later(day, months) == later


def test_who_asks_for_what():
    payers = [payer(name) for name in ("aetna", "medicare_ffs", "medicaid_oh_ffs")]
    assert needed_for(one("state_license"), payers) == ["aetna", "medicare_ffs", "medicaid_oh_ffs"]
    assert needed_for(one("caqh_profile"), payers) == ["aetna"]
    assert needed_for(one("medicare_ptan"), payers) == ["medicare_ffs"]


def test_a_file_is_complete_when_all_that_applies_is_there():
    requirements = requirements_for("LSW", "OH")
    needed = [r for r in requirements if r.applies]
    uploaded = [document(r.code, review="uploaded", name=r.code) for r in needed]
    accepted = [document(r.code, ends=date(2029, 1, 1), name=r.code) for r in needed]

    def statuses(documents):
        return [(r, requirement_status(r, documents, TODAY)) for r in requirements]

    assert all_uploaded(statuses(uploaded))
    assert not all_accepted(statuses(uploaded))
    assert all_accepted(statuses(accepted))
    assert not all_uploaded(statuses(uploaded[1:]))


def test_license_types_know_their_facts():
    assert license_type("LISW").independent
    assert license_type("LISW").medicare_eligible is True
    assert license_type("BCBA").medicare_eligible is False
    assert license_type("GROUP").medicare_eligible is None
