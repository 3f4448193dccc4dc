"""The known reasons for which payers send applications back, by value; guesses of form fields; how versions differ."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from credentialing.enrollment.rules import (
    AddressSaid,
    Exclusion,
    License,
    PacketFacts,
    PacketItem,
    Paper,
    Policy,
    Signature,
    WorkGap,
    blocking,
    packet_defects,
    same_address,
)
from credentialing.enrollment.rules.packet import malpractice_minimum
from credentialing.enrollment.rules.packet.identity import split_name
from credentialing.packets.facts.attested import changed_names, facts_hash
from credentialing.packets.rules import PartFacts, content_hash, guess_fact, value_for, version_changes

TODAY = date(2026, 11, 24)
FAR = TODAY + timedelta(days=400)
M = 100_000_000
HERE = "1200 Euclid Ave, Suite 400, Cleveland, OH 44115"


def defects(**more):
    values = {
        "payer_name": "Optum",
        "payer_id": "uhc_optum",
        "items": [],
        "registry_status": "verified",
        "caqh_attested_on": TODAY,
        "state": "OH",
        "first_name": "Ana",
        "last_name": "Ruiz",
        "tin": "34-1234567",
        "location_address": HERE,
    } | more
    return packet_defects(PacketFacts(**values), TODAY)


def codes(**more):
    return [defect.code for defect in defects(**more)]


def w9(**more):
    return [Paper("d1", "w9", "IRS W-9", **more)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"caqh_authorized": False}, ["caqh-not-authorized"]),
        ({"caqh_authorized": False, "needs_caqh": False}, []),
        ({"caqh_attested_on": TODAY - timedelta(days=121), "state": "OH"}, ["caqh-expired"]),
        ({"papers": w9(is_signed=False)}, ["w9-unsigned"]),
        ({"papers": w9(is_signed=True, signed_on=TODAY - timedelta(days=366))}, ["w9-stale"]),
        ({"papers": w9(tin="34-7654321")}, ["tin-mismatch"]),
        ({"papers": w9(tin="341234567", is_signed=True, signed_on=TODAY)}, []),
        ({"papers": w9(holder="Harbor Counseling, LLC")}, []),
        ({"papers": w9(holder="HARBOR COUNSELING L.L.C."), "legal_name": "Harbor Counseling, LLC"}, []),
        ({"papers": w9(holder="Lakeside Therapy LLC"), "legal_name": "Harbor Counseling, LLC"}, ["w9-name-mismatch"]),
        ({"papers": w9(looks_unsigned=True)}, ["w9-unsigned"]),
        ({"papers": w9(looks_unsigned=True, is_signed=True, signed_on=TODAY)}, []),
        ({"addresses": [AddressSaid("the W-9", "1200 EUCLID AVENUE, UNIT 400, CLEVELAND, OH 44115-1601", "w9")]}, []),
        ({"addresses": [AddressSaid("the W-9", "9 Elm St, Akron, OH 44301", "w9")]}, ["address-differs"]),
        (
            {
                "addresses": [AddressSaid("the W-9", "9 Elm St, Akron, OH 44301", "w9")],
                "clinic_addresses": [HERE, "9 Elm Street, Akron, OH 44301"],
            },
            [],
        ),
        (
            {"addresses": [AddressSaid("the license", "9 Elm St, Akron, OH 44301", "state_license")]},
            ["address-differs"],
        ),
        (
            {"papers": [Paper("d2", "cv", "CV", read_kind="dea", read_label="DEA registration", sure=True)]},
            ["wrong-file"],
        ),
        ({"papers": [Paper("d2", "cv", "CV", read_kind="dea", sure=False)]}, []),
        ({"papers": [Paper("d3", "diploma", "Diploma", holder="Ruiz, Ana M.")]}, []),
        ({"papers": [Paper("d3", "diploma", "Diploma", holder="Ana Keller, LISW")]}, ["name-mismatch"]),
        ({"npi_kind": "organization"}, ["npi-type-mismatch"]),
        ({"group_npi_kind": "individual"}, ["npi-type-mismatch"]),
        ({"npi_active": False}, ["npi-deactivated"]),
        ({"registry_taxonomies": ["101YM0800X"], "fitting_taxonomies": ["1041C0700X"]}, ["taxonomy-mismatch"]),
        ({"registry_taxonomies": ["1041C0700X"], "fitting_taxonomies": ["1041C0700X"]}, []),
        ({"licenses": [License("I.1", "OH", "active", TODAY - timedelta(days=1))]}, ["license-expired"]),
        ({"licenses": [License("I.1", "OH", "revoked", FAR)]}, ["license-sanctioned"]),
        ({"licenses": [License("I.1", "MI", "active", FAR)]}, ["license-other-state"]),
        ({"licenses": [License("I.1", "OH", "active", FAR, holder="Ana Ruiz-Vega")]}, []),
        ({"policies": [Policy(M, 3 * M, FAR)]}, []),
        ({"policies": [Policy(M, M, FAR)]}, ["malpractice-limits"]),
        ({"policies": [Policy(M, 3 * M, FAR, holder="Harbor Counseling, L.L.C.")]}, []),
        ({"policies": [Policy(M, 3 * M, FAR, holder="Bo Keller")]}, ["name-mismatch"]),
        ({"policies": [Policy(M, M, FAR)], "payer_id": "cigna_evernorth"}, []),
        (
            {"policies": [Policy(M, M, FAR)], "payer_id": "cigna_evernorth", "is_prescriber": True},
            ["malpractice-limits"],
        ),
        ({"policies": [Policy(M, 3 * M, TODAY + timedelta(days=30))]}, ["malpractice-expiring"]),
        ({"policies": [Policy(M, 3 * M, TODAY - timedelta(days=1))]}, ["malpractice-expired"]),
        ({"policies": [Policy(M, 3 * M, FAR, begins_on=TODAY + timedelta(days=2))]}, ["malpractice-not-begun"]),
        ({"gaps": [WorkGap(date(2024, 1, 1), date(2024, 9, 1), False, "Jan to Sep 2024")]}, ["work-gap"]),
        ({"unexplained": ["Was a license of yours ever limited?"]}, ["disclosure-unexplained"]),
        ({"exclusions": [Exclusion("OIG LEIE", False)]}, ["exclusion-open"]),
        ({"exclusions": [Exclusion("OIG LEIE", True)]}, ["exclusion-confirmed"]),
        ({"signature": Signature("stale", TODAY, ["Phone"])}, ["signature-stale"]),
        ({"signature": Signature("signed", TODAY - timedelta(days=121))}, ["signature-old"]),
        ({"signature": Signature("signed", TODAY)}, []),
        ({"signature": Signature("none")}, ["signature-missing"]),
        ({"addresses": [AddressSaid("NPI registry", "1200 EUCLID AVENUE STE 400, CLEVELAND, OH 44115-1601")]}, []),
        ({"addresses": [AddressSaid("CAQH", "1250 Euclid Ave, Cleveland, OH 44115")]}, ["address-differs"]),
    ],
)
def test_each_known_reason(facts, expected):
    assert codes(**facts) == expected


def test_every_defect_says_what_to_do_and_where_the_rule_comes_from():
    found = defects(
        papers=w9(is_signed=False, tin="1"),
        addresses=[AddressSaid("NPI registry", "9 Elm St, Akron, OH 44301")],
        licenses=[License("I.1", "OH", "expired")],
        exclusions=[Exclusion("OIG LEIE", False)],
        caqh_authorized=False,
    )
    assert [defect.code for defect in found] == [
        "caqh-not-authorized", "address-differs", "tin-mismatch", "w9-unsigned", "license-expired", "exclusion-open",
    ]  # fmt: skip
    assert all(defect.message.endswith(".") and defect.fix and defect.source for defect in found)
    assert found[1].action == "take_registry" and "9 Elm St" in found[1].message


def test_a_person_compares_a_w9_before_anything_is_changed_after_it():
    elsewhere, here = "9 Elm St, Akron, OH 44301", AddressSaid("NPI registry", HERE)

    def wrong(*, confirmed, shown="34-7654321", others=()):
        paper = w9(tin="34-7654321", tin_shown=shown, holder="Lakeside LLC", is_confirmed=confirmed)
        said = [AddressSaid("the W-9", elsewhere, "w9", confirmed), *others]
        found = defects(papers=paper, addresses=said, legal_name="Harbor LLC")
        return {defect.code: (defect.severity, defect.action, defect.subject) for defect in found}

    look = ("blocks", "open_document", "w9")
    assert wrong(confirmed=False) == {
        "address-differs": look, "tin-mismatch": look, "w9-name-mismatch": ("warns", "open_document", "w9"),
    }  # fmt: skip
    assert wrong(confirmed=True) == {
        "address-differs": ("blocks", "take_paper", "w9"),
        "tin-mismatch": ("blocks", "open_clinic", "w9"),
        "w9-name-mismatch": ("blocks", "open_clinic", "w9"),
    }
    assert wrong(confirmed=True, others=[here])["address-differs"] == look
    [near] = defects(papers=w9(holder="Lakeside Care LLC", is_confirmed=True), legal_name="Lakeside Counseling")
    assert near.severity == "warns"
    [license_says] = defects(addresses=[AddressSaid("the license", elsewhere, "state_license")])
    assert (license_says.severity, license_says.subject) == ("warns", "state_license")
    masked = defects(papers=w9(tin="123-45-6789", tin_shown="•••••••••89"))
    assert "•89" in masked[0].message and "123-45" not in masked[0].message


def test_a_namesake_on_a_list_warns_until_somebody_looked():
    [found] = defects(exclusions=[Exclusion("OIG LEIE", False, by_name_only=True)])
    assert (found.code, found.severity) == ("exclusion-open", "warns")


def test_a_former_name_warns_and_keeps_nothing_back():
    papers = [Paper("d3", "diploma", "Diploma", holder="Ana Keller")]
    found = defects(papers=papers, former_names=["Keller"])
    assert [(defect.code, defect.severity) for defect in found] == [("name-former", "warns")]
    assert blocking(found) == []


def test_what_the_document_list_says_is_not_said_twice():
    items = [PacketItem("malpractice_face", "Declarations page", "expired", TODAY - timedelta(days=1))]
    assert codes(items=items, policies=[Policy(M, 3 * M, TODAY - timedelta(days=1))]) == ["document-expired"]
    paper = [PacketItem("attestation_release", "Attestation", "accepted", FAR, "scan")]
    assert codes(items=paper, signature=Signature("stale", TODAY, ["Phone"], "sealed")) == []
    assert codes(items=paper, signature=Signature("stale", TODAY, ["Phone"], "scan")) == ["signature-stale"]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("1200 Euclid Avenue #400 Cleveland OH 44115", True),
        ("1200 euclid ave., ste. 400, Cleveland, Ohio 44115-2222", True),
        ("1200 Euclid Ave, Cleveland, OH 44115", False),
        ("1200 Euclid Ave, Suite 401, Cleveland, OH 44115", False),
        ("1200 Euclid Ave, Suite 400", True),
        ("1200 Euclid Ave, Suite 400, Cleveland, OH 44116", False),
        ("", True),
    ],
)
def test_addresses_are_compared_as_places(other, same):
    assert same_address(HERE, other) is same and same_address(other, HERE) is same


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ana M. Ruiz, LISW-S", ("Ana", "Ruiz")),
        ("Ruiz, Ana M.", ("Ana", "Ruiz")),
        ("ANA RUIZ", ("ANA", "RUIZ")),
        ("Ana Ma", ("Ana", "Ma")),
        ("", ("", "")),
        ("Cher", ("", "")),
    ],
)
def test_names_on_documents(written, name):
    assert split_name(written) == name


def test_minimum_limits():
    assert malpractice_minimum("cigna_evernorth", "TX", is_prescriber=False)[:2] == (20_000_000, 50_000_000)
    assert malpractice_minimum("aetna", "OH", is_prescriber=False)[:2] == (M, 3 * M)


@pytest.mark.parametrize(
    ("name", "label", "fact"),
    [
        ("topmostSubform[0].ProviderLastName[0]", "", "provider.last_name"),
        ("txtGroupNPI", "", "clinic.npi"),
        ("NPI", "", "provider.npi"),
        ("TaxID", "", "clinic.tin"),
        ("f1_7[0]", "5 Address (number, street, and apt. or suite no.)", "location.street"),
        ("field_12", "Date of birth", "provider.birth_date"),
        ("Text3", "", None),
        ("Mining", "", None),
    ],
)
def test_fields_are_guessed_by_their_words(name, label, fact):
    assert guess_fact(name, label) == fact


def test_values_of_fields():
    facts = {"provider.npi": "1234567893", "clinic.state": "OH"}
    assert value_for({"fact": "provider.npi"}, "text", facts) == "1234567893"
    assert value_for({"text": "Group practice"}, "text", facts) == "Group practice"
    assert value_for({"fact": "clinic.state", "is": "oh"}, "checkbox", facts) is True
    assert value_for({"text": "yes"}, "checkbox", facts) is True
    assert value_for({"fact": "absent"}, "checkbox", facts) is False


def test_versions_say_what_changed():
    before = [PartFacts("document:cv", "CV", "a"), PartFacts("document:dea", "DEA", "b")]
    after = [PartFacts("document:cv", "CV", "c"), PartFacts("form:1", "W-9", "d")]
    said = version_changes(before, after, {"Phone": "1"}, {"Phone": "2"})
    assert said == ["Added: W-9.", "Removed: DEA.", "Replaced: CV.", "Phone: 1 is now 2."]
    assert content_hash(before, {"a": "1", "b": "2"}, "") == content_hash(before, {"b": "2", "a": "1"}, "")
    assert content_hash(before, {}, "") != content_hash(after, {}, "")


def test_attested_facts():
    one, other = {"Phone": "1", "NPI": "2"}, {"NPI": "2", "Phone": "3", "E-mail": "x"}
    assert changed_names(one, other) == ["Phone", "E-mail"] and changed_names(other, {"NPI": "2"}) == [
        "Phone",
        "E-mail",
    ]
    assert facts_hash(one) == facts_hash({"NPI": "2", "Phone": "1"}) != facts_hash(other)
