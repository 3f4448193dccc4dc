"""The six clinics: what their contracts say, who runs them, and where each stands on the day of the load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.npi import npi_check_digit
from onboarding.demo.people import Person
from tenants.access.roles import Role


@dataclass(frozen=True, slots=True)
class DemoClinic:
    """A clinic of the demo. `signed_bd` business days before today its contract was signed; `standing` says its state in words."""

    key: str
    name: str
    domain: str
    standing: str
    signed_bd: int
    npi: str
    tin: str
    manager: str
    admin: Person
    address: str
    ehr: str
    variant: str = "standard_3w"
    traits: Mapping[str, bool] = field(default_factory=dict)


def demo_npi(number: int) -> str:
    """An invented NPI with a right check digit; the same number gives the same NPI."""
    nine = f"{190_600_000 + number}"
    return nine + npi_check_digit(nine)


def _admin(name: str, domain: str) -> Person:
    first = name.split()[0].lower()
    return Person(f"admin@{domain}", name, f"{first}@{domain}", Role.CLINIC_ADMIN)


# The longest stories first: two are told at a time.
CLINICS = (
    DemoClinic(
        key="live",
        name="Lakeshore Family Counseling",
        domain="lakeshore.test",
        standing="live, with a long tail",
        signed_bd=85,
        npi=demo_npi(905),
        tin="34-8804126",
        manager="morgan",
        admin=_admin("Joanne Petrakis", "lakeshore.test"),
        address="615 Harbor St, Sandusky, OH 44870",
        ehr="TherapyNotes",
        traits={"has_prior_vendor": True, "has_medicare": True, "delegated": True},
    ),
    DemoClinic(
        key="late",
        name="Miami Valley Recovery",
        domain="miamivalley.test",
        standing="late",
        signed_bd=28,
        npi=demo_npi(901),
        tin="31-4418203",
        manager="morgan",
        admin=_admin("Curtis Bell", "miamivalley.test"),
        address="410 Wayne Ave, Dayton, OH 45410",
        ehr="NorthCoast EHR",
        traits={"has_sud": True, "has_prior_vendor": True, "edi_change": True, "has_medicare": True},
    ),
    DemoClinic(
        key="tie_out",
        name="Hocking Hills Behavioral Health",
        domain="hockinghills.test",
        standing="AR in tie-out",
        signed_bd=12,
        npi=demo_npi(902),
        tin="31-7720415",
        manager="morgan",
        admin=_admin("Marisol Vega", "hockinghills.test"),
        address="88 Main St, Logan, OH 43138",
        ehr="TherapyNotes",
        traits={"has_prior_vendor": True, "has_medicare": True},
    ),
    DemoClinic(
        key="ready",
        name="Scioto Valley Psychiatry",
        domain="sciotovalley.test",
        standing="ready to bill",
        signed_bd=14,
        npi=demo_npi(904),
        tin="31-5561902",
        manager="morgan",
        admin=_admin("Henry Adeyemi", "sciotovalley.test"),
        address="1200 Olentangy River Rd, Columbus, OH 43212",
        ehr="AdvancedMD",
        traits={"has_medicare": True},
    ),
    DemoClinic(
        key="waiting",
        name="Cuyahoga Family Therapy",
        domain="cuyahogafamily.test",
        standing="waiting on the clinic",
        signed_bd=9,
        npi=demo_npi(903),
        tin="34-2290417",
        manager="priya",
        admin=_admin("Bernadette Kowalski", "cuyahogafamily.test"),
        address="2750 Prospect Ave, Cleveland, OH 44115",
        ehr="SimplePractice",
        traits={"has_medicare": True},
    ),
    DemoClinic(
        key="kickoff",
        name="Maple Street Counseling",
        domain="maplestreet.test",
        standing="kickoff",
        signed_bd=4,
        npi=demo_npi(906),
        tin="31-9037741",
        manager="priya",
        admin=_admin("Keiko Tanaka", "maplestreet.test"),
        address="31 Maple St, Yellow Springs, OH 45387",
        ehr="SimplePractice",
        traits={"has_medicare": False},
    ),
)
