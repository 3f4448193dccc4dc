"""What a file must prove on the decision day, who decides, and which days a decision sets: by value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from credentialing.committee.rules import (
    ELEMENTS,
    Ballot,
    FileFacts,
    Outcome,
    Program,
    Proof,
    Vote,
    blocking_reason,
    limit_days,
    notice_due_on,
    quorum_needed,
    recredential_due_on,
    recusal_defects,
    review,
    tally,
)
from credentialing.committee.rules.voting import missing_words
from credentialing.committee.states import CaseState, MeetingState, NotAllowed, move_case, move_meeting
from infra.ids import uuid7

ON = date(2026, 11, 24)


def full_file(**ages):
    """A file with every element verified ten days before, but for the ages that are named."""
    proofs = tuple(
        Proof(e.code, ON - timedelta(days=ages.get(e.code, 10)), e.source, "website", "Sam") for e in ELEMENTS
    )
    return FileFacts(is_prescriber=True, is_board_certified=True, proofs=proofs)


def status_of(checklist, code):
    return next(check for check in checklist.checks if check.element.code == code)


@pytest.mark.parametrize(
    ("program", "decided_on", "limit"),
    [
        (Program.ACCREDITATION, date(2025, 7, 1), 120),
        (Program.ACCREDITATION, date(2025, 6, 30), 180),
        (Program.CVO, date(2025, 7, 1), 90),
        (Program.CVO, date(2025, 6, 30), 120),
    ],
)
def test_the_limits_of_each_program_before_and_after_the_change(program, decided_on, limit):
    assert limit_days(program, decided_on) == limit


@pytest.mark.parametrize("element", [e.code for e in ELEMENTS if e.is_time_limited])
@pytest.mark.parametrize(("program", "limit"), [(Program.ACCREDITATION, 120), (Program.CVO, 90)])
def test_on_its_last_day_a_verification_counts_and_on_the_next_it_blocks(element, program, limit):
    good = review(full_file(**{element: limit}), program, ON)
    assert good.is_ready
    assert good.good_until == ON
    stale = review(full_file(**{element: limit + 1}), program, ON)
    (blocking,) = stale.blocking
    assert (blocking.element.code, blocking.status, blocking.age_days) == (element, "too_old", limit + 1)
    assert f"{limit + 1} days before the decision; {limit} are allowed" in blocking.why
    assert element_label(element) in blocking_reason(Outcome.APPROVED, stale)


def element_label(code):
    return next(e.label for e in ELEMENTS if e.code == code)


def test_what_does_not_age_never_grows_stale_but_must_be_in_force():
    old = review(full_file(dea_cds=2000, education_training=9000), Program.CVO, ON)
    assert old.is_ready
    facts = full_file()
    ended = tuple(
        replace(p, ends_on=ON - timedelta(days=1)) if p.element in {"license", "dea_cds"} else p for p in facts.proofs
    )
    blocked = review(replace(facts, proofs=ended), Program.ACCREDITATION, ON)
    assert [(c.element.code, c.status) for c in blocked.blocking] == [
        ("license", "not_current"),
        ("dea_cds", "not_current"),
    ]
    today = tuple(replace(p, ends_on=ON) if p.element == "license" else p for p in facts.proofs)
    assert review(replace(facts, proofs=today), Program.ACCREDITATION, ON).good_until == ON


def test_what_is_missing_blocks_and_what_does_not_apply_is_not_asked():
    empty = review(FileFacts(), Program.ACCREDITATION, ON)
    assert {c.element.code for c in empty.blocking} == {e.code for e in ELEMENTS} - {"dea_cds", "board_certification"}
    assert status_of(empty, "dea_cds").status == "not_needed"
    assert empty.good_until is None
    later = replace(full_file(), proofs=tuple(replace(p, verified_on=ON + timedelta(1)) for p in full_file().proofs))
    assert not review(later, Program.ACCREDITATION, ON).is_ready


def test_the_latest_proof_speaks_and_an_adverse_one_of_the_same_day_wins():
    facts = full_file()
    hit = Proof("exclusions_leie", ON - timedelta(5), "OIG LEIE", "file", "Sam", "adverse", "Excluded since 2024.")
    found = review(replace(facts, proofs=(*facts.proofs, hit)), Program.ACCREDITATION, ON)
    assert [(c.status, c.why) for c in found.blocking] == [("adverse", "Excluded since 2024.")]
    cleared = replace(hit, verified_on=ON - timedelta(4), result="confirmed")
    assert review(replace(facts, proofs=(*facts.proofs, hit, cleared)), Program.ACCREDITATION, ON).is_ready
    same_day = replace(cleared, verified_on=hit.verified_on)
    assert not review(replace(facts, proofs=(*facts.proofs, same_day, hit)), Program.ACCREDITATION, ON).is_ready


def test_unexplained_months_block_whatever_was_verified():
    found = review(replace(full_file(), work_gaps=("Mar 2023 to Dec 2023 is not explained",)), Program.CVO, ON)
    assert [(c.element.code, c.status) for c in found.blocking] == [("work_history", "missing")]


def test_a_deferral_is_always_possible_a_denial_may_rest_on_what_is_adverse():
    empty = review(FileFacts(), Program.ACCREDITATION, ON)
    assert blocking_reason(Outcome.DEFERRED, empty) == ""
    assert blocking_reason(Outcome.DENIED, empty)
    facts = full_file()
    hit = Proof("license_sanctions", ON, "State board", "website", "Sam", "adverse", "Revoked in 2020.")
    adverse = review(replace(facts, proofs=(*facts.proofs, hit)), Program.ACCREDITATION, ON)
    assert blocking_reason(Outcome.DENIED, adverse) == ""
    assert "Revoked in 2020." in blocking_reason(Outcome.APPROVED_WITH_CONDITIONS, adverse)


def ballots(*votes):
    return [Ballot(uuid7(), f"Member {at}", vote, "knows the family") for at, vote in enumerate(votes)]


def test_quorum_counts_who_takes_part_and_a_tie_is_not_carried():
    assert [quorum_needed("majority", 0, members) for members in (3, 4, 5)] == [2, 3, 3]
    assert quorum_needed("count", 3, 9) == 3
    passed = tally(ballots(Vote.FOR, Vote.FOR, Vote.AGAINST), 2)
    assert passed.is_carried
    assert not tally(ballots(Vote.FOR, Vote.AGAINST), 2).is_carried
    recused = tally(ballots(Vote.FOR, Vote.RECUSED, Vote.RECUSED), 2)
    assert (recused.taking_part, recused.has_quorum, recused.is_carried) == (1, False, False)
    assert tally(ballots(Vote.FOR, Vote.ABSTAINED), 2).is_carried


def test_nobody_votes_on_their_own_file_and_a_recusal_says_why():
    own = Ballot(uuid7(), "Dana Ortiz", Vote.FOR, is_under_review=True)
    silent = Ballot(uuid7(), "Ana Ruiz", Vote.RECUSED)
    assert recusal_defects([own, silent]) == [
        "Dana Ortiz is the provider under review and must be recused.",
        "Say why Ana Ruiz is recused.",
    ]
    assert recusal_defects([replace(own, vote=Vote.RECUSED, reason="Own file")]) == []


def test_the_days_that_a_decision_sets():
    assert notice_due_on(date(2026, 11, 24)) == date(2026, 12, 24)
    assert notice_due_on(date(2025, 6, 30)) == date(2025, 8, 29)
    assert recredential_due_on(date(2026, 11, 24)) == date(2029, 11, 24)
    assert recredential_due_on(date(2024, 2, 29)) == date(2027, 2, 28)


def test_words_that_an_outcome_needs():
    assert missing_words(Outcome.APPROVED, "", "") is None
    assert missing_words(Outcome.DENIED, " ", "")[0] == "reasons"
    assert missing_words(Outcome.APPROVED_WITH_CONDITIONS, "Gap in 2023", "")[0] == "conditions"


def test_states_go_forward_only():
    assert move_meeting(MeetingState.PLANNED, MeetingState.IN_SESSION) is MeetingState.IN_SESSION
    for state, to in ((MeetingState.CLOSED, MeetingState.IN_SESSION), (MeetingState.IN_SESSION, MeetingState.CANCELED)):
        with pytest.raises(NotAllowed):
            move_meeting(state, to)
    with pytest.raises(NotAllowed):
        move_case(CaseState.DECIDED, CaseState.WITHDRAWN)
