"""Single values out of ProView's JSON, whose types and key spellings differ between its services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from integrations.tabular import parse_date

_NOTHING = frozenset({"", "--", "N/A", "NA", "NULL", "NONE"})


@dataclass(slots=True)
class Node:
    """One JSON object: keys without regard to case, and a shared list of what could not be read.

    `faults` collects `(path, value)` of dates and flags that are none, so that a person can be told.
    """

    items: Mapping[str, object]
    path: str = ""
    faults: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, value: object, path: str = "", faults: list[tuple[str, str]] | None = None) -> Node:
        """The node of an object; anything else is an empty one."""
        items = {str(key).lower(): item for key, item in value.items()} if isinstance(value, Mapping) else {}
        return cls(items, path, [] if faults is None else faults)

    def __contains__(self, key: str) -> bool:
        return key in self.items

    def text(self, *keys: str) -> str:
        """The first of these keys that says something, as text without outer blanks; empty when none does."""
        for key in keys:
            value = self.items.get(key)
            if value is None or isinstance(value, Mapping | list):
                continue
            text = " ".join(str(value).split())
            if text.upper() not in _NOTHING:
                return text
        return ""

    def day(self, *keys: str) -> date | None:
        """A date: `YYYYMMDD`, `YYYY-MM-DD` with or without a time, or `MM/DD/YYYY`. What is none becomes a fault."""
        text = self.text(*keys)
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueError:
            self.faults.append((self._at(*keys), text[:60]))
            return None

    def flag(self, *keys: str) -> bool | None:
        """A yes or no: JSON's own, `Y`/`N`, `Yes`/`No`, `1`/`0`. None when nothing is said."""
        text = self.text(*keys).upper()
        if text in ("TRUE", "Y", "YES", "1"):
            return True
        if text in ("FALSE", "N", "NO", "0"):
            return False
        if text:
            self.faults.append((self._at(*keys), text[:60]))
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once."""
        value = self.items.get(key)
        found = [" ".join(str(item).split()) for item in value if item] if isinstance(value, list) else [self.text(key)]
        return tuple(dict.fromkeys(text for text in found if text))

    def node(self, key: str) -> Node:
        """The object under a key, empty when there is none."""
        return Node.of(self.items.get(key), f"{self.path}/{key}", self.faults)

    def nodes(self, key: str) -> Iterator[Node]:
        """The objects in a list, lists inside of it laid open (as in `provider_license`)."""
        yield from self._flat(self.items.get(key), f"{self.path}/{key}")

    def _flat(self, value: object, path: str) -> Iterator[Node]:
        if isinstance(value, Mapping):
            yield Node.of(value, path, self.faults)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._flat(item, f"{path}/{index}")

    def _at(self, *keys: str) -> str:
        return f"{self.path}/{next((key for key in keys if key in self.items), keys[0])}"


def state_code(text: str) -> str:
    """A state as its two letters in capitals; other text is left as it is."""
    return text.upper() if len(text) == 2 else text
