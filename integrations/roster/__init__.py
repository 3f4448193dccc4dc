"""Provider rosters as clinics keep them: any delimiter, any encoding, workbooks too, and headers of all kinds.

`open_roster` finds the header and guesses what each column means; `parse_row` turns one record into a `RosterRow`
or a `RowRejected` that lists every fault at once.
"""

from integrations.roster.checking import ColumnCheck, check_columns
from integrations.roster.mapping import (
    FIELDS,
    ColumnMapping,
    guess_from_values,
    guess_mapping,
    mapping_from,
    with_memory,
)
from integrations.roster.parsing import RosterLicense, RosterPolicy, RosterRow, RowRejected, parse_row, split_name
from integrations.roster.reading import Roster, open_roster
from integrations.tabular import Dialect, Record, UnreadableFile, normalize, sniff

__all__ = [
    "FIELDS",
    "ColumnCheck",
    "ColumnMapping",
    "Dialect",
    "Record",
    "Roster",
    "RosterLicense",
    "RosterPolicy",
    "RosterRow",
    "RowRejected",
    "UnreadableFile",
    "check_columns",
    "guess_from_values",
    "guess_mapping",
    "mapping_from",
    "normalize",
    "open_roster",
    "parse_row",
    "sniff",
    "split_name",
    "with_memory",
]
