"""The suite. `unit` is pure, `integrations` needs no database; everything else runs on the real services that `conftest.py` starts once."""
