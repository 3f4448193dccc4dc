"""The committee's work from charter to sealed minutes, on the real database, by the API."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from credentialing.committee import services
from credentialing.committee.rules import ELEMENTS
from credentialing.committee.services import clinic_day
from credentialing.credentials.services import save_credential
from credentialing.providers.provenance import FactSource
from credentialing.verification.models import Verification
from infra import clock
from infra.problems import Conflict
from infra.storage import storage
from tenants.access.roles import Role
from tenants.documents.models import Document
from tenants.documents.seals import seal_report
from tests.support.cases import make_provider
from tests.support.counting import counted_statements
from tests.support.world import drain, failures

NEEDED = [element.code for element in ELEMENTS if element.when == "always"]


@pytest.fixture
def delegated(world):
    """A clinic that credentials by delegation, with a committee of three."""
    made = world.clinic("Delegated Care", traits={"delegated": True})
    made.committee = [
        made.manager.api.post(made.url("/committee/members"), body, expect=201)["id"]
        for body in (
            {"name": "Iris Chair", "discipline": "Psychiatrist", "is_chair": True},
            {"name": "Paul Peer", "discipline": "LISW"},
            {"name": "Nora Peer", "discipline": "LPCC"},
        )
    ]
    return made


def today(clinic):
    with clinic.work():
        return clinic_day()


def verify(clinic, provider_id, *, elements=NEEDED, days_ago=10, **changes):
    for element in elements:
        body = {
            "element": element,
            "verified_on": (today(clinic) - timedelta(days=days_ago)).isoformat(),
            "source": "The source",
            "method": "website",
        } | changes
        clinic.specialist.api.post(clinic.url(f"/providers/{provider_id}/file-review"), body, expect=201)


def begin(clinic, *provider_ids, present=None):
    """A meeting of today in session with these files on its agenda: its id, and the case of each provider."""
    api = clinic.manager.api
    meeting = api.post(clinic.url("/committee/meetings"), {"meets_on": today(clinic).isoformat()}, expect=201)["id"]
    cases = [
        api.post(clinic.url(f"/committee/meetings/{meeting}/cases"), {"provider_id": str(each)}, expect=201)["id"]
        for each in provider_ids
    ]
    api.post(clinic.url(f"/committee/meetings/{meeting}/open"), {"present": present or clinic.committee})
    return meeting, cases


def votes(clinic, *said, reasons=()):
    found = [{"member_id": member, "vote": vote} for member, vote in zip(clinic.committee, said, strict=False)]
    for at, reason in reasons:
        found[at]["reason"] = reason
    return found


def decide(clinic, case, outcome="approved", said=("for", "for", "for"), *, expect=201, reasons=(), words=None, **more):
    body = {"outcome": outcome, "votes": votes(clinic, *said, reasons=reasons)} | more
    if words:
        body["reasons"] = words
    return clinic.manager.api.post(clinic.url(f"/committee/cases/{case}/decision"), body, expect=expect)


def test_a_file_is_decided_only_when_every_verification_is_there_and_fresh_on_that_day(delegated):
    provider_id, _ = make_provider(delegated)
    meeting, (case,) = begin(delegated, provider_id)
    problem = decide(delegated, case, expect=409)
    assert problem["type"].endswith("/file-not-ready")
    assert "Malpractice history, five years: Not verified with NPDB or the carriers yet." in problem["detail"]
    verify(delegated, provider_id, elements=[code for code in NEEDED if code != "malpractice_history"])
    verify(delegated, provider_id, elements=["malpractice_history"], days_ago=121)
    problem = decide(delegated, case, expect=409)
    assert problem["detail"] == (
        "Malpractice history, five years: Verified 121 days before the decision; 120 are allowed. Verify again."
    )
    verify(delegated, provider_id, elements=["malpractice_history"], days_ago=120)
    shown = delegated.admin.api.get(delegated.url(f"/providers/{provider_id}/file-review"))
    assert shown["is_ready"]
    assert shown["good_until"] == today(delegated).isoformat()
    tomorrow = (today(delegated) + timedelta(days=1)).isoformat()
    later = delegated.admin.api.get(delegated.url(f"/providers/{provider_id}/file-review?on={tomorrow}"))
    assert [check["element"] for check in later["checks"] if check["status"] == "too_old"] == ["malpractice_history"]
    made = decide(delegated, case)
    on = today(delegated)
    assert made["notice_due_on"] == (on + timedelta(days=30)).isoformat()
    assert made["recredential_due_on"][:4] == str(on.year + 3)
    assert {check["element"]: check["age_days"] for check in made["checklist"]}["malpractice_history"] == 120
    drain(delegated)
    watched = delegated.manager.api.get(delegated.url("/expirables?kind=recredentialing"))["items"]
    assert [(row["label"], row["ends_on"]) for row in watched] == [
        ("Committee recredentialing", made["recredential_due_on"])
    ]
    decide(delegated, case, expect=409)
    assert meeting


def test_checks_at_sources_signatures_and_what_is_held_are_evidence_too(delegated):
    provider_id, _ = make_provider(delegated, license_type="PMHNP")
    on = today(delegated)
    with delegated.work() as session:
        for source, days_ago, counts in (
            ("license", 30, True),
            ("leie", 5, False),
            ("leie", 40, True),
            ("sam", 5, True),
        ):
            session.add(
                Verification(
                    provider_id=provider_id,
                    source=source,
                    result="clear" if counts else "hit",
                    matched=counts,
                    verified_at=clock.now() - timedelta(days=days_ago),
                    valid_until=on + timedelta(days=90) if counts else None,
                    evidence={"why": "Excluded since 2024."},
                    verified_by_name="Onpanel",
                )
            )
        person = FactSource("person")
        for kind, values in (
            ("state_license", {"number": "X.1", "state": "OH", "expires_on": on + timedelta(days=20)}),
            ("dea", {"number": "BD1234563", "expires_on": on - timedelta(days=1)}),
            ("caqh_profile", {"number": "14558213", "issued_on": on - timedelta(days=60)}),
        ):
            save_credential(provider_id=provider_id, kind=kind, values=values, source=person)
    verify(delegated, provider_id, elements=["dea_cds"])
    shown = delegated.manager.api.get(delegated.url(f"/providers/{provider_id}/file-review"))
    found = {check["element"]: check for check in shown["checks"]}
    assert (found["license"]["status"], found["license"]["age_days"]) == ("ok", 30)
    assert found["license"]["last_day"] == (on + timedelta(days=20)).isoformat()
    assert (found["exclusions_leie"]["status"], found["exclusions_leie"]["why"]) == ("adverse", "Excluded since 2024.")
    assert found["exclusions_sam"]["status"] == "ok"
    assert found["dea_cds"]["status"] == "not_current"
    assert (found["attestation"]["status"], found["attestation"]["source"]) == ("ok", "CAQH ProView")


def test_votes_decide_with_quorum_and_recusals(delegated):
    member_as_provider, _ = make_provider(delegated, "Peer")
    provider_id, _ = make_provider(delegated)
    own = delegated.manager.api.post(
        delegated.url("/committee/members"),
        {"name": "Pia Peer", "discipline": "LISW", "provider_id": str(member_as_provider)},
        expect=201,
    )["id"]
    delegated.committee.append(own)
    for each in (provider_id, member_as_provider):
        verify(delegated, each)
    api = delegated.manager.api
    meeting = api.post(delegated.url("/committee/meetings"), {"meets_on": today(delegated).isoformat()}, expect=201)
    short = api.post(
        delegated.url(f"/committee/meetings/{meeting['id']}/open"), {"present": delegated.committee[:2]}, expect=409
    )
    assert short["detail"] == "3 of 4 members must be there; 2 are."
    _, (case, own_case) = begin(delegated, provider_id, member_as_provider)
    assert decide(delegated, case, said=("for", "for"), expect=422)["errors"][0]["pointer"] == "#/votes"
    problem = decide(delegated, case, said=("for", "against", "abstained", "abstained"), expect=409)
    assert problem["type"].endswith("/not-carried")
    problem = decide(
        delegated, case, said=("for", "for", "recused", "recused"), reasons=((2, "x"), (3, "y")), expect=409
    )
    assert problem["type"].endswith("/no-quorum")
    problem = decide(delegated, own_case, said=("for", "for", "for", "for"), expect=422)
    assert problem["detail"] == "Pia Peer is the provider under review and must be recused."
    made = decide(delegated, own_case, said=("for", "for", "against", "recused"), reasons=((3, "Own file"),))
    assert [vote["vote"] for vote in made["votes"]] == ["for", "for", "against", "recused"]
    assert decide(delegated, case, "denied", ("for",) * 4, expect=422)["errors"][0]["pointer"] == "#/reasons"
    made = decide(delegated, case, "deferred", ("for",) * 4, words="A reference is missing")
    assert made["recredential_due_on"] is None


def test_a_meeting_is_written_down_within_a_week_and_no_proof_counts_before_its_day(delegated):
    provider_id, _ = make_provider(delegated)
    on = today(delegated)
    with delegated.work():
        meeting = services.plan_meeting(meets_on=on + timedelta(days=1))
        case = services.put_on_agenda(meeting.id, provider_id=provider_id)
    members = [UUID(member) for member in delegated.committee]
    with pytest.raises(Conflict, match="can begin on that day"), delegated.work():
        services.open_meeting(meeting.id, present=members)
    with clock.freeze(clock.now() + timedelta(days=9)), pytest.raises(Conflict, match="plan another"), delegated.work():
        services.open_meeting(meeting.id, present=members)
    with clock.freeze(clock.now() + timedelta(days=8)):
        with delegated.work():
            services.open_meeting(meeting.id, present=members)
        verify(delegated, provider_id, days_ago=0)
        assert "Not verified with the state board yet." in decide(delegated, case.id, expect=409)["detail"]
        verify(delegated, provider_id, days_ago=7)
        assert decide(delegated, case.id)["decided_on"] == (on + timedelta(days=1)).isoformat()


def test_closing_seals_the_minutes_and_each_decision_has_its_letter(delegated):
    provider_id, npi = make_provider(delegated)
    verify(delegated, provider_id)
    meeting, (case,) = begin(delegated, provider_id)
    api, page = delegated.manager.api, delegated.url(f"/committee/meetings/{meeting}")
    assert "1 file has no decision yet" in api.post(page + "/close", expect=409)["detail"]
    api.call("PUT", page + "/notes", json={"notes": "The chair #let x = 1 opened.\nA *second* line"})
    decide(delegated, case, "approved_with_conditions", words="Gap", conditions="CV by June")
    api.post(page + "/close", expect=202)
    drain(delegated)
    assert failures(delegated) == []
    shown = api.get(page)
    assert (shown["status"], shown["cases"][0]["status"]) == ("closed", "decided")
    with delegated.work() as session:
        minutes = session.get(Document, (delegated.id, shown["minutes_document_id"]))
        letter = session.get(Document, (delegated.id, shown["cases"][0]["letter_document_id"]))
        contents = [b"".join(storage().chunks(document.object_key)) for document in (minutes, letter)]
        assert letter.provider_id is None
    assert minutes.status == "available"
    report = seal_report(contents[0])
    assert (report.holds, report.name) == (True, "Delegated Care")
    assert not seal_report(contents[0].replace(b"%PDF-1.7", b"%PDF-1.6")).holds
    words = text_of(contents[0])
    for expected in (
        npi,
        "Iris Chair: for",
        "CV by June",
        "#let x = 1 opened",
        "Approved with conditions",
        "10 of 120",
    ):
        assert expected in words, expected
    assert "CV by June" in text_of(contents[1])
    api.call("PUT", page + "/notes", json={"notes": "Changed"})
    assert api.get(page)["notes"].startswith("The chair")
    body = {"on": today(delegated).isoformat(), "channel": "mail"}
    assert api.post(delegated.url(f"/committee/cases/{case}/notice"), body)["notified_on"] == body["on"]
    api.post(delegated.url(f"/committee/cases/{case}/notice"), body, expect=409)
    with delegated.work() as session:
        assert session.get(Document, (delegated.id, shown["cases"][0]["letter_document_id"])).provider_id == provider_id


def text_of(content):
    import pypdfium2

    book = pypdfium2.PdfDocument(content)
    return " ".join(page.get_textpage().get_text_range().replace("\r\n", " ") for page in book)


def test_history_cannot_be_rewritten_and_a_second_approval_is_a_recredentialing(delegated):
    provider_id, _ = make_provider(delegated)
    verify(delegated, provider_id)
    _, (case,) = begin(delegated, provider_id)
    decide(delegated, case)
    for statement in (
        "UPDATE app.committee_decision SET outcome = 'denied'",
        "DELETE FROM app.committee_decision",
        "UPDATE app.committee_proof SET verified_on = now()",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), delegated.work() as session:
            session.execute(text(statement))
    meeting, (again,) = begin(delegated, provider_id)
    shown = delegated.manager.api.get(delegated.url(f"/committee/meetings/{meeting}"))
    assert shown["cases"][0]["kind"] == "recredential"
    body = {"provider_id": str(provider_id)}
    delegated.manager.api.post(delegated.url(f"/committee/meetings/{meeting}/cases"), body, expect=409)
    decide(delegated, again, "denied", words="Revoked elsewhere")
    found = delegated.manager.api.get(delegated.url(f"/committee/decisions?provider_id={provider_id}&limit=1"))
    assert [row["outcome"] for row in found["items"]] == ["denied"]
    assert found["next_cursor"]


def test_nobody_else_has_a_committee_and_other_clinics_do_not_see_this_one(world, clinic, delegated):
    provider_id, _ = make_provider(clinic)
    for path in ("/committee", "/committee/meetings", "/committee/decisions", f"/providers/{provider_id}/file-review"):
        clinic.manager.api.get(clinic.url(path), expect=404)
    other = world.clinic("Also Delegated", traits={"delegated": True})
    theirs, _ = make_provider(delegated)
    meeting, (case,) = begin(delegated, theirs)
    other.manager.api.get(other.url(f"/committee/meetings/{meeting}"), expect=404)
    other.manager.api.post(other.url(f"/committee/cases/{case}/decision"), {"outcome": "denied"}, expect=422)
    assert decide(other_with(other, delegated), case, expect=404)
    other.manager.api.get(other.url(f"/providers/{theirs}/file-review"), expect=404)
    own = delegated.people[Role.PROVIDER] = world.join(delegated, world.person("Riley"), Role.PROVIDER, theirs)
    own.api.get(delegated.url("/committee"), expect=403)


def other_with(other, delegated):
    other.committee = delegated.committee
    return other


def test_the_pages_take_a_file_from_the_first_verification_to_the_letter(delegated):
    provider_id, _ = make_provider(delegated, "Okafor")
    pages, api = delegated.specialist.pages, delegated.manager.api
    assert ">Committee</a>" in pages.get(delegated.page("/providers"))
    review = delegated.page(f"/providers/{provider_id}/committee")
    assert "8 points" in pages.get(review)
    form = {"element": "license", "verified_on": "2030-01-01", "source": "Ohio CSWMFT", "method": "website"}
    assert "cannot lie ahead" in pages.post(review, form | {"result": "confirmed"}, expect=422)
    pages.post(review, form | {"verified_on": today(delegated).isoformat(), "result": "confirmed"})
    assert "7 points" in pages.get(review)
    assert "Name the members" not in pages.get(delegated.page("/committee"))
    pages.post(delegated.page("/committee/setup"), {"program": "cvo", "quorum_kind": "count", "quorum_count": "2"})
    pages.post(delegated.page("/committee/members"), {"name": "Cleo New", "discipline": "LMFT", "is_chair": "true"})
    assert "<strong>2</strong> make a quorum" in pages.get(delegated.page("/committee/setup"))
    made = pages.post(
        delegated.page("/committee/meetings"), {"meets_on": today(delegated).isoformat(), "place": "Room 2"}
    )
    meeting = api.get(delegated.url("/committee/meetings"))["items"][0]["id"]
    page = delegated.page(f"/committee/meetings/{meeting}")
    assert "Okafor" in made
    assert "7 to settle" in pages.post(page + "/cases", {"provider_id": str(provider_id)})
    assert "2 of 4" in pages.post(page + "/open", {"present": delegated.committee[:2]})
    case = api.get(delegated.url(f"/committee/meetings/{meeting}"))["cases"][0]["id"]
    file = delegated.page(f"/committee/cases/{case}")
    motion = {"outcome": "approved"} | {f"vote-{member}": "for" for member in delegated.committee[:2]}
    assert "Not verified with" in pages.post(file + "/decision", motion, expect=409)
    verify(delegated, provider_id)
    half = {key: value for key, value in motion.items() if not key.endswith(delegated.committee[1])}
    assert "Say how Paul Peer voted" in pages.post(file + "/decision", half, expect=422)
    assert "Recorded: approved" in pages.post(file + "/decision", motion)
    pages.post(page + "/notes", {"notes": "Nothing to add."})
    pages.post(page + "/close")
    drain(delegated)
    assert "Sealed minutes" in pages.get(page)
    assert "Letter" in pages.get(file)
    assert "Okafor" in pages.get(delegated.page("/committee"))
    pages.post(file + "/notice", {"on": today(delegated).isoformat(), "channel": "portal"})
    assert "Told on" in pages.get(file)
    assert "Approved" in pages.get(review)
    table = api.call("GET", delegated.url("/exports/committee-decisions.csv")).get_data(as_text=True)
    assert "Dana Okafor" in table
    assert "Iris Chair: for; Paul Peer: for" in table


def test_pages_cost_the_same_statements_for_two_files_and_for_seven(delegated):
    costs = []
    for count in (2, 7):
        people = [make_provider(delegated, f"Ortiz{at}")[0] for at in range(count)]
        meeting, cases = begin(delegated, *people)
        decide(delegated, cases[0], "deferred", words="Wait")
        paths = ("/committee", f"/committee/meetings/{meeting}", f"/committee/cases/{cases[-1]}")
        pages = delegated.manager.pages
        found = []
        for path in (*paths, f"/providers/{people[0]}/committee"):
            with counted_statements() as sent:
                pages.get(delegated.page(path))
            found.append(len(sent))
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[0]) <= 20, costs


def test_a_clinic_without_delegation_has_no_page_no_tab_and_no_export(clinic):
    provider_id, _ = make_provider(clinic)
    for path in ("/committee", "/committee/setup", f"/providers/{provider_id}/committee"):
        assert clinic.manager.pages.get_status(clinic.page(path)) == 404
    assert ">Committee</a>" not in clinic.manager.pages.get(clinic.page("/providers"))
    clinic.manager.api.get(clinic.url("/exports/committee-decisions.csv"), expect=404)
