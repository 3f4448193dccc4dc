"""Makes providers, a full-size LEIE and a SAM extract with planted truth, in the shape of the synthetic credentialing data.

What is planted, for so many providers each: the list has their NPI; their name and date of birth; a nickname and the date of birth;
one half of their hyphenated name; the name they had before; a namesake born on another day; an NPI reinstated since. All else on the
lists are strangers. Seeded, so every run makes the same.
"""

from __future__ import annotations

import csv
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from integrations.leie import LEIE
from integrations.sam import SAM

FIRST = (
    "JAMES MARY ROBERT PATRICIA JOHN JENNIFER MICHAEL LINDA DAVID ELIZABETH WILLIAM BARBARA RICHARD SUSAN JOSEPH JESSICA THOMAS"
    " SARAH CHARLES KAREN CHRISTOPHER LISA DANIEL NANCY MATTHEW BETTY ANTHONY MARGARET MARK SANDRA DONALD ASHLEY STEVEN KIMBERLY"
    " PAUL EMILY ANDREW DONNA JOSHUA MICHELLE KENNETH CAROL KEVIN AMANDA BRIAN DOROTHY GEORGE MELISSA EDWARD DEBORAH RONALD"
    " STEPHANIE TIMOTHY REBECCA JASON SHARON JEFFREY LAURA RYAN CYNTHIA JACOB KATHLEEN GARY AMY NICHOLAS ANGELA ERIC SHIRLEY"
    " JONATHAN ANNA STEPHEN BRENDA LARRY PAMELA JUSTIN EMMA SCOTT NICOLE BRANDON HELEN BENJAMIN SAMANTHA SAMUEL KATHERINE FRANK"
    " CHRISTINE GREGORY DEBRA RAYMOND RACHEL ALEXANDER CAROLYN PATRICK JANET JACK MARIA DENNIS OLIVIA JERRY HEATHER FATIMA WEI"
).split()
LAST = (
    "SMITH JOHNSON WILLIAMS BROWN JONES GARCIA MILLER DAVIS RODRIGUEZ MARTINEZ HERNANDEZ LOPEZ GONZALEZ WILSON ANDERSON THOMAS"
    " TAYLOR MOORE JACKSON MARTIN LEE PEREZ THOMPSON WHITE HARRIS SANCHEZ CLARK RAMIREZ LEWIS ROBINSON WALKER YOUNG ALLEN KING"
    " WRIGHT SCOTT TORRES NGUYEN HILL FLORES GREEN ADAMS NELSON BAKER HALL RIVERA CAMPBELL MITCHELL CARTER ROBERTS GOMEZ PHILLIPS"
    " EVANS TURNER DIAZ PARKER CRUZ EDWARDS COLLINS REYES STEWART MORRIS MORALES MURPHY COOK ROGERS GUTIERREZ ORTIZ MORGAN COOPER"
    " PETERSON BAILEY REED KELLY HOWARD RAMOS KIM COX WARD RICHARDSON WATSON BROOKS CHAVEZ WOOD BENNETT GRAY MENDOZA RUIZ HUGHES"
    " PRICE ALVAREZ CASTILLO SANDERS PATEL MYERS LONG ROSS FOSTER MUÑOZ PEÑA O'NEIL MCDONALD"
).split()
ENDINGS = (
    "",
    "S",
    "MAN",
    "EZ",
    "SON",
    "ER",
    "TON",
    "LEY",
    "FORD",
    "WORTH",
    "STEIN",
    "WELL",
    "BERG",
    "FIELD",
    "WOOD",
    "HAM",
)
BEGINNINGS = ("", "", "", "MC", "VAN", "ST", "BEL", "CAR", "DEL", "LA")
NICKNAME = {
    "KATHERINE": "KATE",
    "PATRICIA": "PAT",
    "ROBERT": "BOB",
    "WILLIAM": "BILL",
    "ELIZABETH": "BETTY",
    "MICHAEL": "MIKE",
    "MARGARET": "PEGGY",
    "RICHARD": "DICK",
    "JAMES": "JIM",
    "DEBORAH": "DEB",
}
STATES = "TX NY FL MN MA CO NJ WA OH CA".split()
PLANTED = ("npi", "birth", "nickname", "hyphen", "former", "namesake", "reinstated")


