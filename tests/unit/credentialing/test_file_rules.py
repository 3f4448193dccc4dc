"""The file's rules by value: gaps in a work history, what a section lacks, which statements speak of the same credential."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentialing.credentials.rules import Held, caqh_due_on, primary_of, same_credential
from credentialing.providers.rules import ssn_digits
from credentialing.providers.rules.history import Month, Reason, Span, uncovered, window, work_gaps
from credentialing.providers.rules.sections import (
    disclosure_lacks,
    gap_words,
    malpractice_lacks,
    open_gaps,
    reversed_months,
)
from credentialing.providers.sections import SECTIONS, load_values
from infra.problems import Invalid

TODAY = date(2026, 11, 24)


def span(started, ended=None):
    return Span(Month.parse(started), Month.parse(ended) if ended else None)


def gaps(*spans, reasons=(), since=None):
    found = work_gaps(spans, reasons, TODAY, since=since)
    return [(str(gap.started), str(gap.ended), gap.needs, gap.is_settled) for gap in found]


@pytest.mark.parametrize(
    ("begins", "expected"),
    [
        ("2024-03", []),
        ("2024-09", []),
        ("2024-10", [("2024-03", "2024-09", "explained", False)]),
        ("2025-03", [("2024-03", "2025-02", "explained", False)]),
        ("2025-04", [("2024-03", "2025-03", "written", False)]),
    ],
)
def test_six_months_need_nothing_seven_a_reason_thirteen_a_letter(begins, expected):
    assert gaps(span("2018-01", "2024-02"), span(begins)) == expected


def test_the_history_goes_back_five_years_or_to_the_first_license():
    assert window(TODAY) == (Month.of(2021, 11), Month.of(2026, 11))
    assert gaps(span("2023-01")) == [("2021-11", "2022-12", "written", False)]
    assert gaps(span("2023-01"), since=Month.of(2022, 9)) == []
    assert gaps(span("2015-01", "2020-12")) == [("2021-11", "2026-11", "written", False)]
    assert gaps(span("2015-01", "2026-05")) == []
    assert gaps(span("2015-01", "2026-04")) == [("2026-05", "2026-11", "explained", False)]


def test_a_spoken_reason_settles_a_short_gap_and_a_letter_a_long_one():
    jobs = (span("2018-01", "2023-12"), span("2025-06"))
    spoken = Reason(Month.of(2024, 1), Month.of(2025, 5), in_writing=False)
    assert gaps(*jobs, reasons=[spoken]) == [("2024-01", "2025-05", "written", False)]
    letter = Reason(Month.of(2024, 2), Month.of(2025, 4), in_writing=True)
    assert gaps(*jobs, reasons=[letter]) == [("2024-01", "2025-05", "written", True)]
    half = Reason(Month.of(2024, 1), Month.of(2024, 6), in_writing=True)
    assert gaps(*jobs, reasons=[half]) == [("2024-01", "2025-05", "written", False)]


def test_entries_of_a_file_become_a_history_and_a_sentence():
    work = [
        {"kind": "job", "started": "2019-02", "ended": "2022-12", "employer": "Harbor"},
        {"kind": "job", "started": "2024-04", "is_current": True},
        {"kind": "job", "employer": "No months yet"},
    ]
    found = open_gaps(work, [], TODAY)
    assert [gap_words(gap) for gap in found] == ["Jan 2023 to Mar 2024 (15 months) is not explained in writing"]
    assert open_gaps(work, [{"started": "2023-02", "ended": "2024-01"}], TODAY) == []
    leave = {"kind": "gap", "started": "2023-01", "ended": "2024-03", "explanation": "Parental leave"}
    assert open_gaps([*work, leave | {"explained_how": "spoken"}], [], TODAY) != []
    assert open_gaps([*work, leave | {"explained_how": "written"}], [], TODAY) == []


busy = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
months = st.integers(Month.of(2015, 1).index, Month.of(2028, 12).index).map(Month)
spans = st.lists(st.tuples(months, st.integers(0, 60)), max_size=8).map(
    lambda rows: [Span(begin, Month(begin.index + length)) for begin, length in rows]
)


@busy
@given(spans, st.randoms(use_true_random=False))
def test_every_month_of_the_window_is_worked_or_in_one_gap(rows, shuffled):
    first, last = window(TODAY)
    runs = uncovered(rows, first, last)
    worked = {m for row in rows for m in range(row.started.index, row.ended.index + 1)}
    open_months = [m for begin, end in runs for m in range(begin.index, end.index + 1)]
    assert open_months == sorted(set(range(first.index, last.index + 1)) - worked)
    assert all(later[0].index - earlier[1].index > 1 for earlier, later in pairwise(runs))
    mixed = list(rows)
    shuffled.shuffle(mixed)
    assert uncovered(mixed, first, last) == runs


@busy
@given(spans, st.tuples(months, st.integers(0, 60)))
def test_more_work_never_makes_more_gap_and_reasons_settle_all(rows, more):
    before = work_gaps(rows, [], TODAY)
    after = work_gaps([*rows, Span(more[0], Month(more[0].index + more[1]))], [], TODAY)
    assert sum(gap.months for gap in after) <= sum(gap.months for gap in before)
    assert all(gap.months > 6 and gap.needs == ("written" if gap.months > 12 else "explained") for gap in before)
    told = [Reason(gap.started, gap.ended, True) for gap in before]
    assert all(gap.is_settled for gap in work_gaps(rows, told, TODAY))


def test_disclosures_are_open_until_each_is_answered_and_each_yes_explained():
    rows = [{"question": "a", "answer": False}, {"question": "b", "answer": True}, {"question": "c"}]
    assert [(lack.text, lack.row) for lack in disclosure_lacks(["a", "b", "c", "d"], rows)] == [
        ("2 questions are not answered", None),
        ("A yes needs an explanation", 1),
    ]
    rows = [{"question": "a", "answer": False}, {"question": "b", "answer": True, "explanation": "Settled in 2022."}]
    assert disclosure_lacks(["a", "b"], rows) == []


def test_a_claims_made_policy_that_ended_needs_a_tail_or_prior_acts():
    ended = {
        "coverage": "claims_made",
        "issued_on": date(2023, 1, 1),
        "expires_on": date(2025, 1, 1),
        "retroactive_on": "2021-01-01",
    }
    now = {"coverage": "claims_made", "issued_on": date(2025, 1, 1), "expires_on": date(2027, 1, 1)}
    assert [lack.text for lack in malpractice_lacks([ended], TODAY)] == [
        "No policy is in force",
        "This claims-made policy has ended: tail coverage is missing",
    ]
    assert [lack.field for lack in malpractice_lacks([ended, now], TODAY)] == ["has_tail"]
    assert malpractice_lacks([ended, now | {"retroactive_on": "2021-01-01"}], TODAY) == []
    assert malpractice_lacks([ended | {"has_tail": True}, now], TODAY) == []
    occurrence = now | {"coverage": "occurrence"}
    assert [lack.field for lack in malpractice_lacks([ended, occurrence], TODAY)] == ["has_tail"]


def held(row_id, kind="state_license", number="", state="OH", issuer="", *, primary=False, order=0):
    return Held(row_id, kind, number, state, issuer, primary, order)


def test_statements_about_the_same_license_find_it():
    rows = [held("1", number="I.1200456"), held("2", number="C99", state="KY"), held("3", "board_cert", state="")]

    def find(kind="state_license", number="", state="", issuer=""):
        return same_credential(rows, kind, number=number, state=state, issuer=issuer)

    assert find(number="i1200456", state="OH") == "1"
    assert find(number="I1200456") == "1"
    assert find(number="I1200456", state="KY") is None
    assert find(number="X1", state="KY") is None
    assert find(state="KY") == "2"
    assert find() is None
    assert find("board_cert", number="77", issuer="ANCC") == "3"
    assert same_credential([held("c", "caqh_profile", "111")], "caqh_profile", number="222", state="", issuer="") == "c"
    assert primary_of([held("a", order=0), held("b", primary=True, order=1)], "state_license") == "b"
    assert primary_of([held("a", order=1), held("b", order=0)], "state_license") == "b"


def test_caqh_is_due_after_120_days_and_in_illinois_after_180():
    assert caqh_due_on(date(2026, 9, 1), "OH") == date(2026, 12, 30)
    assert caqh_due_on(date(2026, 9, 1), "IL") == date(2027, 2, 28)
    assert caqh_due_on(None, "OH") is None


def test_what_is_no_social_security_number():
    assert ssn_digits("219-09-9999") == "219099999"
    for text in ("000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123-45-0000", "12-345-678", "abc"):
        assert ssn_digits(text) is None, text


def test_months_dollars_and_codes_are_read_as_people_write_them():
    work, policy = SECTIONS["work_history"], SECTIONS["malpractice"]
    assert load_values(work, {"started": "03/2024", "ended": ""}) == {"started": "2024-03", "ended": None}
    assert load_values(policy, {"limits_each_cents": "$1M", "limits_total_cents": 300_000_000}) == {
        "limits_each_cents": 100_000_000,
        "limits_total_cents": 300_000_000,
    }
    assert load_values(policy, {"limits_each_cents": "1,000,000.5"})["limits_each_cents"] == 100_000_050
    for section, name, value in (
        (work, "started", "13/2024"),
        (policy, "limits_each_cents", "a lot"),
        (policy, "limits_each_cents", "9" * 5000),
        (policy, "limits_each_cents", True),
        (policy, "expires_on", "2026-02-30"),
        (SECTIONS["supervision"], "npi", "1234567890"),
        (SECTIONS["identity"], "other_taxonomies", "1041C0700X, social work"),
        (SECTIONS["locations"], "postal_code", "4321"),
        (SECTIONS["disclosures"], "no_such_field", "x"),
    ):
        with pytest.raises(Invalid) as refused:
            load_values(section, {name: value})
        assert refused.value.errors[0].pointer == f"#/{name}"
    assert reversed_months({"started": "2024-03", "ended": "2024-02"}) == "ended"
    assert reversed_months({"started": "2024-03", "ended": "2024-03"}) is None
