"""The papers of eight invented clinicians of five license types: roster, CAQH extract, and one document for each requirement.

`python -m tests.e2e.papers FOLDER` writes all of them, for trying the product by hand; the registry and the sources of the embedded run
know these people. Nobody in them exists.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import typst
from PIL import Image, ImageFont

from integrations.pdf.reading import open_pdf
from tests.e2e.clinicians import CITY, CLINIC, CLINIC_TIN, EIGHT, STREET, SUITE, TODAY, ZIP, Clinician

_SHEET = """
#let d = json(bytes(sys.inputs.data))
#set page(width: 8.5in, height: if d.small { 5.2in } else { 11in }, margin: (x: 1in, y: 0.8in))
#set text(font: if d.plain { ("Aileron", "DejaVu Sans Mono") } else { "New Computer Modern" }, size: 12pt)
#align(if d.centered { center } else { left })[
  #text(size: 1.5em, weight: "bold", d.head)
  #for line in d.under { linebreak(); line }
]
#v(14pt)
#for line in d.body [#align(if d.centered { center } else { left }, if line.starts-with("*") { text(size: 1.5em, weight: "bold", line.slice(1)) } else { line }) #v(6pt)]
#v(8pt)
#grid(columns: (2.5in, 1fr), row-gutter: 12pt, ..d.rows.map(((name, value)) => ([#name], [*#value*])).flatten())
#v(20pt)
#for line in d.foot [#line #parbreak()]
"""


@dataclass(frozen=True)
class Paper:
    """A file as the clinic has it. `kind` is what it is, `owner` whose (None: the clinic's), `says` what a reader must find in it."""

    filename: str
    kind: str
    owner: Clinician | None
    content: bytes

    @property
    def says(self) -> dict[str, str]:
        """Names of fields with their value, as the screen shows it."""
        who = self.owner
        if who is None:
            return {"signed_on": (TODAY - timedelta(days=20)).isoformat()}
        if self.kind == "state_license":
            return {"number": who.license_number, "state": "OH"}
        if self.kind == "malpractice_face":
            return {"number": f"HPL-{who.caqh}", "expires_on": (TODAY + timedelta(days=275)).isoformat()}
        if self.kind == "photo_id":
            return {"expires_on": (TODAY + timedelta(days=900)).isoformat()}
        return {}


@cache
def _fonts() -> str:
    folder = Path(tempfile.mkdtemp(prefix="onpanel-papers-"))
    (folder / "sans.ttf").write_bytes(ImageFont.load_default(12).font_bytes)
    return str(folder)


def _sheet(
    head: str,
    under: Sequence[str] = (),
    body: Sequence[str] = (),
    rows: Sequence[tuple[str, str]] = (),
    foot: Sequence[str] = (),
    *,
    plain: bool = False,
    centered: bool = False,
    small: bool = False,
) -> bytes:
    data = json.dumps(
        {"head": head, "under": under, "body": body, "rows": rows, "foot": foot}
        | {"plain": plain, "centered": centered, "small": small}
    )
    return typst.compile(_SHEET.encode(), sys_inputs={"data": data}, font_paths=[_fonts()], ignore_system_fonts=True)


def _picture(pdf: bytes) -> Image.Image:
    with open_pdf(pdf) as opened:
        return opened.picture(0, dots_per_inch=180, most_pixels=20_000_000)


def _scan(pdf: bytes, *, turned: int = 0) -> bytes:
    """A gray scan as PNG, laid on the glass sideways or upside down."""
    out = io.BytesIO()
    _picture(pdf).convert("L").rotate(turned, expand=True).save(out, "PNG")
    return out.getvalue()


def _photo(pdf: bytes) -> bytes:
    """A photo of the page on a desk, held a little crooked."""
    page = _picture(pdf).convert("RGB")
    desk = Image.new("RGB", (int(page.width * 1.15), int(page.height * 1.12)), (112, 90, 68))
    desk.paste(page, (int(page.width * 0.07), int(page.height * 0.05)))
    out = io.BytesIO()
    desk.rotate(2.4, Image.Resampling.BICUBIC, fillcolor=(104, 84, 62)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def license_paper(who: Clinician, ends: date | None = None) -> bytes:
    """The license as the board prints it."""
    return _sheet(
        "State of Ohio",
        (who.board,),
        ("This is to certify that", f"*{who.name}", f"is licensed as a {who.licensed_as} in the State of Ohio"),
        (("License number", who.license_number), ("Date issued", _long(date(2019, 3, 4))), ("Expiration date", _long(ends or who.license_ends))),
        ("Verify this license at elicense.ohio.gov.",),
        centered=True,
    )  # fmt: skip


def _policy(who: Clinician) -> bytes:
    begins, ends = TODAY - timedelta(days=90), TODAY + timedelta(days=275)
    rows = (
        ("Named insured", who.name),
        ("Policy number", f"HPL-{who.caqh}"),
        ("Policy period", f"{_us(begins)} to {_us(ends)}"),
        ("Each claim", "$1,000,000"),
        ("Annual aggregate", "$3,000,000"),
    )
    head = ("Heartland Professional Insurance Company", ("Professional Liability Insurance", "Declarations"))
    return _sheet(*head, ("This policy is written on an occurrence basis.",), rows, plain=True)


def _cv(who: Clinician) -> bytes:
    return _sheet(
        "Curriculum Vitae",
        (f"{who.name}, {who.credential}", f"NPI {who.npi}"),
        ("*Work experience", f"March 2019 to present: {who.licensed_as}, {CLINIC}, Dayton, Ohio", "June 2015 to March 2019: Clinician, Riverbend Center, Dayton, Ohio", "*Education", f"{who.degree}, {who.school}, May 2015", "*Licensure", f"{who.licensed_as}, Ohio"),
        plain=True,
    )  # fmt: skip


def _diploma(who: Clinician) -> bytes:
    return _sheet(
        who.school,
        ("The Board of Trustees, upon recommendation of the Faculty, has conferred upon",),
        (f"*{who.name}", "the degree of", f"*{who.degree}", "with all the rights and privileges thereto.", "Given on May 9, 2015"),
        foot=("President of the University", "Secretary of the Board of Trustees"),
        centered=True,
    )  # fmt: skip


def _identity_card(who: Clinician) -> bytes:
    ends = TODAY + timedelta(days=900)
    rows = (
        ("License no", f"TL{who.caqh[2:]}"),
        ("Name", f"{who.name}"),
        ("DOB", _us(who.born)),
        ("Iss", _us(ends - timedelta(days=1461))),
        ("Exp", _us(ends)),
        ("Sex / Hgt / Eyes", "X / 5-07 / BRO"),
    )
    return _sheet("OHIO DRIVER LICENSE", ("Ohio Bureau of Motor Vehicles",), (), rows, plain=True, small=True)


def _loss_run(who: Clinician) -> bytes:
    rows = (
        ("Insured", who.name),
        ("Policy number", f"HPL-{who.caqh}"),
        ("Valuation date", _us(TODAY - timedelta(days=12))),
        ("Open claims", "0"),
        ("Closed claims", "0"),
    )
    head = ("Claims History (Loss Run)", ("Heartland Professional Insurance Company",))
    return _sheet(*head, ("No claims were reported in the last five years.",), rows, plain=True)


def _dea(who: Clinician) -> bytes:
    rows = (
        ("DEA registration number", who.dea),
        ("Registrant", who.name.upper()),
        ("Schedules", "2, 2N, 3, 3N, 4, 5"),
        ("Business activity", "MLP-Nurse Practitioner"),
        ("Issue date", _us(TODAY - timedelta(days=200))),
        ("Expiration date", _us(TODAY + timedelta(days=890))),
        ("Registered address", f"{STREET}, {CITY}, OH {ZIP}"),
    )
    head = ("Controlled Substance Registration Certificate", ("United States Department of Justice", "Drug Enforcement Administration"))  # fmt: skip
    return _sheet(*head, (), rows, plain=True)


def _certificate(who: Clinician) -> bytes:
    rows = (
        ("Certification number", f"20{who.caqh[2:]}"),
        ("Certified since", _long(TODAY - timedelta(days=700))),
        ("Certification expires", _long(TODAY + timedelta(days=1125))),
    )
    body = ("certifies that", f"*{who.name}", "is board certified as", "Psychiatric-Mental Health Nurse Practitioner")
    return _sheet(who.certified_by, (), body, rows, centered=True)


def _arrangement(who: Clinician) -> bytes:
    begins, ends = TODAY - timedelta(days=60), TODAY + timedelta(days=600)
    body = (
        f"This standard care arrangement is entered into on {_long(begins)} between {who.name}, APRN-CNP, and Walter Emmett, MD, "
        "the collaborating physician, under Ohio Revised Code 4723.431.",
        "The parties agree on consultation, referral and prescriptive authority.",
        f"This arrangement expires on {_long(ends)}.",
    )
    return _sheet("Standard Care Arrangement", (CLINIC,), body)


def w9(signed_on: date | None = None) -> bytes:
    """The clinic's W-9."""
    body = ("Department of the Treasury, Internal Revenue Service",)
    rows = (
        ("1 Name of entity/individual", CLINIC),
        ("3a Federal tax classification", "Limited liability company"),
        ("5 Address", f"{STREET}, {SUITE}"),
        ("6 City, state, and ZIP code", f"{CITY}, OH {ZIP}"),
        ("Employer identification number", CLINIC_TIN),
    )
    foot = (
        "Under penalties of perjury, I certify that I am not subject to backup withholding and that I am a U.S. person.",
        f"Signature of U.S. person: Dana Whitlock        Date: {_us(signed_on or TODAY - timedelta(days=20))}",
    )
    title = "Form W-9 Request for Taxpayer Identification Number and Certification"
    return _sheet(title, (), body, rows, foot, plain=True)


def papers_of(who: Clinician) -> list[Paper]:
    """What a clinician's folder holds; some of it scanned sideways or upside down, some photographed."""
    stem = who.last.lower()
    place = [each.npi for each in EIGHT].index(who.npi)
    card = _identity_card(who)
    loose = [
        ("state_license", "license", _scan(license_paper(who), turned=180) if place % 4 == 2 else license_paper(who)),
        ("malpractice_face", "coi", _policy(who)),
        ("cv", "cv", _cv(who)),
        ("diploma", "diploma", _scan(_diploma(who), turned=90) if place % 4 == 0 else _diploma(who)),
        ("photo_id", "id", _photo(card) if place % 4 == 3 else card),
        ("claims_history", "lossrun", _loss_run(who)),
    ]
    if who.dea:
        loose += [("dea", "dea", _dea(who)), ("board_cert", "board", _certificate(who)), ("collab_agreement", "sca", _arrangement(who))]  # fmt: skip
    return [Paper(f"{stem}-{name}.{_ending(content)}", kind, who, content) for kind, name, content in loose]


def _ending(content: bytes) -> str:
    return "png" if content.startswith(b"\x89PNG") else "jpg" if content.startswith(b"\xff\xd8") else "pdf"


def roster(people: Sequence[Clinician]) -> bytes:
    """The roster as a clinic keeps it, with headers of its own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow("Clinician,Cred,NPI #,DOB,Maiden Name,Lic No,Lic State,Lic Exp,CAQH,Work Email,Hired".split(","))
    for who in people:
        person = (f"{who.last}, {who.first}", who.credential, who.npi, _us(who.born), who.former)
        writer.writerow((*person, who.license_number, "OH", _us(who.license_ends), who.caqh, who.email, "2019-03-04"))
    return out.getvalue().encode()


def caqh_extract(people: Sequence[Clinician], *, attested_on: date | None = None) -> bytes:
    """A ProView extract of these people."""
    day = attested_on or TODAY - timedelta(days=9)
    return json.dumps(
        {
            "extract_version": "5",
            "extract_timestamp": f"{TODAY}T04:10:00",
            "organization_id": "414",
            "providers": [_profile(who, day) for who in people],
        }
    ).encode()


def _profile(who: Clinician, attested_on: date) -> dict[str, object]:
    return {
        "caqh_provider_id": int(who.caqh),
        "attest_id": f"77{who.caqh[2:]}",
        "attestation_date": f"{attested_on}T09:12:00",
        "npi_type_1": who.npi,
        "first_name": who.first.upper(),
        "last_name": who.last.upper(),
        "other_name": [{"last_name": who.former.upper()}] if who.former else [],
        "birth_date": who.born.isoformat(),
        "primary_practice_state": "OH",
        "primary_email": who.email,
        "language": ["English"],
        "state_license": [
            {
                "license_number": who.license_number,
                "license_state": "OH",
                "issue_date": "2019-03-04",
                "expiration_date": who.license_ends.isoformat(),
                "currently_practice_in_state_flag": True,
            }
        ],
        "education": [
            {
                "institution_name": who.school,
                "degree": who.degree,
                "start_date": "2013-08-20",
                "end_date": "2015-05-09",
                "completion_flag": True,
                "graduate_type": "Masters",
                "professional_school_flag": True,
            }
        ],
        "practice_location": [
            {
                "displayed_practice_location": {
                    "practice_name": CLINIC,
                    "practice_address1": STREET,
                    "practice_address2": SUITE,
                    "practice_city": CITY,
                    "practice_state": "OH",
                    "practice_zip_code": ZIP,
                    "primary_practice_flag": True,
                    "currently_practicing_flag": True,
                    "start_date": "2019-03-04",
                    "tax": [{"tax_id": CLINIC_TIN.replace("-", ""), "tax_id_type": "EIN", "group_name": CLINIC}],
                }
            }
        ],
    }


def write_all(folder: Path, people: Sequence[Clinician] = EIGHT) -> dict[str, Paper]:
    """Write roster, extract and one pile of papers; returns the pile by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "roster.csv").write_bytes(roster(people))
    (folder / "proview.json").write_bytes(caqh_extract(people))
    pile = [paper for who in people for paper in papers_of(who)] + [Paper("w9.pdf", "w9", None, w9())]
    for paper in pile:
        (folder / paper.filename).write_bytes(paper.content)
    return {paper.filename: paper for paper in pile}


if __name__ == "__main__":
    made = write_all(Path(sys.argv[1]))
    sys.stdout.write(f"{len(made)} papers, a roster and a ProView extract are in {sys.argv[1]}.\n")
