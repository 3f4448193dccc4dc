"""About forty clinicians of the usual license types, and how their files are opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.providers.models import Provider
from credentialing.providers.services import NewProvider, change_provider, create_provider
from credentialing.requirements.catalog import load_catalog
from infra.db import current_tenant, db
from onboarding.demo.clinics import DemoClinic, demo_npi
from onboarding.demo.people import Person
from tenants.access.roles import Role


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """A clinician. `npi` None means an invented one, in the local registry under `number`; `signs_in` gives them a password."""

    number: int
    first: str
    last: str
    license_type: str
    credential: str
    signs_in: bool = False
    npi: str | None = None
    license_number: str | None = None

    @property
    def known_npi(self) -> str:
        """The NPI of the registry's sample, or the invented one."""
        return self.npi or demo_npi(self.number)

    @property
    def dea_number(self) -> str | None:
        """An invented DEA number with a right check digit, for those who prescribe."""
        if self.license_type not in {"PMHNP", "MD_DO_PSY"}:
            return None
        digits = f"{410_000 + self.number * 613:06d}"
        odd, even = sum(map(int, digits[0::2])), sum(map(int, digits[1::2]))
        return f"{'M' if self.license_type == 'PMHNP' else 'F'}{self.last[0]}{digits}{(odd + 2 * even) % 10}"

    @property
    def license(self) -> str:
        """The license number in the file."""
        return (
            self.license_number
            or f"{_BOARD.get(self.license_type, 'E')}.{self.number:04d}{self.number * 37 % 1000:03d}"
        )

    def person(self, clinic: DemoClinic) -> Person:
        """The clinician as somebody who signs in."""
        email = f"{self.first}.{self.last}@{clinic.domain}".lower().replace(" ", "").replace("'", "")
        return Person(email, f"{self.first} {self.last}", email, Role.PROVIDER, signs_in=self.signs_in)


_BOARD = {
    "LISW": "I",
    "LSW": "S",
    "LPCC": "E",
    "LIMFT": "F",
    "PSYCHOLOGIST": "P",
    "PMHNP": "APRN.CNP",
    "MD_DO_PSY": "35",
    "LICDC": "LICDC",
    "BCBA": "COBA",
    "LPC": "C",
}

P = DemoProvider
PROVIDERS: dict[str, tuple[DemoProvider, ...]] = {
    "late": (
        P(1, "Darnell", "Whitaker", "LICDC", "LICDC-CS", signs_in=True),
        P(2, "Rosa", "Delgado", "LISW", "LISW-S"),
        P(3, "Anh", "Pham", "PMHNP", "PMHNP-BC"),
        P(4, "Katherine", "Boyle", "LPCC", "LPCC-S"),
        P(5, "Samuel", "Osei", "LICDC", "LICDC"),
        P(6, "Jo", "Donini", "LICDC", "LICDC", npi="1811434434", license_number="LICDC.140527"),
        P(7, "Whitney", "Crane", "LSW", "LSW"),
        P(8, "Imran", "Qureshi", "MD_DO_PSY", "MD"),
    ),
    "tie_out": (
        P(11, "Grace", "Nakamura", "PSYCHOLOGIST", "PhD", signs_in=True),
        P(12, "Terrence", "Mullins", "LISW", "LISW-S"),
        P(13, "Olivia", "Sandoval", "LPCC", "LPCC"),
        P(14, "Josie", "Dean", "LSW", "LSW", npi="1124857354", license_number="S.2512701"),
        P(15, "Beth", "Lindqvist", "LIMFT", "IMFT-S"),
        P(16, "Malik", "Robertson", "LPCC", "LPCC-S"),
        P(17, "Carol", "Eubanks", "PMHNP", "PMHNP-BC"),
        P(18, "Nadia", "Haddad", "LISW", "LISW"),
    ),
    "waiting": (
        P(21, "Julia", "Novak", "LPCC", "LPCC-S", signs_in=True),
        P(22, "Andre", "Baptiste", "LISW", "LISW"),
        P(23, "Mei", "Chen", "LIMFT", "IMFT"),
        P(24, "Patrick", "Dolan", "LPC", "LPC"),
        P(25, "Josephine", "Dickinson", "PSYCHOLOGIST", "PhD", npi="1477838704", license_number="P.20042312"),
        P(26, "Yolanda", "Pruitt", "LSW", "LSW"),
    ),
    "ready": (
        P(31, "Vikram", "Iyer", "MD_DO_PSY", "MD", signs_in=True),
        P(32, "Hannah", "Goldberg", "LSW", "LSW"),
        P(33, "Luis", "Figueroa", "PSYCHOLOGIST", "PsyD"),
        P(35, "Claire", "Bouchard", "LPCC", "LPCC-S"),
    ),
    "live": (
        P(41, "Ana", "Ruiz", "LISW", "LISW-S", signs_in=True),
        P(42, "Peter", "Lindgren", "PSYCHOLOGIST", "PhD"),
        P(43, "Simone", "Achebe", "LPCC", "LPCC-S"),
        P(44, "Doug", "Vance", "LSW", "LSW"),
        P(45, "Leila", "Farahani", "LPC", "LPC"),
        P(46, "Marcus", "Tolliver", "LICDC", "LICDC-CS"),
        P(47, "Emily", "Strand", "BCBA", "BCBA"),
    ),
    "kickoff": (
        P(51, "Naomi", "Fischer", "LPCC", "LPCC", signs_in=True),
        P(52, "Jamal", "Greene", "LISW", "LISW"),
        P(53, "Shreya", "Menon", "PSYCHOLOGIST", "PsyD"),
        P(54, "Walter", "Hobbs", "LIMFT", "IMFT"),
    ),
}


def open_files(clinic: DemoClinic, providers: tuple[DemoProvider, ...], today: date) -> None:
    """Open the files of these clinicians, as a specialist types them from the clinic's list."""
    types = load_catalog().license_types
    for each in providers:
        create_provider(
            NewProvider(
                npi=each.known_npi,
                first_name=each.first,
                last_name=each.last,
                credential=each.credential,
                license_type=each.license_type,
                license_number=each.license,
                license_state="OH",
                license_expires_on=today + timedelta(days=240 + each.number * 9),
                taxonomy=types[each.license_type].taxonomies[0],
                email=each.person(clinic).email,
                phone=f"({'937' if each.number < 10 else '614'}) 555-01{each.number:02d}",
                caqh_id=f"1{3_400_000 + each.number * 977}",
                caqh_attested_on=today - timedelta(days=20 + each.number),
                dea_number=each.dea_number,
                birth_date=date(1964 + each.number % 32, 1 + each.number % 12, 3 + each.number % 24),
            )
        )


def ids_by_npi() -> dict[str, UUID]:
    """The clinic's providers by NPI."""
    rows = db().execute(select(Provider.npi, Provider.id).where(Provider.tenant_id == current_tenant()))
    return {row[0]: row[1] for row in rows}


def change_phone(provider: DemoProvider, phone: str) -> None:
    """A clinician has moved: the file changes, the registry does not yet."""
    change_provider(ids_by_npi()[provider.known_npi], changes={"phone": phone})
