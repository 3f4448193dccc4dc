import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentialing.providers.rules import (
    PersonName,
    credential_tokens,
    display_name,
    initials,
    license_type_for,
    names_agree,
    proper_name,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("M.D.", ("MD",)),
        ("M. D.", ("MD",)),
        ("Ph.D.", ("PHD",)),
        ("M.Ed., LPC, NCC", ("MED", "LPC", "NCC")),
        ("LCMHC,", ("LCMHC",)),
        ("PhD, CRNP,PNP,FNP-BC", ("PHD", "CRNP", "PNP", "FNP-BC")),
        ("N.P.", ("NP",)),
        (None, ()),
        (" ", ()),
    ],
)
def test_credentials_are_read_as_people_type_them(text, tokens):
    assert credential_tokens(text) == tokens


@pytest.mark.parametrize(
    ("taxonomies", "credential", "state", "code", "sure"),
    [
        (["1041C0700X"], "LISW-S", "OH", "LISW", True),
        (["1041C0700X"], "LICSW", "MA", "LISW", True),
        (["1041C0700X"], "LCSW", "CO", "LISW", True),
        (["101YM0800X"], "LPCC", "OH", "LPCC", True),
        (["101YP2500X"], "M.Ed., LPC, NCC", "OH", "LPC", True),
        (["101YP2500X"], "M.Ed., LPC, NCC", "TX", "LPCC", True),
        (["106H00000X"], "MFT", "OH", "MFT", True),
        (["106H00000X"], "LMFT", "CA", "LIMFT", True),
        (["101YA0400X"], "LADC", "MA", "LICDC", True),
        (["101YA0400X"], "CDCA", "OH", "CDCA", True),
        (["103TC0700X"], "Ph.D.", "OH", "PSYCHOLOGIST", True),
        (["2084P0800X"], "M.D.", "OH", "MD_DO_PSY", True),
        (["363LP0808X"], "PHMNP-BC", "OH", "PMHNP", True),
        (["363LP0808X"], "PhD, CRNP,PNP,FNP-BC", "PA", "PMHNP", True),
        (["103K00000X"], "BCBA", "OH", "BCBA", True),
        (["104100000X"], "MSW", "OH", "LSW", True),
        (["1041C0700X"], None, "OH", "LISW", True),
        (["207Q00000X"], "LCSW", "OH", "LISW", False),
        (["101YA0400X"], None, "OH", "LICDC", False),
        (["207Q00000X", "2084P0800X"], None, "OH", "MD_DO_PSY", False),
        (["207Q00000X"], "M.D.", "OH", None, None),
        (["171100000X"], "L. Ac.", "OH", None, None),
        (["363LF0000X"], "NP", "OH", None, None),
        ([], "RN", "OH", None, None),
    ],
)
def test_the_license_type_behind_taxonomy_and_credential(taxonomies, credential, state, code, sure):
    guess = license_type_for(taxonomies, credential, state)
    if code is None:
        assert guess is None
    else:
        assert (guess.code, guess.sure) == (code, sure)
        assert guess.why


@pytest.mark.parametrize(
    ("file", "registry", "former", "agreement"),
    [
        (PersonName("Dana", "Ortiz"), PersonName("DANA", "ORTIZ JR"), (), "same"),
        (PersonName("José", "Núñez"), PersonName("JOSE", "NUNEZ"), (), "same"),
        (PersonName("D", "Ortiz"), PersonName("DANA", "ORTIZ"), (), "same"),
        (PersonName("Pat", "O'Neil"), PersonName("PAT", "ONEIL"), (), "same"),
        (PersonName("Dana", "Ortiz-Smith"), PersonName("DANA", "ORTIZ"), (), "hyphen"),
        (PersonName("Dana", "Ortiz Smith"), PersonName("DANA", "ORTIZ-SMITH"), (), "same"),
        (PersonName("Dana", "Smith"), PersonName("DANA", "ORTIZ"), ("Ortiz",), "former"),
        (PersonName("Dana", "Smith"), PersonName("DANA", "ORTIZ"), ("Jones",), "different"),
        (PersonName("Dana", "Ortiz"), PersonName("DORA", "ORTIZ"), (), "different"),
        (PersonName("", "Ortiz"), PersonName("DANA", "ORTIZ"), (), "different"),
    ],
)
def test_names_agree_or_not(file, registry, former, agreement):
    assert names_agree(file, registry, former) == agreement


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_a_name_agrees_with_itself_or_has_no_letters(first, last):
    assert names_agree(PersonName(first, last), PersonName(first, last)) in ("same", "different")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("O'NEIL-MCDONALD", "O'Neil-McDonald"),
        ("ORTIZ", "Ortiz"),
        ("deShawn", "deShawn"),
        ("VAN DER BERG", "Van Der Berg"),
        ("NÚÑEZ", "Núñez"),
        ("", ""),
    ],
)
def test_capitals_become_names(text, name):
    assert proper_name(text) == name


def test_names_for_pages():
    assert display_name("DANA", "ORTIZ", middle="rose", credential="LISW,") == "Dana R. Ortiz, LISW"
    assert display_name("Dana", "Ortiz") == "Dana Ortiz"
    assert initials("dana", "ortiz") == "DO"
