import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.payers.book import load_book, match_payer, normalized, payer, payers_in, read_book, statutory_clock

BOOK = load_book()


def test_the_book_is_whole():
    assert len(BOOK.payers) == 32
    for each in BOOK.payers.values():
        days = each.panel_days
        assert 0 < days.min_days <= days.typical_days <= days.max_days
        assert each.confidence in {"A", "B", "C"}
        assert 1 <= each.follow_up_days <= 14
        assert each.recred_months in (36, 60)


def test_values_that_money_depends_on():
    assert payer("magellan").timely_filing_days == 60
    assert payer("aetna").timely_filing_days == 120
    assert payer("medicare_ffs").retro.rule == "automatic"
    assert payer("medicare_ffs").retro.days == 30
    assert (payer("medicaid_oh_ffs").retro.rule, payer("medicaid_oh_ffs").retro.days) == ("on_request", 365)
    assert payer("cigna_evernorth").retro.days == 0
    assert payer("priority_health").timely_filing_days is None
    assert payer("nobody") is None


def test_a_missing_load_lag_is_14_days_of_low_confidence():
    assert payer("magellan").load_lag_days == 14
    assert payer("magellan").load_lag_confidence == "C"
    assert payer("medicare_ffs").load_lag_days == 7


@pytest.mark.parametrize(
    ("name", "number", "state", "found"),
    [
        ("AETNA", "60054", None, "aetna"),
        ("CIGNA", "62308", None, "cigna_evernorth"),
        ("UNITEDHEALTHCARE", "87726", None, "uhc_optum"),
        ("OPTUM BH", "71890", None, "uhc_optum"),
        ("ANTHEM BC", "47198", None, "anthem_bcbs"),
        ("BLUE SHIELD", "SKCA0", None, "bcbs_other"),
        ("MEDICARE B", "01182", None, "medicare_ffs"),
        ("STATE MEDICAID", "77350", "OH", "medicaid_oh_ffs"),
        ("STATE MEDICAID", "77350", "MI", None),
        ("STATE MEDICAID", "77350", None, None),
        ("Aetna Choice POS II", None, None, "aetna"),
        ("Aetna Medicare", None, None, None),
        ("Aetna Better Health of Ohio", None, None, "ohiorise_aetna"),
        ("UNITED HEALTHCARE COMMUNITY PLAN", "87726", "OH", "uhc_cp_oh_medicaid"),
        ("Medical Mutual of Ohio, Inc.", None, None, "medical_mutual"),
        ("some plan", "60054", None, "aetna"),
        ("Acme Benefits", "99999", None, None),
        ("", None, None, None),
        ("Railroad Medicare", None, None, "railroad_medicare"),
    ],
)
def test_a_payer_is_recognized_or_left_alone(name, number, state, found):
    assert match_payer(name, number, state=state) == found


def test_every_name_and_number_of_the_book_finds_its_payer():
    for each in BOOK.payers.values():
        for name in (each.name, *each.also_called):
            assert match_payer(name.upper()) == each.id
        for number in each.payer_ids:
            assert match_payer("", number) == each.id


@given(st.text(max_size=40))
def test_normalizing_twice_changes_nothing(name):
    assert normalized(normalized(name)) == normalized(name)


def test_payers_of_a_state():
    ohio = {each.id for each in payers_in("oh")}
    assert {"medical_mutual", "aetna", "medicaid_oh_ffs"} <= ohio
    assert "priority_health" not in ohio
    assert "priority_health" in {each.id for each in payers_in("MI")}


def test_the_ohio_clock_is_for_commercial_payers():
    clock = statutory_clock("oh", "commercial")
    assert (clock.deficiency_notice_days, clock.complete_days) == (21, 90)
    assert statutory_clock("OH", "medicaid_mco") is None
    assert statutory_clock("MI", "commercial") is None


def test_a_name_that_two_payers_share_is_refused():
    row = """- {{id: {0}, name: {0}, short_name: {0}, kind: commercial, states: [ALL],
   panel_days: {{min: 1, typical: 2, max: 3}}, timely_filing_days: 90, follow_up_days: 7, recred_months: 36,
   source: [], confidence: C, also_called: [Same Name]}}"""
    text = (
        "version: 1\nas_of: 2026-11-23\nload_lag_default_days: 14\npayers:\n" + row.format("a") + "\n" + row.format("b")
    )
    with pytest.raises(ValueError, match="two payers: a and b"):
        read_book(text)
