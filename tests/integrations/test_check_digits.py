from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.dea import dea_is_valid, dea_matches_name
from integrations.npi import npi_check_digit, npi_is_valid


@pytest.mark.parametrize("npi", ["1234567893", "1528060837", "1881018208", "1234567000"])
def test_a_right_npi_passes(npi: str) -> None:
    assert npi_is_valid(npi)


@pytest.mark.parametrize(
    "npi",
    ["1234567890", "123456789", "3234567893", "12345678930", "abcdefghij", "", "１２３４５６７８９３", " 1234567893"],
)
def test_a_wrong_npi_does_not_pass(npi: str) -> None:
    assert not npi_is_valid(npi)


@given(st.integers(100_000_000, 299_999_999))
def test_exactly_one_last_digit_fits_any_nine(first_nine: int) -> None:
    fitting = [str(digit) for digit in range(10) if npi_is_valid(f"{first_nine}{digit}")]
    assert fitting == [npi_check_digit(str(first_nine))]


@given(st.integers(100_000_000, 299_999_999), st.integers(1, 8), st.integers(1, 9))
def test_one_digit_mistyped_is_always_noticed(first_nine: int, place: int, change: int) -> None:
    npi = f"{first_nine}{npi_check_digit(str(first_nine))}"
    wrong = npi[:place] + str((int(npi[place]) + change) % 10) + npi[place + 1 :]
    assert not npi_is_valid(wrong)


def test_only_nine_digits_have_a_check_digit() -> None:
    with pytest.raises(ValueError, match="nine digits"):
        npi_check_digit("12345678")


@pytest.mark.parametrize("number", ["AB1234563", "BS1234563", "MJ3614511", "F91234563"])
def test_a_right_dea_number_passes(number: str) -> None:
    assert dea_is_valid(number)


@pytest.mark.parametrize("number", ["AB1234567", "A11234563", "AB123456", "ab1234563", "AB12345633", ""])
def test_a_wrong_dea_number_does_not_pass(number: str) -> None:
    assert not dea_is_valid(number)


@given(st.integers(0, 999_999))
def test_exactly_one_last_digit_fits_a_dea_number(first_six: int) -> None:
    assert sum(dea_is_valid(f"AB{first_six:06d}{digit}") for digit in range(10)) == 1


def test_a_dea_numbers_second_letter_is_compared_with_the_name() -> None:
    assert dea_matches_name("MJ3614511", "Jones")
    assert dea_matches_name("F91234563", "Anything Inc")
    assert not dea_matches_name("MJ3614511", "Smith")
