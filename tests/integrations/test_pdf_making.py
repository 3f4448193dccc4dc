"""PDFs out: typesetting, seals, filled forms read back by another library, joined files."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pikepdf
import pypdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from credentialing.packets.library import LIBRARY
from integrations.pdf.assembly import Part, assemble, first_pages, zipped
from integrations.pdf.forms import FormProblem, fill_form, read_form
from integrations.pdf.signing import CannotSeal, seal_holds, seal_key, seal_report, sealed
from integrations.pdf.typeset import TypesetError, typeset

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAGE = '#show: sheet.with(title: data.title)\n= #data.title\n#facts(data.pairs)\n#listing(("A", "B"), data.rows)\n'
DATA = {"title": "Letter #panic() *x*", "pairs": [["Name", "Łukasz"]], "rows": [["1", "$2"]]}
W9 = "topmostSubform[0].Page1[0]."
KEY = seal_key(b"k" * 32)


def text_of(pdf: bytes, page: int = 0) -> str:
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[page].extract_text()


def test_data_is_never_source_and_the_same_input_gives_the_same_bytes():
    pdf = typeset(PAGE, DATA, made_at=AT)
    assert "Letter #panic() *x*" in text_of(pdf) and "Łukasz" in text_of(pdf)
    assert pdf == typeset(PAGE, DATA, made_at=AT)
    root = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert "/StructTreeRoot" in root and root["/Lang"].startswith("en")


@pytest.mark.parametrize(
    "template", ['#import "@preview/cetz:0.3.1": canvas', '#read("/etc/hostname")', "#data.absent"]
)
def test_a_template_reaches_neither_network_nor_disk(template):
    with pytest.raises(TypesetError):
        typeset(template, DATA)


def test_a_seal_breaks_when_any_byte_changes():
    pdf = sealed(typeset(PAGE, DATA, made_at=AT), name="Ana Ruiz", reason="Attestation", key=KEY)
    report = seal_report(pdf, key=KEY)
    assert (report.holds, report.name, report.reason) == (True, "Ana Ruiz", "Attestation")
    for at in range(11, len(pdf), len(pdf) // 60):
        changed = bytearray(pdf)
        changed[at] ^= 1
        assert not seal_holds(bytes(changed), key=KEY), at
    assert "added" in seal_report(pdf + b"\n%more", key=KEY).changed
    assert "somebody else" in seal_report(pdf, key=seal_key(b"o" * 32)).changed
    assert "no seal" in seal_report(typeset(PAGE, DATA), key=KEY).changed
    with pytest.raises(CannotSeal):
        sealed(pdf, name="x", reason="y", key=KEY)


def test_the_key_of_a_secret_is_always_the_same():
    assert seal_key.__wrapped__(b"k" * 32) == KEY != seal_key(b"l" * 32)


def test_the_w9_is_filled_and_read_back():
    layout = read_form(LIBRARY["w9"].content)
    kinds = {field.name.removeprefix(W9): field.kind for field in layout.fields}
    assert len(kinds) == 22 and kinds["FederalClassification[0].c1_1[5]"] == "checkbox"
    filled = fill_form(
        LIBRARY["w9"].content,
        {
            f"{W9}f1_1[0]": "Harbor Counseling, LLC",
            f"{W9}FederalClassification[0].c1_1[5]": True,
            f"{W9}FederalClassification[0].c1_1[0]": True,
            f"{W9}FederalClassification[0].f1_3[0]": "PS",
            f"{W9}EmployerID[0].f1_14[0]": "34",
            f"{W9}EmployerID[0].f1_15[0]": "1234567",
            "absent": "x",
        },
    )
    assert filled.unknown == ("absent",) and filled.too_long == (f"{W9}FederalClassification[0].f1_3[0]",)
    reader = pypdf.PdfReader(io.BytesIO(filled.pdf))
    values = {name.removeprefix(W9): field.get("/V") for name, field in reader.get_fields().items()}
    assert values["f1_1[0]"] == "Harbor Counseling, LLC"
    assert values["FederalClassification[0].c1_1[5]"] == "/6" and values["FederalClassification[0].c1_1[0]"] == "/1"
    assert values["FederalClassification[0].f1_3[0]"] == "P" and values["EmployerID[0].f1_15[0]"] == "1234567"
    form = reader.trailer["/Root"]["/AcroForm"]
    assert "/XFA" not in form and "/Perms" not in reader.trailer["/Root"]
    comb = next(n for n in (a.get_object() for a in reader.pages[0]["/Annots"]) if n.get("/T") == "f1_15[0]")
    drawn = comb["/AP"]["/N"].get_object().get_data()
    assert drawn.count(b" Tj") == 7 and b"(1) Tj" in drawn


def made_form(**changes) -> bytes:
    """A form with a text, a radio group, a choice and a box without drawings of its own."""
    pdf = pikepdf.Pdf.new()
    page = pdf.add_blank_page(page_size=(400, 400))
    state = {key: pdf.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]) for key in "ab"}
    radio = pdf.make_indirect(Dictionary(FT=Name.Btn, Ff=1 << 15, T=String("Gender"), Kids=Array()))
    widget = {"Type": Name.Annot, "Subtype": Name.Widget}
    kids = [
        pdf.make_indirect(
            Dictionary(
                **widget, Parent=radio, Rect=[x, 9, x + 9, 18], AP=Dictionary(N=Dictionary({f"/{key}": state[key]}))
            )
        )
        for key, x in (("a", 9), ("b", 30))
    ]
    radio.Kids = Array(kids)
    others = [
        Dictionary(**widget, FT=Name.Tx, T=String("LastName"), Rect=[9, 300, 109, 318], DA=String("/Helv 0 Tf"), Q=2),
        Dictionary(**widget, FT=Name.Tx, T=String("Notes"), Ff=1 << 12, Rect=[9, 200, 109, 260]),
        Dictionary(
            **widget,
            FT=Name.Ch,
            T=String("State"),
            Ff=1 << 17,
            Opt=Array([Array([String("OH"), String("Ohio")]), Array([String("MI"), String("Michigan")])]),
            Rect=[9, 100, 109, 118],
        ),
        Dictionary(**widget, FT=Name.Btn, T=String("Agree"), Rect=[9, 60, 18, 69]),
    ]
    others = [pdf.make_indirect(each) for each in others]
    page.obj.Annots = Array([*kids, *others])
    pdf.Root.AcroForm = Dictionary(Fields=Array([radio, *others]))
    out = io.BytesIO()
    pdf.save(out, **changes)
    return out.getvalue()


def test_text_radio_choice_and_bare_boxes_are_filled_and_drawn():
    fields = {field.name: field for field in read_form(made_form()).fields}
    assert fields["Gender"].kind == "radio" and fields["Gender"].options == ("a", "b")
    assert fields["State"].options == ("OH", "MI") and fields["Notes"].is_multiline
    assert (fields["LastName"].boxes[0].x, fields["LastName"].boxes[0].y) == (9, 82)
    filled = fill_form(
        made_form(),
        {"LastName": "Ruiz (née Øst)", "Gender": "b", "State": "MI", "Agree": True, "Notes": "one two " * 30},
    )
    reader = pypdf.PdfReader(io.BytesIO(filled.pdf))
    values = {name: field.get("/V") for name, field in reader.get_fields().items()}
    assert values == {
        "LastName": "Ruiz (née Øst)",
        "Gender": "/b",
        "State": "MI",
        "Agree": "/Yes",
        "Notes": "one two " * 30,
    }
    notes = {str(n.get("/T")): n for n in (a.get_object() for a in reader.pages[0]["/Annots"])}
    assert notes["Agree"]["/AS"] == "/Yes" and b"Michigan" in notes["State"]["/AP"]["/N"].get_object().get_data()
    states = [n.get("/AS") for n in (a.get_object() for a in reader.pages[0]["/Annots"])][:2]
    assert states == ["/Off", "/b"]
    assert fill_form(made_form(), {"State": "TX", "Gender": "z"}).refused == ("State", "Gender")


def xfa_only() -> bytes:
    pdf = pikepdf.Pdf.new()
    pdf.add_blank_page()
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=pdf.make_stream(b"<xdp/>"))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (b"%PDF-1.4 nothing", "broken", "damaged"),
        (typeset(PAGE, DATA), "flat", "no fields"),
        (made_form(encryption=pikepdf.Encryption(user="secret", owner="other")), "encrypted", "password"),
        (xfa_only(), "xfa", "XFA"),
    ],
)
def test_what_cannot_be_filled_says_why(content, code, word):
    with pytest.raises(FormProblem, match=word) as found:
        read_form(content)
    assert found.value.code == code


def test_a_mixed_packet_is_joined_and_names_what_it_could_not_join():
    photo = io.BytesIO()
    Image.new("RGB", (60, 90), (200, 10, 10)).save(photo, "JPEG")
    filled = fill_form(LIBRARY["w9"].content, {f"{W9}f1_1[0]": "Harbor Counseling"}).pdf
    locked = made_form(encryption=pikepdf.Encryption(user="secret", owner="other"))
    parts = [
        Part("W-9", "fw9.pdf", first_pages(filled, 1), "application/pdf", "Forms"),
        Part("Photo ID", "IMG 1.jpeg", photo.getvalue(), "image/jpeg", "Documents"),
        Part("Locked", "locked.pdf", locked, "application/pdf", "Documents"),
        Part("CV", "cv.docx", b"PK", "application/msword", "Documents"),
    ]
    told = []

    def front(placed, total):
        rows = [[row.part.title, str(row.first_page or row.note)] for row in placed]
        return typeset(PAGE, {"title": "Index", "pairs": [["Pages", str(total)]], "rows": rows}, made_at=AT)

    made = assemble(
        parts, front, title="Packet", author="Harbor", stamp="Ana Ruiz", progress=lambda *at: told.append(at)
    )
    assert made.pages == 3 and [row.first_page for row in made.placed] == [2, 3, None, None]
    assert "password" in made.placed[2].note and told[-1] == (4, 4)
    reader = pypdf.PdfReader(io.BytesIO(made.pdf))
    assert len(reader.pages) == 3 and reader.get_fields() is None
    assert "Harbor Counseling" in reader.pages[1].extract_text() and "2 / 3" in reader.pages[1].extract_text()
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles == ["Cover and index", "Forms", "Documents"]
    assert filled == fill_form(LIBRARY["w9"].content, {f"{W9}f1_1[0]": "Harbor Counseling"}).pdf
    archive = zipfile.ZipFile(io.BytesIO(zipped(("packet.pdf", made.pdf), parts, {"title": "Packet"})))
    manifest = json.loads(archive.read("manifest.json"))
    names = [row["file"] for row in manifest["files"]]
    assert names == ["packet.pdf", "files/01-fw9.pdf", "files/02-IMG-1.jpeg", "files/03-locked.pdf", "files/04-cv.docx"]
    assert archive.read("files/03-locked.pdf") == locked
