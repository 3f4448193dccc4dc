"""Reading by value: shapes of values, whose it is, where a stack may be cut, and what is wrong with files that cannot be read."""

from __future__ import annotations

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from integrations.pdf.reading import UnreadablePdf, hidden_content, open_pdf, take_pages
from integrations.reading.boundaries import propose_parts
from integrations.reading.fields import Field, extract
from integrations.reading.files import Unreadable, outline, read_pages
from integrations.reading.kinds import classify, known_kinds
from integrations.reading.matching import Person, match_person
from integrations.reading.page import Box, Page, Word
from integrations.reading.patterns import (
    amounts_in,
    dates_in,
    dea_numbers_in,
    months_in,
    names_in,
    npis_in,
    numbers_in,
)
from integrations.unsafe_files import why_unsafe

PDF = "application/pdf"


def page(*lines: str, number: int = 1) -> Page:
    """A page with these lines; three blanks part columns."""
    words = []
    for row, line in enumerate(lines):
        at = 0.05
        for chunk in line.split("   "):
            for text in chunk.split():
                wide = 0.011 * len(text)
                words.append(Word(text, Box(at, 0.05 + row * 0.03, at + wide, 0.065 + row * 0.03), 0.95))
                at += wide + 0.006
            at += 0.08
    return Page(number, 1000, 1300, tuple(words), "text")


@pytest.mark.parametrize(
    "text",
    [
        "06/30/2027",
        "6-30-27",
        "June 30, 2027",
        "JUN 30 2027",
        "30-JUN-2027",
        "30 June 2027",
        "2027-06-30",
        "30th day of June, 2027",
        "O6/3O/2027",
    ],
)
def test_dates_are_read_in_every_usual_shape(text):
    assert [found.value for found in dates_in(f"expires {text}.")] == ["2027-06-30"]


def test_what_is_no_date_is_none():
    assert dates_in("13/45/2025 or 614-555-1212 or 12/2027") == []
    assert [found.value for found in months_in("EXP 02/2028")] == ["2028-02-29"]


def test_amounts_and_numbers():
    assert [found.value for found in amounts_in("$1,000,000 each / $3M, premium $412.00, ZIP 43215")] == [
        "100000000",
        "300000000",
    ]
    text = "License No. I.1234567, policy HPL-2210-88731, born 01/02/1980, call (614) 555-1212"
    assert [found.value for found in numbers_in(text)] == ["I.1234567", "HPL-2210-88731"]
    assert [found.value for found in npis_in("NPI 1710448576 not 1710448577")] == ["1710448576"]
    assert [found.value for found in dea_numbers_in("FM4710908 FM4710907 FM47l0908")] == ["FM4710908", "FM4710908"]


def test_names_are_people_not_words_of_documents():
    text = "State Board certifies that DANA R. ORTIZ-VEGA, LISW and O'Neil, Patrick J and Leah E.Raman are licensed"
    assert [found.value for found in names_in(text)] == ["Patrick J O'Neil", "Leah E. Raman", "Dana R. Ortiz-Vega"]


def test_a_kind_comes_with_its_reasons():
    found = classify(
        [page("Drug Enforcement Administration", "Controlled Substance Registration Certificate", "Schedules 2 2N 3")]
    )
    assert found[0].kind == "dea" and found[0].confidence > 0.8
    assert "Drug Enforcement Administration" in found[0].because
    assert classify([page("grocery list", "milk and bread")]) == []
    assert len(known_kinds()) >= 20


def test_values_stand_behind_beside_under_or_after_their_labels():
    lines = (
        "Ohio Board of Nursing",
        "License Number   Issue Date   Expiration Date",
        "RN.123456   01/02/2025   10/31/2027",
        "Licensee: Dana R. Ortiz   Date of birth: 03/04/1980",
    )
    read = {item.name: item for item in extract([page(*lines)], "state_license")}
    assert {name: item.value for name, item in read.items()} == {
        "holder_name": "Dana R. Ortiz",
        "number": "RN.123456",
        "state": "OH",
        "issuer": "Ohio Board of Nursing",
        "issued_on": "2025-01-02",
        "expires_on": "2027-10-31",
    }
    assert read["expires_on"].box.left > read["issued_on"].box.right


def test_a_policy_period_and_limits_are_pairs():
    lines = (
        "Professional Liability Declarations",
        "Policy period 07/01/2026 to 07/01/2027",
        "Limits $1,000,000 / $3,000,000",
    )
    read = {item.name: item.value for item in extract([page(*lines)], "malpractice_face")}
    assert (read["effective_on"], read["expires_on"]) == ("2026-07-01", "2027-07-01")
    assert (read["limits_each_cents"], read["limits_total_cents"]) == ("100000000", "300000000")


ORTIZ = Person("ortiz", "Dana", "Ortiz-Vega", former=("Marsh",), npi="1710448576", license_number="I.1234567")
OTHER = Person("other", "Dan", "Ortega", npi="1234567893")


@pytest.mark.parametrize(
    ("holder", "text", "least", "most"),
    [
        ("", "NPI 1710448576", 0.99, 1),
        ("", "license I 1234567 of somebody", 0.97, 1),
        ("Dana R Ortiz", "", 0.9, 0.95),
        ("DANA MARSH", "", 0.85, 0.91),
        ("Dana Ortiz-Vegs", "", 0.9, 0.95),
        ("D Ortiz", "", 0.5, 0.7),
    ],
)
def test_whose_it_is(holder, text, least, most):
    fields = [Field("holder_name", holder, 0.9, 1, Box(0, 0, 1, 1))] if holder else []
    best = match_person([page(text or "nothing")], fields, [OTHER, ORTIZ])[0]
    assert best.key == "ortiz" and least <= best.confidence <= most and best.because


