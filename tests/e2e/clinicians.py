"""Eight invented clinicians of five license types, and their clinic. The local registry and sources know them; nobody exists."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from infra import clock

TODAY = clock.today()
CLINIC = "Bellflower Counseling LLC"
CLINIC_TIN = "31-4829016"
STREET, SUITE, CITY, ZIP = "410 Bellflower Ave", "Suite 210", "Dayton", "45402"
RIGHT_ADDRESS = f"{STREET}, {SUITE}, {CITY}, OH {ZIP}"
WRONG_ADDRESS = f"{STREET}, Suite 120, {CITY}, OH {ZIP}"


@dataclass(frozen=True)
class Clinician:
    """One invented person."""

    first: str
    last: str
    npi: str
    credential: str
    license_type: str
    licensed_as: str
    board: str
    license_number: str
    degree: str
    school: str
    born: date
    caqh: str
    former: str = ""
    dea: str = ""
    certified_by: str = ""
    troubles: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """An address that no mail leaves for."""
        return f"{self.first}.{self.last}@bellflower.test".lower()

    @property
    def license_ends(self) -> date:
        """The last day of the license."""
        return TODAY - timedelta(days=41) if "expired license" in self.troubles else TODAY + timedelta(days=480)


CSWMFT = "Counselor, Social Worker and Marriage and Family Therapist Board"
LISW, LPCC = "Licensed Independent Social Worker", "Licensed Professional Clinical Counselor"
EIGHT: tuple[Clinician, ...] = (
    Clinician("Marisol", "Vega", "1906000710", "LISW-S", "LISW", LISW, CSWMFT, "I.1902231", "Master of Social Work", "Wright Valley University", date(1985, 2, 11), "16220711"),
    Clinician("Theodore", "Ames", "1906000728", "LPCC-S", "LPCC", LPCC, CSWMFT, "E.1800417", "Master of Arts in Counseling", "Great Miami College", date(1979, 10, 3), "16220728", troubles=frozenset({"expired license"})),
    Clinician("Nora", "Whitcombe", "1906000736", "IMFT", "LIMFT", "Independent Marriage and Family Therapist", CSWMFT, "F.2200195", "Master of Science in Family Therapy", "Wright Valley University", date(1983, 6, 17), "16220736", former="Salazar-Brandt", troubles=frozenset({"excluded"})),
    Clinician("Joel", "Park", "1906000744", "PsyD", "PSYCHOLOGIST", "Psychologist", "Ohio Board of Psychology", "P.07715", "Doctor of Psychology", "Summit School of Psychology", date(1988, 12, 29), "16220744", troubles=frozenset({"moved"})),
    Clinician("Anita", "Deshmukh", "1906000751", "PMHNP-BC", "PMHNP", "Certified Nurse Practitioner", "Ohio Board of Nursing", "APRN.CNP.0021733", "Master of Science in Nursing", "Great Miami College", date(1990, 4, 21), "16220751", dea="MD4731205", certified_by="American Nurses Credentialing Center"),
    Clinician("Caleb", "Stroud", "1906000769", "LISW", "LISW", LISW, CSWMFT, "I.2100888", "Master of Social Work", "Wright Valley University", date(1991, 8, 8), "16220769"),
    Clinician("Ruth", "Okonjo", "1906000777", "LPCC", "LPCC", LPCC, CSWMFT, "E.2003914", "Master of Arts in Counseling", "Great Miami College", date(1987, 1, 30), "16220777"),
    Clinician("Hannah", "Lindell", "1906000785", "LISW-S", "LISW", LISW, CSWMFT, "I.1700562", "Master of Social Work", "Wright Valley University", date(1976, 5, 14), "16220785"),
)  # fmt: skip
