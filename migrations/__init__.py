"""Alembic migrations. `versions/NNNN_name.py` with four digits; `helpers.py` holds the one way to make a tenant table."""