def test_namesakes_make_each_other_unsure():
    twin = Person("twin", "Dana", "Ortiz-Vega")
    fields = [Field("holder_name", "Dana Ortiz-Vega", 0.9, 1, Box(0, 0, 1, 1))]
    assert match_person([page("x")], fields, [ORTIZ, twin])[0].confidence < 0.6
    assert match_person([page("Somebody Else entirely")], [], [ORTIZ]) == []


def test_a_stack_is_cut_where_another_document_begins():
    pages = [
        page(
            "Drug Enforcement Administration", "Controlled Substance Registration Certificate", "Registrant", number=1
        ),
        page("Professional Liability Declarations", "Policy Number 12345", "Named Insured", "page 1 of 2", number=2),
        page("Exclusions of this policy", "page 2 of 2", number=3),
        page("Curriculum Vitae", "Education", "Work experience", number=4),
    ]
    assert [(part.first, part.last, part.kind) for part in propose_parts(pages)] == [
        (1, 1, "dea"),
        (2, 3, "malpractice_face"),
        (4, 4, "cv"),
    ]
    assert len(propose_parts(pages[1:3])) == 1


def saved(build, **options) -> bytes:
    """A PDF made by `build`."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        build(made)
        made.save(out, **options)
    return out.getvalue()


def pages_in(count):
    """Adds blank pages."""

    def build(made):
        for _ in range(count):
            made.add_blank_page(page_size=(612, 792))

    return build


def looked_at(content, media_type):
    """A file as the job takes it: first as a whole, then its pages."""
    outline(content, media_type)
    yield from read_pages(content, media_type)


def test_files_that_cannot_be_read_are_told_apart():
    whole = saved(pages_in(1))
    locked = saved(pages_in(1), encryption=pikepdf.Encryption(user="x", owner="x"))
    for content, media_type, trouble in (
        (locked, PDF, "password"),
        (whole[:150], PDF, "damaged"),
        (saved(pages_in(0)), PDF, "no_pages"),
        (b"\xff\xd8\xff\xe0 nothing", "image/jpeg", "damaged"),
        (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "damaged"),
        (b"x", "image/heic", "type"),
    ):
        with pytest.raises(Unreadable) as caught:
            list(looked_at(content, media_type))
        assert caught.value.trouble == trouble
    assert outline(saved(pages_in(70)), PDF).read == 60 and "70 pages" in outline(saved(pages_in(70)), PDF).notes[0]


def test_a_huge_page_stops_nothing_but_itself():
    def build(made):
        pages_in(2)(made)
        made.pages[0].MediaBox = pikepdf.Array([0, 0, 20_000, 14_000])

    content = saved(build)
    with open_pdf(content) as opened, pytest.raises(UnreadablePdf) as caught:
        opened.size(0)
    assert caught.value.defect == "huge_page"
    assert [read.page.engine for read in read_pages(content, PDF)] == ["none", "none"]


def test_scripts_in_a_pdf_are_named_and_pages_can_be_taken_out():
    def build(made):
        pages_in(3)(made)
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    content = saved(build)
    assert hidden_content(content) == ["scripts"]
    assert "scripts" in outline(content, PDF).notes[0]
    first, rest = take_pages(content, [(1, 1), (2, 3)])
    with open_pdf(first) as one, open_pdf(rest) as two:
        assert (one.page_count, two.page_count) == (1, 2)
    assert hidden_content(first) == []
    with pytest.raises(UnreadablePdf):
        take_pages(content, [(3, 4)])


def office(**parts: bytes) -> bytes:
    """An archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def test_macros_bombs_passwords_and_two_in_one_are_named():
    picture = io.BytesIO()
    Image.new("L", (20, 20), 255).save(picture, "PNG")
    for content, media_type, words in (
        (office(word__document="x", **{"word__vbaProject.bin": b"x"}), DOCX, "macros"),
        (office(word__document=b"0" * 30_000_000), DOCX, "unpacks to far more"),
        (saved(pages_in(1), encryption=pikepdf.Encryption(user="x", owner="x")), PDF, "password"),
        (picture.getvalue() + b"%PDF-1.4 hidden", "image/png", "PDF is hidden"),
        (picture.getvalue() + office(a=b"x"), "image/png", "archive is hidden"),
    ):
        assert words in (why_unsafe(io.BytesIO(content), media_type) or ""), words
    for content, media_type in (
        (office(word__document=b"x"), DOCX),
        (saved(pages_in(1)), PDF),
        (picture.getvalue(), "image/png"),
    ):
        assert why_unsafe(io.BytesIO(content), media_type) is None


def test_a_word_document_is_read_by_its_paragraphs():
    text = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
    lines = "".join(
        f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"
        for line in ("Curriculum Vitae", "Dana Ortiz", "Work experience", "Education")
    )
    content = office(**{"word__document.xml": text.format(lines).encode()})
    (read,) = read_pages(content, DOCX)
    assert read.picture_png is None and classify([read.page])[0].kind == "cv"
