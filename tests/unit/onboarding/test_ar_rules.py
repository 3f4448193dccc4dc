import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.ar.rules import (
    Amount,
    ClaimFacts,
    Control,
    LawBroken,
    RowFacts,
    add_up,
    bucket,
    bucket_labels,
    check_law,
    days_left,
    filing_deadline,
    filing_risk,
    tie_out,
    triage,
)

TODAY = date(2026, 11, 24)
ROWS = st.lists(
    st.builds(
        RowFacts,
        st.sampled_from(["accepted", "rejected", "duplicate"]),
        st.none() | st.integers(-(10**9), 10**9),
        st.sampled_from(["AETNA", "CIGNA", ""]),
        st.sampled_from(["0-30", "180+", ""]),
    ),
    max_size=40,
)
FILE = [
    RowFacts("accepted", 10_000, "AETNA", "0-30"),
    RowFacts("accepted", 5_050, "CIGNA", "31-60"),
    RowFacts("accepted", -1_200, "CIGNA", "0-30"),
    RowFacts("duplicate", 10_000, "AETNA", "0-30"),
    RowFacts("rejected", 700, "AETNA", "0-30"),
    RowFacts("rejected", None),
]


def test_the_names_of_the_buckets():
    assert bucket_labels() == ("0-30", "31-60", "61-90", "91-120", "121-180", "180+")
    assert bucket_labels("therabill") == ("0-29", "30-59", "60-89", "90-119", "119+")
    assert bucket_labels("simplepractice") == ("current", "1-30", "31-60", "61-90", "90+")


