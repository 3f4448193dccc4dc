"""Nothing expires unnoticed: what runs out, who is told when, and what a lapse holds up.

`rules/` knows lead times, clocks and who is told. `expirable` rows are the watch list, worked out anew from credentials, documents,
CAQH dates and enrollments whenever one of them changes (`services/watching.py`); the hold list reads them through `holding.py`.
`services/lapses.py` opens and closes lapses and tells the house (`credential.lapsed`, `credential.restored`), `services/reminding.py`
tells people by list and by one digest a day, `services/checks.py` says which monthly checks are due, `feeds.py` and `ical.py` serve
each person's calendar.
"""
