"""The national provider registry (NPPES): NPI check digits and a client of its public API, version 2.1.

The registry proves that an NPI exists and who holds it. It proves no license, no exclusion and no enrollment.
"""

from integrations.npi import npi_check_digit, npi_is_valid
from integrations.nppes.client import NppesClient, RegistryDown, RegistryRefused
from integrations.nppes.records import Address, NppesRecord, OtherName, Taxonomy, read_record

__all__ = [
    "Address",
    "NppesClient",
    "NppesRecord",
    "OtherName",
    "RegistryDown",
    "RegistryRefused",
    "Taxonomy",
    "npi_check_digit",
    "npi_is_valid",
    "read_record",
]
