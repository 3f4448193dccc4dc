from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.enrollment.states import (
    EVIDENCE,
    FINAL,
    FOLLOWED,
    TRANSITIONS,
    Evidence,
    move,
    waiting_on,
)
from credentialing.enrollment.states import EnrollmentState as S
from infra.states import EvidenceMissing, NotAllowed, WaitingOn

FULL = Evidence("because", "CONF-1", date(2026, 10, 3), "d1")
HAPPY = [
    S.GATHERING, S.READY_TO_SUBMIT, S.SUBMITTED, S.PAYER_RECEIVED, S.IN_REVIEW, S.COMMITTEE, S.APPROVED,
    S.CONTRACT_SENT, S.CONTRACT_SIGNED, S.EFFECTIVE, S.LOADED_VERIFIED,
]  # fmt: skip


def test_there_are_eighteen_states_and_each_has_its_row():
    assert len(S) == 18
    assert set(TRANSITIONS) == set(S)


def test_the_whole_way():
    state = S.NOT_STARTED
    for to in HAPPY:
        step = move(state, to, FULL)
        assert (step.state, step.to, step.event) == (state, to, f"enrollment.{to}")
        state = step.to
    assert state is S.LOADED_VERIFIED


def test_a_group_contract_needs_no_signature():
    assert move(S.APPROVED, S.EFFECTIVE, FULL).to is S.EFFECTIVE


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (S.NOT_STARTED, S.LOADED_VERIFIED),
        (S.NOT_STARTED, S.SUBMITTED),
        (S.GATHERING, S.SUBMITTED),
        (S.SUBMITTED, S.EFFECTIVE),
        (S.APPROVED, S.LOADED_VERIFIED),
        (S.CONTRACT_SENT, S.EFFECTIVE),
        (S.WITHDRAWN, S.GATHERING),
        (S.TERMINATED, S.LOADED_VERIFIED),
        (S.IN_REVIEW, S.IN_REVIEW),
    ],
)
def test_impossible_steps(state, to):
    with pytest.raises(NotAllowed) as caught:
        move(state, to, FULL)
    assert caught.value.status == 409
    assert caught.value.allowed == TRANSITIONS[state]


@pytest.mark.parametrize(
    ("state", "to", "evidence", "fields"),
    [
        (S.READY_TO_SUBMIT, S.SUBMITTED, Evidence(), ("reference", "proof_document_id")),
        (S.READY_TO_SUBMIT, S.SUBMITTED, Evidence(reference="  "), ("reference", "proof_document_id")),
        (S.IN_REVIEW, S.INFO_REQUESTED, Evidence(), ("reason",)),
        (S.APPROVED, S.EFFECTIVE, Evidence(), ("effective_date", "proof_document_id")),
        (S.APPROVED, S.EFFECTIVE, Evidence(effective_date=date(2026, 10, 3)), ("proof_document_id",)),
        (S.EFFECTIVE, S.LOADED_VERIFIED, Evidence(), ("proof_document_id", "reference")),
        (S.IN_REVIEW, S.DENIED, Evidence(reference="x"), ("reason",)),
        (S.SUBMITTED, S.CLOSED_PANEL, Evidence(), ("reason",)),
        (S.LOADED_VERIFIED, S.EFFECTIVE, Evidence(), ("reason",)),
        (S.LOADED_VERIFIED, S.TERMINATED, Evidence(), ("reason",)),
    ],
)
def test_missing_evidence_is_named(state, to, evidence, fields):
    with pytest.raises(EvidenceMissing) as caught:
        move(state, to, evidence)
    assert caught.value.fields == fields
    assert caught.value.status == 422
    assert [error.pointer for error in caught.value.errors] == [f"#/{field}" for field in fields]


@pytest.mark.parametrize("evidence", [Evidence(reference="portal 77"), Evidence(proof_document_id="d1")])
def test_one_of_the_alternatives_is_enough(evidence):
    assert move(S.EFFECTIVE, S.LOADED_VERIFIED, evidence).to is S.LOADED_VERIFIED
    assert move(S.READY_TO_SUBMIT, S.SUBMITTED, evidence).to is S.SUBMITTED


def test_an_information_request_loops_back_to_review():
    assert move(S.INFO_REQUESTED, S.IN_REVIEW).waiting_on is WaitingOn.PAYER
    assert move(S.IN_REVIEW, S.INFO_REQUESTED, Evidence(reason="W-9")).waiting_on is WaitingOn.CLINIC


def test_every_open_state_waits_on_somebody():
    for state in S:
        assert (waiting_on(state) is not None) == (state in FOLLOWED)


def test_from_every_state_that_is_not_final_a_way_leads_on_to_billable():
    reached = {S.LOADED_VERIFIED}
    while True:
        more = {state for state in S if set(TRANSITIONS[state]) & reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(S) - FINAL


@given(st.lists(st.sampled_from(S), max_size=40))
def test_no_walk_leaves_a_final_state_or_becomes_billable_without_an_effective_date(wishes):
    state, effective, walked = S.NOT_STARTED, False, [S.NOT_STARTED]
    for to in wishes:
        try:
            state = move(state, to, FULL).to
        except NotAllowed:
            continue
        effective = effective or state is S.EFFECTIVE
        walked.append(state)
        if state is S.LOADED_VERIFIED:
            assert effective
            assert S.SUBMITTED in walked
    finals = [index for index, visited in enumerate(walked) if visited in FINAL]
    assert finals in ([], [len(walked) - 1])


@given(st.sampled_from(S), st.sampled_from(S))
def test_a_step_without_any_evidence_is_taken_only_where_none_is_needed(state, to):
    if to not in TRANSITIONS[state]:
        return
    needs = to in EVIDENCE or (state, to) == (S.LOADED_VERIFIED, S.EFFECTIVE)
    if needs:
        with pytest.raises(EvidenceMissing):
            move(state, to)
    else:
        assert move(state, to).to is to