@dataclass(slots=True)
class Made:
    """A provider: `kind` says what was planted about them on the LEIE, `sam_kind` on SAM; empty: nothing."""

    npi: str
    first: str
    middle: str
    last: str
    born_on: date
    state: str
    former: tuple[str, ...] = ()
    kind: str = ""
    sam_kind: str = ""


@dataclass(slots=True)
class World:
    """The providers and the rows of both lists; `planted` are those of the LEIE that concern a provider."""

    providers: list[Made] = field(default_factory=list)
    leie: list[Sequence[str]] = field(default_factory=list)
    sam: list[Sequence[str]] = field(default_factory=list)
    planted: list[Sequence[str]] = field(default_factory=list)


def npi_of(number: int) -> str:
    """A ten-digit number that carries the check digit of an NPI (ISO 7812, prefix 80840)."""
    body = f"{100_000_000 + number}"
    total = 24
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def make(*, providers: int, leie: int, sam: int, planted: int = 60, seed: int = 20261124) -> World:
    """Make a world of that size; `planted` providers of each kind on each list."""
    rng = random.Random(seed)
    made = World()
    for number in range(providers):
        made.providers.append(
            Made(
                npi_of(number),
                rng.choice(FIRST),
                rng.choice("AJMRL") if rng.random() < 0.6 else "",
                _last(rng),
                date(1950, 1, 1) + timedelta(days=rng.randrange(17_000)),
                rng.choice(STATES),
            )
        )
    free = iter(rng.sample(range(providers), min(providers, planted * 2 * len(PLANTED))))
    for kind in PLANTED:
        for place in itertools.islice(free, planted):
            row = _planted(rng, made.providers[place], kind)
            made.leie.append(row)
            made.planted.append(row)
        for place in itertools.islice(free, planted):
            made.sam.append(_planted_on_sam(rng, made.providers[place], kind))
    made.leie += [_stranger(rng, providers + number) for number in range(leie - len(made.leie))]
    made.sam += [_stranger_on_sam(rng) for _ in range(sam - len(made.sam))]
    rng.shuffle(made.leie)
    rng.shuffle(made.sam)
    return made


def _last(rng: random.Random) -> str:
    return rng.choice(BEGINNINGS) + rng.choice(LAST) + rng.choice(ENDINGS)


def _leie(rng: random.Random, first: str, last: str, born_on: date | None, **more: str) -> Sequence[str]:
    values = dict.fromkeys(LEIE.columns, "") | {
        "LASTNAME": last,
        "FIRSTNAME": first,
        "MIDNAME": rng.choice(("", "A", "MARIE", "LYNN", "J")),
        "GENERAL": rng.choice(
            ("IND- LIC HC SERV PRO", "IND- NON LIC HC PROV", "NURSING PROFESSION", "PHYSICIAN (MD, DO)")
        ),
        "SPECIALTY": rng.choice(("SOCIAL WORKER", "COUNSELOR", "NURSE/NURSES AIDE", "DENTIST", "PHYSICIAN (MD, DO)")),
        "NPI": "0000000000",
        "DOB": born_on.strftime("%Y%m%d") if born_on else "",
        "ADDRESS": f"{rng.randrange(1, 9999)} MAIN STREET",
        "CITY": rng.choice(("AUSTIN", "BROOKLYN", "MIAMI", "SAINT PAUL", "BOSTON", "DENVER")),
        "STATE": rng.choice(STATES),
        "ZIP": f"{rng.randrange(10000, 99999)}",
        "EXCLTYPE": rng.choice(("1128a1", "1128a2", "1128a3", "1128b4", "1128b5")),
        "EXCLDATE": f"{rng.randrange(1985, 2026)}{rng.randrange(1, 13):02}20",
        "REINDATE": "00000000",
        "WAIVERDATE": "00000000",
    }
    return tuple((values | more)[column] for column in LEIE.columns)


