"""Which test process runs what when: a file stays on one process, the longest files begin first, and files that need the same
expensive world share a process."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

#: Files that take half a minute and more, the longest first. Begun last, they would leave the other process with nothing to do.
LONGEST_FIRST = ("tests/faults/", "tests/infra/dev/", "tests/structure/test_statements.py")
#: What looks at the product as it runs, or at the demo vendor: starting the one and loading the other takes longer than many tests.
RUNNING = ("tests/onboarding/demo/", "tests/e2e/")


#: Suites of minutes: `make test-long` runs them, `make test` leaves them out.
LONG = (
    "tests/faults/",
    "tests/infra/dev/test_whole.py",
    "tests/onboarding/demo/",
    "tests/e2e/test_demo_in_the_browser.py",
    "tests/e2e/test_credentialing_in_the_browser.py",
)


class HouseScheduling(LoadFileScheduling):
    """One file, one process; files of one world count as one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return RUNNING[-1] if file.startswith(RUNNING) else file


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests with the long files at the beginning; otherwise in the order that they come in."""
    return sorted(items, key=_place)


def _place(item: pytest.Item) -> int:
    file = item.nodeid.split("::", 1)[0]
    if file.startswith(RUNNING):
        return RUNNING.index(next(each for each in RUNNING if file.startswith(each))) - len(RUNNING)
    return next((place for place, long in enumerate(LONGEST_FIRST) if file.startswith(long)), len(LONGEST_FIRST))
