"""Lists in memory, for screening many providers at once: places of rows by NPI and by name key. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Row = Sequence[str]
_MARKS = 1 << 22
_MANY = 5000


@dataclass(slots=True)
class Wanted:
    """All names (keys and NPIs) under which people are looked up, and the place of the person to whom each belongs."""

    names: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)

    def add(self, person: int, npi: str, keys: Sequence[str]) -> None:
        """Add what one person is looked up under."""
        self.names.append(npi)
        self.names.extend(keys)
        self.owners.extend([person] * (len(keys) + 1))


class ListIndex:
    """Places of one list's rows by name. NPIs and keys share one table: a key has a bar, an NPI has none."""

    __slots__ = ("_marks", "_places")

    def __init__(self, keys: Iterable[str], npis: Iterable[str]) -> None:
        """The rows' keys and NPIs in the order of the rows; an empty one is none."""
        self._marks: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
        self._places: dict[str, int | list[int]] = {}
        for names in (keys, npis):
            self._fill(names)

    def _fill(self, names: Iterable[str]) -> None:
        places = self._places
        for place, name in enumerate(names):
            if not name:
                continue
            known = places.get(name)
            if known is None:
                places[name] = place
            elif isinstance(known, int):
                places[name] = [known, place]
            else:
                known.append(place)

    def add_aliases(self, aliases: Iterable[tuple[str, str]]) -> None:
        """Let rows be found under further keys: pairs of alias and own key."""
        places, self._marks = self._places, None
        found = [(alias, _listed(places[raw])) for alias, raw in aliases if raw in places]
        for alias, more in found:
            places[alias] = [*_listed(places[alias]), *more] if alias in places else more

    def pairs(self) -> Iterator[tuple[int, str]]:
        """Every place with each name under which it is found."""
        for name, at in self._places.items():
            for place in _listed(at):
                yield place, name

    def candidates(self, wanted: Wanted) -> list[tuple[int, int]]:
        """Return (place of the person, place of the row) for every row that shares the NPI or a key, each pair once, by person."""
        return join({"": self}, wanted)[""]

    def marks(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """One mark for the low bits of each name's hash: a name without its mark is no name of a row."""
        if self._marks is None:
            self._marks = np.zeros(_MARKS, dtype=np.bool_)
            self._marks[_low_bits(list(self._places))] = True
        return self._marks

    def pairs_of(self, wanted: Wanted, at: Iterable[int]) -> list[tuple[int, int]]:
        """The owners of the names at these places of `wanted` with every row of the same name, each pair once, by owner."""
        names, owners, places = wanted.names, wanted.owners, self._places
        found: set[tuple[int, int]] = set()
        for place in at:
            rows = places.get(names[place])
            if rows is not None:
                found.update((owners[place], row) for row in _listed(rows))
        return sorted(found)


def join(indexes: Mapping[str, ListIndex], wanted: Wanted) -> dict[str, list[tuple[int, int]]]:
    """Join people with several lists: for each list the pairs as `ListIndex.candidates` returns them.

    Of many names the few that may be on a list are found by a glance at their hashes, all at once; those are then looked up exactly.
    """
    if len(wanted.names) < _MANY:
        return {name: index.pairs_of(wanted, range(len(wanted.names))) for name, index in indexes.items()}
    low = _low_bits(wanted.names)
    return {
        name: index.pairs_of(wanted, np.flatnonzero(index.marks()[low]).tolist()) for name, index in indexes.items()
    }


def _low_bits(names: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.fromiter(map(hash, names), dtype=np.int64, count=len(names)) & (_MARKS - 1)


def _listed(at: int | list[int]) -> list[int]:
    return [at] if isinstance(at, int) else at
