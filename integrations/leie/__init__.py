"""The List of Excluded Individuals and Entities of the HHS Office of Inspector General, as published each month.

One CSV file in the encoding of Windows, replaced as a whole. An NPI of 0000000000 and a date of 00000000 mean that there is none;
a row is a person (names) or a business (BUSNAME). Being on the list is decided by more than a row: a reinstatement date ends the
exclusion, a waiver lifts it in one state.
"""

from integrations.leie.rows import EXCLUSION_BASES, LEIE, LeieRow, read_exclusions, read_row

__all__ = ["EXCLUSION_BASES", "LEIE", "LeieRow", "read_exclusions", "read_row"]