def _planted(rng: random.Random, person: Made, kind: str) -> Sequence[str]:
    person.kind = kind
    if kind == "npi":
        return _leie(rng, person.first, person.last, person.born_on, NPI=person.npi)
    if kind == "reinstated":
        return _leie(
            rng, person.first, person.last, person.born_on, NPI=person.npi, EXCLDATE="20200115", REINDATE="20240301"
        )
    first, last = _as_listed(rng, person, kind)
    born_on = person.born_on + timedelta(days=3000) if kind == "namesake" else person.born_on
    return _leie(rng, first, last, born_on)


def _as_listed(rng: random.Random, person: Made, kind: str) -> tuple[str, str]:
    """First and last name as a list has them, for that kind of match; the provider's own names are changed to fit."""
    if kind == "nickname":
        person.first = rng.choice(sorted(NICKNAME))
        return NICKNAME[person.first], person.last
    if kind == "hyphen":
        other = _last(rng)
        half = rng.choice((person.last, other))
        person.last = f"{person.last}-{other}"
        return person.first, half
    if kind == "former":
        person.former = (_last(rng),)
        return person.first, person.former[0]
    return person.first, person.last


def _stranger(rng: random.Random, number: int) -> Sequence[str]:
    roll = rng.random()
    if roll < 0.045:
        name = f"{rng.choice(LAST)} {rng.choice(('PHARMACY INC', 'HOME CARE, LLC', 'MEDICAL EQUIPMENT CO'))}"
        return _leie(rng, "", "", None, BUSNAME=name, GENERAL="OTHER BUSINESS", MIDNAME="")
    last = f"{_last(rng)}-{_last(rng)}" if roll < 0.075 else f"DE LA {_last(rng)}" if roll < 0.08 else _last(rng)
    born_on = date(1930, 1, 1) + timedelta(days=rng.randrange(25_000)) if rng.random() < 0.97 else None
    return _leie(rng, rng.choice(FIRST), last, born_on, NPI=npi_of(number) if rng.random() < 0.11 else "0000000000")


def _sam(rng: random.Random, first: str, last: str, **more: str) -> Sequence[str]:
    values = dict.fromkeys(SAM.columns, "") | {
        "Classification": "Individual",
        "First": first,
        "Middle": rng.choice(("", "A", "MARIE", "J")),
        "Last": last,
        "City": "CITY",
        "State / Province": rng.choice(STATES),
        "Country": "USA",
        "Exclusion Program": "Reciprocal",
        "Excluding Agency": rng.choice(("HHS", "OPM", "DOJ", "ARMY")),
        "CT Code": "Z1",
        "Exclusion Type": "Prohibition/Restriction",
        "Active Date": f"{rng.randrange(1, 13):02}/20/{rng.randrange(1990, 2026)}",
        "Termination Date": "Indefinite",
        "Record Status": "Active",
        "SAM Number": f"S4MR{rng.randrange(10**7):07}",
    }
    return tuple((values | more)[column] for column in SAM.columns)


def _planted_on_sam(rng: random.Random, person: Made, kind: str) -> Sequence[str]:
    person.sam_kind = kind
    if kind == "npi":
        return _sam(rng, person.first, person.last, NPI=person.npi)
    if kind == "reinstated":
        return _sam(rng, person.first, person.last, NPI=person.npi, **{"Termination Date": "03/01/2024"})
    first, last = _as_listed(rng, person, kind)
    return _sam(rng, first, last)


def _stranger_on_sam(rng: random.Random) -> Sequence[str]:
    if rng.random() < 0.21:
        name = f"{rng.choice(LAST)}{rng.randrange(99999)} SYSTEMS, INC."
        return _sam(rng, "", "", Classification="Firm", Name=name, Middle="")
    return _sam(rng, rng.choice(FIRST), _last(rng) + rng.choice(ENDINGS))


def write_leie(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write the file as the OIG does: header without quotation marks, data with them, Windows' encoding and line ends."""
    with path.open("w", encoding="cp1252", newline="") as stream:
        stream.write(",".join(LEIE.columns) + "\r\n")
        csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)


def write_sam(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write the extract as sam.gov does."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(SAM.columns)
        writer.writerows(rows)
