"""Lists in memory, for screening many providers at once: places of rows by NPI and by name key. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

Row = Sequence[str]


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

    __slots__ = ("_places",)

    def __init__(self, keys: Iterable[str], npis: Iterable[str]) -> None:
        """The rows' keys and NPIs in the order of the rows; an empty one is none."""
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
        places = self._places
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

    def shared(self, names: frozenset[str]) -> frozenset[str]:
        """The names that are also names of rows."""
        return names.intersection(self._places)

    def pairs_of(self, owners: Mapping[str, Sequence[int]], names: frozenset[str]) -> list[tuple[int, int]]:
        """Every owner of these names with every row of the same name, each pair once, by owner."""
        places = self._places
        return sorted({(owner, place) for name in names for place in _listed(places[name]) for owner in owners[name]})


def join(indexes: Mapping[str, ListIndex], wanted: Wanted) -> dict[str, list[tuple[int, int]]]:
    """Join people with several lists at once: for each list the pairs as `ListIndex.candidates` returns them.

    All names are hashed once; the few that a list shares are then traced back to their owners, in one walk for all lists.
    """
    distinct = frozenset(wanted.names)
    shared = {name: index.shared(distinct) for name, index in indexes.items()}
    hits = frozenset().union(*shared.values())
    owners: dict[str, list[int]] = {name: [] for name in hits}
    for at in compress(range(len(wanted.names)), map(hits.__contains__, wanted.names)):
        owners[wanted.names[at]].append(wanted.owners[at])
    return {name: indexes[name].pairs_of(owners, found) for name, found in shared.items()}


def _listed(at: int | list[int]) -> list[int]:
    return [at] if isinstance(at, int) else at
