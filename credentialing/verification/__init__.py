"""What was checked at its source, when, and what came of it.

Each check of a provider against a primary source is one row that never changes: the source, the result, the evidence, and until
when it counts. `rules.py` judges what the source said; the latest row of a source is the one that speaks.
"""
