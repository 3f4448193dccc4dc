"""Documents and imports for the tests of the AR transfer."""

from __future__ import annotations

import pytest

from tests.support.imports import Files


@pytest.fixture
def files() -> Files:
    """Documents and imports."""
    return Files()
