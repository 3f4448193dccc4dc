"""Provider rosters as clinics keep them: any delimiter, any encoding, workbooks too, and headers of all kinds.

`open_roster` finds the header and guesses what each column means; `parse_row` turns one record into a `RosterRow`
or a `RowRejected` that lists every fault at once.
"""

from integrations.roster.mapping import FIELDS, ColumnMapping, guess_mapping, mapping_from
from integrations.roster.parsing import RosterRow, RowRejected, parse_row, split_name
from integrations.roster.reading import Roster, open_roster
from integrations.tabular import Dialect, Record, UnreadableFile, sniff

__all__ = [
    "FIELDS",
    "ColumnMapping",
    "Dialect",
    "Record",
    "Roster",
    "RosterRow",
    "RowRejected",
    "UnreadableFile",
    "guess_mapping",
    "mapping_from",
    "open_roster",
    "parse_row",
    "sniff",
    "split_name",
]
