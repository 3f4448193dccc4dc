from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.enrollment.rules import (
    BillableFacts,
    PacketFacts,
    PacketItem,
    PredictionFacts,
    asks_for,
    billable,
    billable_from,
    cadence_days,
    capped_follow_up,
    hold_reason,
    next_follow_up,
    packet_defects,
    panel_word,
    plain_sentence,
    predict,
    statutory_deadline,
)
from credentialing.enrollment.rules.panel import WORDS, line_word
from credentialing.enrollment.rules.prediction import blended_curve, remaining_days
from credentialing.enrollment.states import FOLLOWED, WITH_PAYER
from credentialing.enrollment.states import EnrollmentState as S
from credentialing.payers.book import PanelDays, payer, statutory_clock
from infra.calendar import BusinessCalendar, federal_calendar

TODAY = date(2026, 11, 24)
CALENDAR = federal_calendar()
AETNA = payer("aetna")


@pytest.mark.parametrize(
    ("touched", "days", "due"),
    [
        (date(2026, 11, 10), 14, date(2026, 11, 24)),
        (date(2026, 11, 12), 14, date(2026, 11, 25)),  # Nov 26 is Thanksgiving
        (date(2026, 11, 14), 7, date(2026, 11, 20)),  # Saturday to Friday
        (date(2026, 11, 25), 1, date(2026, 11, 27)),  # no business day within the cadence
    ],
)
def test_follow_up_dates(touched, days, due):
    assert next_follow_up(touched, days, CALENDAR) == due


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(5, 90),
    st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
)
def test_a_follow_up_is_on_a_business_day_after_the_touch_and_within_the_cadence(touched, days, closures):
    calendar = BusinessCalendar(day for day in closures if day.weekday() == 2)
    due = next_follow_up(touched, days, calendar)
    assert calendar.is_business_day(due)
    assert touched < due <= touched + timedelta(days=days)


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(-40, 200), st.integers(5, 30))
def test_a_wished_follow_up_is_never_later_than_the_cadence(touched, ahead, days):
    due = capped_follow_up(touched + timedelta(days=ahead), touched, days, CALENDAR)
    assert CALENDAR.is_business_day(due)
    assert touched < due <= touched + timedelta(days=days)


def test_an_earlier_wish_is_kept():
    assert capped_follow_up(date(2026, 11, 30), TODAY, 14, CALENDAR) == date(2026, 11, 30)


@given(st.sampled_from(S))
def test_what_is_open_has_a_cadence(state):
    assert (cadence_days(state, 7) is not None) == (state in FOLLOWED)


def test_denials_and_closed_panels_are_asked_again_later():
    assert (cadence_days(S.DENIED, 14), cadence_days(S.CLOSED_PANEL, 14), cadence_days(S.IN_REVIEW, 14)) == (30, 90, 14)


def test_the_ohio_clock():
    deadline = statutory_deadline(statutory_clock("OH", "commercial"), date(2026, 9, 1), TODAY)
    assert (deadline.notice_by, deadline.complete_by) == (date(2026, 9, 22), date(2026, 11, 30))
    assert deadline.days_left == 6
    assert "$500 a day" in deadline.remedy
    assert statutory_deadline(None, date(2026, 9, 1), TODAY) is None
    assert statutory_deadline(statutory_clock("OH", "commercial"), None, TODAY) is None


def facts(state=S.LOADED_VERIFIED, payer_id="aetna", **more):
    return BillableFacts(state, payer(payer_id).short_name, evidence="portal 77", retro=payer(payer_id).retro, **more)


@pytest.mark.parametrize(
    ("on", "yes"), [(date(2026, 10, 2), False), (date(2026, 10, 3), True), (date(2026, 12, 1), True)]
)
def test_billable_from_the_effective_date_on(on, yes):
    answer = billable(facts(effective_on=date(2026, 10, 3)), on)
    assert (answer.yes, answer.since) == (yes, date(2026, 10, 3))
    assert answer.reason == ("Loaded at the payer, proof on file." if yes else "Aetna pays for services from Oct 3 on.")


@given(st.sampled_from([state for state in S if state is not S.LOADED_VERIFIED]), st.dates())
def test_nothing_else_is_billable(state, on):
    answer = billable(facts(state, effective_on=date(2026, 1, 1)), on)
    assert not answer.yes
    assert answer.since is None
    assert answer.reason == hold_reason(facts(state), on)
    assert "Aetna" in answer.reason


def test_medicare_pays_for_thirty_days_before_the_effective_date():
    medicare = facts(payer_id="medicare_ffs", effective_on=date(2026, 10, 31))
    assert billable_from(medicare) == date(2026, 10, 1)
    assert billable(medicare, date(2026, 10, 1)).reason == "Before the effective date, under 42 CFR 424.521(a)."
    assert not billable(medicare, date(2026, 9, 30)).yes


def test_no_retroactive_rule_reaches_before_the_license():
    late = facts(payer_id="medicare_ffs", effective_on=date(2026, 10, 31), qualified_on=date(2026, 10, 20))
    assert billable_from(late) == date(2026, 10, 20)


