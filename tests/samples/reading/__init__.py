"""Credential documents of people who do not exist, with the truth beside them: twenty kinds in several layouts, as PDFs, scans, faxes
and photos.

`wordings_tune` are the layouts that the reader was made with; `wordings_held_out` were written afterwards, with other words, other
forms of dates and other arrangements, and nothing was tuned to them: figures are of those. Both are drawn by `drawing` (typst with
its own fonts, so a page looks the same everywhere) and made worse by `quality`.
"""
