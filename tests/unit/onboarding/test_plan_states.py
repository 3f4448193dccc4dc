import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.states import EvidenceMissing, NotAllowed, WaitingOn
from onboarding.plan.states import DONE, TRANSITIONS, TaskEvidence, TaskStatus, TaskStep, move, steps_from

FULL = TaskEvidence(reason="because", note="seen", waiting_on=WaitingOn.CLINIC, proof_document_id="d1")


def test_the_usual_way():
    status = TaskStatus.NOT_STARTED
    for step in (TaskStep.IN_PROGRESS, TaskStep.CLAIMED, TaskStep.VERIFIED):
        status = move(status, step, FULL)
    assert status is TaskStatus.VERIFIED


def test_reopening_gives_verified_work_back_and_skipped_work_its_start():
    assert move(TaskStatus.VERIFIED, TaskStep.REOPENED, FULL) is TaskStatus.IN_PROGRESS
    assert move(TaskStatus.SKIPPED, TaskStep.REOPENED, FULL) is TaskStatus.NOT_STARTED


def test_blocking_asks_for_a_reason_and_the_one_waited_on():
    with pytest.raises(EvidenceMissing) as caught:
        move(TaskStatus.IN_PROGRESS, TaskStep.BLOCKED)
    assert caught.value.fields == ("reason", "waiting_on")
    assert [error.pointer for error in caught.value.errors] == ["#/reason", "#/waiting_on"]


@pytest.mark.parametrize(
    ("evidence", "needs_document", "fields"),
    [
        (TaskEvidence(), False, ("note",)),
        (TaskEvidence(note="confirmation 4711"), False, None),
        (TaskEvidence(note="confirmation 4711"), True, ("proof_document_id",)),
        (TaskEvidence(proof_document_id="d1"), True, None),
        (TaskEvidence(system=True), True, None),
    ],
)
def test_verifying_asks_for_proof(evidence, needs_document, fields):
    if fields is None:
        assert move(TaskStatus.CLAIMED, TaskStep.VERIFIED, evidence, needs_document=needs_document) in DONE
    else:
        with pytest.raises(EvidenceMissing) as caught:
            move(TaskStatus.CLAIMED, TaskStep.VERIFIED, evidence, needs_document=needs_document)
        assert caught.value.fields == fields


def test_a_claim_needs_no_proof():
    assert move(TaskStatus.NOT_STARTED, TaskStep.CLAIMED) is TaskStatus.CLAIMED


@given(st.sampled_from(TaskStatus), st.sampled_from(TaskStep))
def test_what_is_not_in_the_table_is_refused_and_names_what_is(status, step):
    if (status, step) in TRANSITIONS:
        assert move(status, step, FULL) is TRANSITIONS[status, step]
    else:
        with pytest.raises(NotAllowed) as caught:
            move(status, step, FULL)
        assert caught.value.allowed == steps_from(status)


@given(st.lists(st.sampled_from([step for step in TaskStep if step is not TaskStep.REOPENED])))
def test_done_stays_done_without_reopening(steps):
    status = TaskStatus.NOT_STARTED
    done_as = None
    for step in steps:
        if (status, step) in TRANSITIONS:
            assert done_as is None
            status = move(status, step, FULL)
            done_as = status if status in DONE else None
