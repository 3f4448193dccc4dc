"""Rows out of the tables people really send: CSV, TSV, semicolon, UTF-16, Latin-1 and XLSX.

`sniff` looks at the first bytes and says how a file is written, `read_records` streams its records with their
line number and original text, `parse_cents` and `parse_date` read the money and dates found in them, and
`normalize` makes header names comparable. The aging and roster readers stand on this package.
"""

from integrations.tabular.dates import parse_date
from integrations.tabular.headers import find_header, normalize
from integrations.tabular.money import MAX_CENTS, parse_cents
from integrations.tabular.reading import ByteStream, Record, read_head, read_records
from integrations.tabular.sniffing import Dialect, sniff
from integrations.tabular.workbook import UnreadableFile

__all__ = [
    "MAX_CENTS",
    "ByteStream",
    "Dialect",
    "Record",
    "UnreadableFile",
    "find_header",
    "normalize",
    "parse_cents",
    "parse_date",
    "read_head",
    "read_records",
    "sniff",
]
