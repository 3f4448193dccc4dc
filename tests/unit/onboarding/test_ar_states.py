import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.states import EvidenceMissing, NotAllowed
from onboarding.ar.states import FINAL, TRANSITIONS, move
from onboarding.ar.states import ArImportStatus as S


def test_the_usual_way():
    status = S.QUEUED
    for to in (S.READING, S.RECONCILING, S.TIED_OUT, S.ACCEPTED):
        status = move(status, to)
    assert status in FINAL


def test_a_file_that_needs_a_mapping_is_read_again():
    assert move(S.READING, S.NEEDS_MAPPING) is S.NEEDS_MAPPING
    assert move(S.NEEDS_MAPPING, S.QUEUED) is S.QUEUED


def test_totals_that_differ_are_never_tied_out():
    with pytest.raises(NotAllowed) as caught:
        move(S.READY, S.TIED_OUT, differences=1)
    assert S.TIED_OUT not in caught.value.allowed


def test_accepting_a_difference_needs_a_reason():
    with pytest.raises(EvidenceMissing) as caught:
        move(S.READY, S.ACCEPTED, differences=2)
    assert caught.value.fields == ("reason",)
    assert move(S.READY, S.ACCEPTED, differences=2, reason="Prior biller confirmed") is S.ACCEPTED
    assert move(S.READY, S.ACCEPTED) is S.ACCEPTED


def test_failing_says_why_and_can_be_tried_again():
    with pytest.raises(EvidenceMissing):
        move(S.READING, S.FAILED)
    assert move(move(S.READING, S.FAILED, reason="The file ends in the middle of a row"), S.QUEUED) is S.QUEUED


@given(st.lists(st.sampled_from(S), max_size=30))
def test_nothing_follows_an_accepted_import(wishes):
    status = S.QUEUED
    for to in wishes:
        if to in TRANSITIONS[status]:
            assert status not in FINAL
            status = move(status, to, reason="because")
        else:
            with pytest.raises(NotAllowed):
                move(status, to, reason="because")
