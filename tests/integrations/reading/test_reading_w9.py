"""A W-9 and addresses as they are read: typed into the form, printed as lines, with the number of a firm or of a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations.pdf.forms import fill_form
from integrations.pdf.typeset import typeset
from integrations.reading.fields import extract
from integrations.reading.files import read_pages
from integrations.reading.kinds import classify
from integrations.reading.taxpayer import LOOKS_UNSIGNED
from tests.integrations.reading.test_reading_text import page
from tests.samples import reading as samples

ON = "topmostSubform[0].Page1[0]."
FIRM = {f"{ON}EmployerID[0].f1_14[0]": "34", f"{ON}EmployerID[0].f1_15[0]": "1234567"}
PERSON = {f"{ON}SSN[0].f1_11[0]": "123", f"{ON}SSN[0].f1_12[0]": "45", f"{ON}SSN[0].f1_13[0]": "6789"}


def filled_w9(**changes: str) -> bytes:
    """The form of the IRS with a name, an address, who asks for it, and a number."""
    values = {
        f"{ON}f1_1[0]": "Harbor Counseling LLC",
        f"{ON}Address[0].f1_7[0]": "1200 Euclid Ave, Suite 400",
        f"{ON}Address[0].f1_8[0]": "Cleveland, OH 44115-1601",
        f"{ON}f1_9[0]": "Aetna, 9 Elm St, Akron, OH 44301",
    }
    form = Path(samples.__file__).parent.joinpath("originals", "fw9_a.pdf").read_bytes()
    made = fill_form(form, values | changes)
    assert made.unknown == ()
    return made.pdf


@pytest.mark.parametrize(("number", "said"), [(FIRM, "34-1234567"), (PERSON, "123-45-6789")])
def test_what_is_typed_into_a_w9_is_read_with_its_place(number, said):
    first = next(read_pages(filled_w9(**number), "application/pdf"))
    assert classify([first.page])[0].kind == "w9" and first.notes == (LOOKS_UNSIGNED,)
    read = {item.name: item for item in extract([first.page], "w9")}
    assert {name: item.value for name, item in read.items()} == {
        "holder_name": "Harbor Counseling LLC",
        "number": said,
        "address": "1200 Euclid Ave, Suite 400, Cleveland, OH 44115-1601",
    }
    assert all(item.confidence > 0.9 for item in read.values())
    assert read["number"].box.left > 0.65 > read["address"].box.right and 0.3 < read["address"].box.top < 0.36


def test_a_blank_w9_states_nothing():
    form = Path(samples.__file__).parent.joinpath("originals", "fw9_a.pdf").read_bytes()
    first = next(read_pages(form, "application/pdf"))
    assert extract([first.page], "w9") == []


SIGNED = """#set page(width: 612pt, height: 792pt, margin: 40pt)
#place(top + left, dy: 0pt)[Form W-9 Request for Taxpayer Identification Number and Certification]
#place(top + left, dy: 60pt)[Under penalties of perjury, I certify that the number shown on this form is my correct taxpayer number]
#place(top + left, dy: 512pt)[Signature of U.S. person]
#place(top + left, dx: 380pt, dy: 512pt)[Date]
#if data.pen [#place(top + left, dx: 160pt, dy: 512pt, curve(stroke: 1.5pt, curve.move((0pt, 5pt)), curve.line((30pt, -6pt)), curve.line((70pt, 8pt))))]
"""


@pytest.mark.parametrize(("pen", "notes"), [(True, ()), (False, (LOOKS_UNSIGNED,))])
def test_a_drawn_signature_is_seen(pen, notes):
    assert next(read_pages(typeset(SIGNED, {"pen": pen}), "application/pdf")).notes == notes


@pytest.mark.parametrize(
    ("kind", "lines", "address"),
    [
        ("w9", ("Business name: Harbor LLC   EIN: 34-1234567", "Address: 9 Elm St., Akron, Ohio 44301"), "9 Elm St., Akron, OH 44301"),
        ("state_license", ("Address of record: 12 Oak Rd #4, Dayton, OH 45402", "Status: active"), "12 Oak Rd #4, Dayton, OH 45402"),
        ("state_license", ("Licensee: Dana R. Ortiz", "12 Oak Road", "Dayton, OH 45402"), "12 Oak Road, Dayton, OH 45402"),
        ("state_license", ("Ohio Board of Nursing", "17 South High Street", "Columbus, OH 43215", "", "", "Licensee: Dana R. Ortiz"), None),
        ("malpractice_face", ("Insured's address: 5 Lake Ave, Erie, PA 16501", "Insurer address: 1 Wall St, New York, NY 10005"), "5 Lake Ave, Erie, PA 16501"),
    ],
)  # fmt: skip
def test_an_address_counts_where_it_is_the_holders(kind, lines, address):
    read = {item.name: item.value for item in extract([page(*lines)], kind)}
    assert read.get("address") == address
    assert kind != "w9" or read["number"] == "34-1234567"