@pytest.mark.parametrize(
    ("granted", "since"),
    [
        (None, date(2026, 10, 31)),
        (date(2026, 7, 1), date(2026, 7, 1)),
        (date(2024, 1, 1), date(2025, 10, 31)),  # at most 365 days
        (date(2026, 12, 1), date(2026, 10, 31)),
    ],
)
def test_ohio_medicaid_reaches_back_only_as_granted(granted, since):
    medicaid = facts(payer_id="medicaid_oh_ffs", effective_on=date(2026, 10, 31), retro_granted_on=granted)
    assert billable_from(medicaid) == since


def test_loaded_without_an_effective_date_is_held():
    assert hold_reason(facts(), TODAY) == "There is no effective date for Aetna."


def predicted(**more):
    values = {"state": S.IN_REVIEW, "panel_days": AETNA.panel_days, "load_lag_days": 14, "submitted_on": TODAY} | more
    return predict(PredictionFacts(**values), TODAY)


def test_a_fresh_application_takes_the_days_of_the_book():
    answer = predicted()
    assert answer.effective_p50 == TODAY + timedelta(days=120)
    assert answer.effective_p80 == TODAY + timedelta(days=138)  # 60 % of the way from 120 to 150
    assert answer.loaded_p50 == TODAY + timedelta(days=134)
    assert answer.sample_size == 0
    assert "60 to 150 days, typically 120" in answer.basis
    assert "No own outcomes yet." in answer.basis


def test_own_outcomes_count_half_when_there_are_five():
    answer = predicted(panel_outcomes=[60, 60, 60, 60, 60])
    assert answer.effective_p50 == TODAY + timedelta(days=90)
    assert answer.sample_size == 5
    assert "5 own outcomes" in answer.basis


def test_what_was_waited_shortens_the_rest_but_lengthens_the_whole():
    answer = predicted(submitted_on=TODAY - timedelta(days=120))
    assert answer.effective_p50 == TODAY + timedelta(days=15)
    assert "120 days waited so far." in answer.basis


def test_days_on_the_clinic_do_not_count():
    paused = predicted(submitted_on=TODAY - timedelta(days=120), paused_days=60)
    assert paused.effective_p50 == predicted(submitted_on=TODAY - timedelta(days=60)).effective_p50


def test_longer_than_any_known_case_says_so():
    answer = predicted(submitted_on=TODAY - timedelta(days=400))
    assert (answer.effective_p50, answer.effective_p80) == (TODAY + timedelta(days=7), TODAY + timedelta(days=21))
    assert "Longer than any known case" in answer.basis


def test_an_unsent_application_first_has_to_be_prepared():
    answer = predicted(state=S.GATHERING, submitted_on=None, prepare_days=10)
    assert answer.effective_p50 == TODAY + timedelta(days=130)


def test_after_the_decision_only_loading_is_awaited():
    answer = predicted(state=S.EFFECTIVE, decided_on=TODAY, effective_on=TODAY + timedelta(days=30))
    assert answer.effective_p50 == answer.loaded_p50 == TODAY + timedelta(days=30)
    assert answer.loaded_p80 == TODAY + timedelta(days=40)  # 14 to 56 days: 60 % of the way, rounded up
    assert predicted(state=S.APPROVED, decided_on=TODAY).loaded_p50 == TODAY + timedelta(days=14)


@pytest.mark.parametrize("state", [S.LOADED_VERIFIED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN, S.TERMINATED])
def test_nothing_is_expected_where_nothing_is_open(state):
    assert predicted(state=state) is None


@given(
    st.sampled_from(sorted(WITH_PAYER)),
    st.integers(0, 500),
    st.integers(0, 200),
    st.lists(st.integers(1, 300), max_size=12),
    st.lists(st.integers(0, 90), max_size=12),
)
def test_predictions_keep_their_order(state, waited, paused, outcomes, loads):
    answer = predicted(
        state=state,
        submitted_on=TODAY - timedelta(days=waited),
        paused_days=paused,
        panel_outcomes=outcomes,
        load_outcomes=loads,
    )
    assert TODAY < answer.effective_p50 <= answer.effective_p80
    assert answer.effective_p50 < answer.loaded_p50 <= answer.loaded_p80


@given(st.lists(st.integers(1, 300), max_size=20), st.integers(0, 400))
def test_the_curve_rises_and_waiting_never_makes_the_whole_shorter(outcomes, waited):
    curve = blended_curve(PanelDays(60, 120, 150), outcomes)
    assert len(curve) == 101
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(curve))
    assert waited + remaining_days(curve, waited)[0] >= remaining_days(curve, 0)[0] - 1


def test_every_state_has_a_word_of_at_most_nine_letters_and_a_tone():
    assert set(WORDS) == set(S)
    for word, tone in WORDS.values():
        assert len(word) <= 9
        assert tone in {"good", "waiting", "attention", "blocked"}


