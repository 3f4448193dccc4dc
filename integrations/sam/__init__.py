"""Exclusions in the System for Award Management: the daily public extract, and the same facts from the API, version 2.

The extract is one CSV of 31 columns, usually in a ZIP. Most rows are people without any number, so only names can be matched; a row
counts while its record is active and its termination lies ahead. `as_extract` turns whatever was downloaded (CSV, ZIP or an answer
of the API) into the extract's CSV; `SamClient` walks the API's pages.
"""

from integrations.sam.api import SamClient, read_page
from integrations.sam.rows import SAM, SamRow, as_extract, day, read_exclusions, read_row

__all__ = ["SAM", "SamClient", "SamRow", "as_extract", "day", "read_exclusions", "read_page", "read_row"]
