"""State licenses as boards publish them: exports in CSV with every board's own headings, and the result pages of their look-up sites.

Boards agree on nothing, so `read_board_csv` finds the columns by the words that boards use, and `read_board_page` reads a page's
table of results. Both yield `LicenseRow`; `as_table` writes them in one layout, so that licenses of all states lie in one table.
`standing` puts the boards' many words for a license's state into five.
"""

from integrations.licensing.pages import PageResult, read_board_page
from integrations.licensing.rows import LICENSES, LicenseRow, standing
from integrations.licensing.tables import as_table, read_board_csv

__all__ = ["LICENSES", "LicenseRow", "PageResult", "as_table", "read_board_csv", "read_board_page", "standing"]