@pytest.mark.parametrize(
    ("state", "more", "text", "tone"),
    [
        (S.IN_REVIEW, {}, "Review 34 d", "waiting"),
        (S.LOADED_VERIFIED, {}, "Billable", "good"),
        (S.LOADED_VERIFIED, {"billable_now": False}, "Hold", "waiting"),
        (S.GATHERING, {"missing_documents": 2}, "Docs 2", "attention"),
        (S.GATHERING, {}, "Docs 34 d", "attention"),
        (S.DENIED, {}, "Denied", "blocked"),
    ],
)
def test_words_of_the_grid(state, more, text, tone):
    word = panel_word(state, 34, **more)
    assert (word.text, word.tone) == (text, tone)


def test_sentences_for_the_provider():
    assert (
        plain_sentence("Aetna", S.LOADED_VERIFIED, TODAY, billable_since=date(2026, 10, 3))
        == "You can bill Aetna since Oct 3."
    )
    assert plain_sentence(
        "Cigna", S.IN_REVIEW, TODAY, expected_p50=date(2027, 1, 8), expected_p80=date(2027, 2, 2)
    ) == ("Cigna has your application. We expect an answer between Jan 8, 2027 and Feb 2, 2027. Nothing for you to do.")
    assert plain_sentence("Cigna", S.GATHERING, TODAY, missing_documents=1) == (
        "We need one document from you before we can apply to Cigna."
    )
    assert "Do not bill yet" in plain_sentence("Optum", S.EFFECTIVE, TODAY)
    assert (
        plain_sentence("Optum", S.LOADED_VERIFIED, TODAY, billable_since=date(2026, 12, 1))
        == "You can bill Optum from Dec 1 on. Nothing for you to do."
    )


def test_lines_of_business_are_written_as_in_the_field():
    words = [line_word(line) for line in ("eap", "medicare_advantage", "commercial")]
    assert words == ["EAP", "Medicare Advantage", "Commercial"]


@given(st.sampled_from(S))
def test_only_billable_providers_are_told_that_they_can_bill(state):
    sentence = plain_sentence("Aetna", state, TODAY)
    assert "Aetna" in sentence
    assert not sentence.startswith("You can bill")


def packet(*items, **more):
    values = {"payer_name": "Aetna", "items": items, "registry_status": "verified", "caqh_attested_on": TODAY} | more
    return [defect.code for defect in packet_defects(PacketFacts(**values), TODAY)]


LICENSE = "State license"


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        (PacketItem("state_license", LICENSE, "accepted", TODAY + timedelta(days=31)), []),
        (PacketItem("state_license", LICENSE, "expiring", TODAY + timedelta(days=30)), ["document-expiring"]),
        (PacketItem("state_license", LICENSE, "accepted", TODAY - timedelta(days=1)), ["document-expired"]),
        (PacketItem("state_license", LICENSE, "expired"), ["document-expired"]),
        (PacketItem("state_license", LICENSE, "missing"), ["document-missing"]),
        (PacketItem("state_license", LICENSE, "rejected"), ["document-rejected"]),
        (PacketItem("state_license", LICENSE, "uploaded"), ["document-in-review"]),
    ],
)
def test_documents_of_a_packet(item, codes):
    assert packet(item) == codes


@pytest.mark.parametrize(
    ("payer_kind", "code", "kinds", "asked"),
    [
        ("medicare", "medicare_ptan", ("medicare",), False),
        ("medicaid_ffs", "medicaid_id", ("medicaid_ffs", "medicaid_mco"), False),
        ("medicaid_mco", "medicaid_id", ("medicaid_ffs", "medicaid_mco"), True),
        ("commercial", "medicaid_id", ("medicaid_ffs", "medicaid_mco"), False),
        ("commercial", "w9", (), True),
    ],
)
def test_no_payer_asks_for_its_own_approval(payer_kind, code, kinds, asked):
    assert asks_for(payer_kind, code, kinds) is asked


def test_other_defects_of_a_packet():
    assert packet(registry_status="pending") == ["npi-not-checked"]
    assert packet(registry_status="verified", mismatches=["last name"]) == ["registry-mismatch"]
    assert packet(caqh_attested_on=None) == ["caqh-not-attested"]
    assert packet(caqh_attested_on=TODAY - timedelta(days=120)) == []
    assert packet(caqh_attested_on=TODAY - timedelta(days=121)) == ["caqh-expired"]
    assert packet(caqh_attested_on=TODAY - timedelta(days=121), state="IL") == []
    assert packet(caqh_attested_on=None, needs_caqh=False) == []
    assert packet(has_tin=False, has_location=False) == ["tin-missing", "location-missing"]
    assert packet(group_min=4, group_size=3) == ["group-too-small"]
    assert packet(group_min=4, group_size=4) == []


def test_a_defect_says_what_to_do():
    [defect] = packet_defects(
        PacketFacts(
            "Aetna", [PacketItem("w9", "W-9", "expired", date(2026, 10, 1))], "verified", caqh_attested_on=TODAY
        ),
        TODAY,
    )
    assert (defect.message, defect.fix) == ("W-9 expired on Oct 1.", "Upload the renewed one.")