@pytest.mark.parametrize(
    ("age", "label"),
    [
        (-3, "0-30"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (120, "91-120"),
        (121, "121-180"),
        (180, "121-180"),
        (181, "180+"),
    ],
)
def test_the_bucket_of_an_age(age, label):
    assert bucket(age) == label


@given(st.integers(-100, 2000), st.integers(0, 500))
def test_older_is_never_in_a_younger_bucket(age, more):
    labels = bucket_labels()
    assert labels.index(bucket(age)) <= labels.index(bucket(age + more))


def test_what_was_received_is_added_up_without_netting_credits():
    totals = add_up(FILE)
    assert totals.received.total == Amount(6, 25_750, -1_200)
    assert totals.accepted.total == Amount(3, 15_050, -1_200)
    assert totals.rejected.total == Amount(2, 700, 0)
    assert totals.duplicate.total == Amount(1, 10_000, 0)
    assert totals.accepted.by_payer["CIGNA"] == Amount(2, 5_050, -1_200)
    assert totals.accepted.by_bucket["0-30"] == Amount(2, 10_000, -1_200)


@given(ROWS)
def test_the_parts_are_the_whole_to_the_cent(rows):
    totals = add_up(rows)
    for part in ("rows", "owed_cents", "credits_cents"):
        pieces = [getattr(each.total, part) for each in (totals.accepted, totals.rejected, totals.duplicate)]
        assert sum(pieces) == getattr(totals.received.total, part)
    assert sum(amount.owed_cents for amount in totals.accepted.by_bucket.values()) == totals.accepted.total.owed_cents
    assert totals.received.total.net_cents == sum(row.balance_cents or 0 for row in rows)


def test_a_broken_law_is_refused():
    totals = add_up(FILE)
    with pytest.raises(LawBroken, match="total: "):
        check_law(dataclasses.replace(totals, rejected=totals.duplicate))
    moved = dataclasses.replace(totals.accepted, by_payer={"AETNA": totals.accepted.total})
    with pytest.raises(LawBroken, match="payer"):
        check_law(dataclasses.replace(totals, accepted=moved))
    with pytest.raises(ValueError, match="unknown outcomes: lost"):
        add_up([RowFacts("lost", 1)])


@pytest.mark.parametrize(
    ("control", "basis"),
    [
        (Control(total_cents=25_750, count=6), "all received rows, credits apart"),
        (Control(total_cents=24_550), "all received rows, credits netted as the source does"),
        (Control(total_cents=15_050, count=3), "accepted rows, credits apart"),
        (
            Control(total_cents=13_850, by_payer={"AETNA": 10_000, "CIGNA": 3_850}),
            "accepted rows, credits netted as the source does",
        ),
        (Control(by_bucket={"0-30": 10_000, "31-60": 5_050}), "accepted rows, credits apart"),
    ],
)
def test_totals_tie_out_on_the_basis_of_the_source(control, basis):
    result = tie_out(add_up(FILE), control)
    assert result.is_tied
    assert result.differences == ()
    assert result.basis == basis


def test_one_cent_is_a_difference():
    result = tie_out(add_up(FILE), Control(total_cents=15_051, count=3))
    assert not result.is_tied
    assert [(d.of, d.theirs, d.ours, d.difference) for d in result.differences] == [("total", 15_051, 15_050, -1)]
    assert result.matches == 1


def test_a_payer_that_the_source_does_not_name_is_a_difference():
    result = tie_out(add_up(FILE), Control(total_cents=15_050, by_payer={"AETNA": 10_000}))
    assert [(d.of, d.key, d.theirs, d.ours) for d in result.differences] == [("payer", "CIGNA", 0, 5_050)]


def test_without_control_totals_nothing_is_tied():
    result = tie_out(add_up(FILE), Control())
    assert (result.is_tied, result.matches, result.differences) == (False, 0, ())


@given(ROWS.filter(bool), st.integers(1, 10**6))
def test_own_totals_always_tie_and_moved_totals_never_do(rows, off):
    totals = add_up(rows)
    own = Control(
        totals.received.total.owed_cents,
        len(rows),
        {key: amount.owed_cents for key, amount in totals.received.by_payer.items()},
        {key: amount.owed_cents for key, amount in totals.received.by_bucket.items()},
    )
    assert tie_out(totals, own).is_tied
    wrong = dataclasses.replace(own, total_cents=own.total_cents + off, count=len(rows) + 1)
    assert not tie_out(totals, wrong).is_tied


def test_the_filing_deadline():
    assert filing_deadline(date(2026, 9, 25), 60) == TODAY
    assert days_left(filing_deadline(date(2026, 9, 25), 60), TODAY) == 0
    assert filing_deadline(date(2026, 1, 1), 90, primary_eob_on=date(2026, 10, 1)) == date(2026, 12, 30)
    assert filing_deadline(date(2026, 1, 1), None) is None
    assert days_left(None, TODAY) is None


def claim(age=20, cents=20_000, responsibility="insurance", limit=90, **more):
    return ClaimFacts(cents, responsibility, TODAY - timedelta(days=age), limit, **more)


@pytest.mark.parametrize(
    ("facts", "disposition"),
    [
        (claim(), "status_check"),
        (claim(age=60), "rescue_filing"),
        (claim(age=90), "rescue_filing"),
        (claim(age=91), "appeal"),
        (claim(limit=None, age=400), "status_check"),
        (claim(responsibility="patient", age=400), "patient_statement"),
        (claim(cents=-500), "credit_refund"),
        (claim(cents=999), "write_off_policy"),
        (claim(cents=1000), "status_check"),
        (claim(denial_code="16"), "resubmit_corrected"),
        (claim(denial_code="b7"), "resubmit_corrected"),
        (claim(denial_code="197"), "appeal"),
        (claim(denial_code="29", age=200), "appeal"),
        (claim(denial_code="252"), "request_records"),
        (claim(denial_code="1"), "patient_statement"),
        (claim(is_secondary=True), "secondary_billing"),
        (claim(left_to_prior_biller=True), "prior_vendor_rundown"),
        (claim(on_legal_hold=True, cents=-500), "legal_hold"),
    ],
)
def test_how_a_claim_is_worked(facts, disposition):
    result = triage(facts, TODAY)
    assert result.disposition == disposition
    assert result.why.endswith((".", "decides."))


@pytest.mark.parametrize(
    ("facts", "points", "left"),
    [
        (claim(), 190, 70),  # $200 x 95 % x 1
        (claim(age=60), 900, 30),  # $200 x 90 % x 5
        (claim(age=85), 1600, 5),  # $200 x 80 % x 10
        (claim(age=35), 360, 55),  # $200 x 90 % x 2
        (claim(age=100), 20, -10),  # past the limit: $200 x 10 %
    ],
)
def test_priority_is_value_times_chance_times_urgency(facts, points, left):
    result = triage(facts, TODAY)
    assert (result.priority, result.days_left) == (points, left)


@given(st.integers(1000, 10**8), st.integers(0, 10**6), st.integers(0, 500))
def test_more_money_never_comes_later(cents, more, age):
    low, high = triage(claim(age, cents), TODAY), triage(claim(age, cents + more), TODAY)
    assert low.priority <= high.priority


def test_what_is_about_to_pass_its_limit():
    claims = [
        claim(age=60),
        claim(age=89, cents=5_000),
        claim(age=59),
        claim(age=91),
        claim(age=80, responsibility="patient"),
    ]
    assert filing_risk(claims, TODAY) == (2, 25_000)
