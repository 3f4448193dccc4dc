"""Every step of the enrollment machine can be taken from a page, and asks for the evidence that it needs."""

from credentialing.enrollment.rules.next_step import step_form, usual_step
from credentialing.enrollment.states import FINAL, TRANSITIONS, evidence_needed
from credentialing.enrollment.states import EnrollmentState as S


def test_each_step_has_a_form_with_the_fields_of_its_evidence():
    for state, following in TRANSITIONS.items():
        for to in following:
            form = step_form(state, to)
            assert form is not None, (state, to)
            needed = evidence_needed(state, to)
            assert set(needed.all_of) <= set(form.fields), (state, to)
            assert not needed.any_of or set(needed.any_of) & set(form.fields), (state, to)


def test_the_usual_step_follows_and_leads_from_start_to_loaded():
    state, seen = S.NOT_STARTED, [S.NOT_STARTED]
    while (to := usual_step(state, packet_ready=True)) is not None:
        assert to in TRANSITIONS[state]
        seen.append(to)
        state = to
    assert seen[-1] is S.LOADED_VERIFIED
    assert S.DENIED not in seen
    assert all(usual_step(state) is None for state in FINAL)


def test_a_step_that_does_not_follow_has_no_form():
    assert step_form(S.NOT_STARTED, S.LOADED_VERIFIED) is None
    assert step_form(S.LOADED_VERIFIED, S.EFFECTIVE).fields == ("reason",)
