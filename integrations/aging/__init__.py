"""Claim-level accounts-receivable aging files, as practice-management systems export them.

`open_report` sniffs a file, finds its header and as-of date, guesses what each column means and streams its
rows; `parse_row` turns one row into an `AgingRow` in integer cents or a `RowRejected` that says why.
Subtotals, grand totals, repeated headers and page footers are recognized and never counted as claims.
"""

from integrations.aging.mapping import FIELDS, ColumnMapping, guess_mapping, mapping_from
from integrations.aging.parsing import AgingRow, RowRejected, parse_row, stated_total_cents
from integrations.aging.reading import RawRow, Report, RowKind, open_report, read_rows, sniff
from integrations.tabular import Dialect, UnreadableFile

__all__ = [
    "FIELDS",
    "AgingRow",
    "ColumnMapping",
    "Dialect",
    "RawRow",
    "Report",
    "RowKind",
    "RowRejected",
    "UnreadableFile",
    "guess_mapping",
    "mapping_from",
    "open_report",
    "parse_row",
    "read_rows",
    "sniff",
    "stated_total_cents",
]
