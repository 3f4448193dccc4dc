"""The measured process of `bench_screening`: reads providers from a file, screens them as the product does, prints figures as JSON."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from credentialing.screening.index import ListIndex, Wanted, join
from credentialing.screening.nicknames import load_nicknames
from credentialing.screening.passes import index_of, screen, searched
from credentialing.screening.rules import Basis, Person
from credentialing.sources.lookups import exclusion_rows, whole_list
from infra.db.session import system_transaction

TODAY = date(2026, 11, 24)
LISTS = ("leie", "sam")
MEANT = {
    "leie": {"npi", "birth", "nickname", "hyphen", "former"},
    "sam": {"npi", "birth", "nickname", "hyphen", "former", "namesake"},
}
"""Planted kinds that a person must see. SAM has no dates of birth, so its namesakes must be seen too."""


def read_people(path: Path) -> tuple[list[Person], list[tuple[str, str]]]:
    """The providers, and what was planted about each on the LEIE and on SAM."""
    people, kinds = [], []
    for line in path.open():
        made = json.loads(line)
        people.append(
            Person(
                made["npi"],
                made["first"],
                made["middle"],
                made["last"],
                tuple(made["former"]),
                date.fromisoformat(made["born_on"]),
                frozenset({made["state"]}),
            )
        )
        kinds.append((made["kind"], made["sam_kind"]))
    return people, kinds


def whole_pass(people: list[Person], kinds: list[tuple[str, str]], folder: Path) -> dict[str, Any]:
    """Screen everybody against both lists."""
    nicknames = load_nicknames()
    times: dict[str, float] = {}
    figures: dict[str, Any] = {"times": times}
    with system_transaction() as connection:
        began = time.perf_counter()
        lists = {source: whole_list(connection, source) for source in LISTS}
        times["index_s"] = time.perf_counter() - began
        began = time.perf_counter()
        wanted = searched(people, nicknames)
        times["keys_s"] = time.perf_counter() - began
        began = time.perf_counter()
        pairs = join({source: lists[source].index for source in LISTS}, wanted)
        for at, source in enumerate(LISTS):
            rows = lists[source].rows(connection, {row for _, row in pairs[source]})
            found = screen(people, pairs[source], rows.__getitem__, source, TODAY, nicknames)
            figures[source] = judged(source, at, kinds, found) | {"candidates": len(pairs[source])}
        times["pass_s"] = time.perf_counter() - began
    figures["rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures["keys"] = len(wanted.names)
    figures["join"] = against_duckdb({source: lists[source].index for source in LISTS}, wanted, folder)
    return figures


def against_duckdb(indexes: dict[str, ListIndex], wanted: Wanted, folder: Path) -> dict[str, Any]:
    """Our join and DuckDB's equi-join of the same keys, in turn; the fastest of the rounds, which a shared machine disturbs least."""
    import duckdb

    connection = duckdb.connect()
    tables = {source: index.pairs() for source, index in indexes.items()}
    for name, pairs in {"people": zip(wanted.owners, wanted.names, strict=True), **tables}.items():
        path = folder / f"{name}_keys.csv"
        with path.open("w") as stream:
            stream.writelines(f'{place},"{key}"\n' for place, key in pairs)
        columns = "{'place': 'INT', 'key': 'VARCHAR'}"
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', columns={columns})")
    ours, theirs, counts = [], [], set()
    for _ in range(15):
        began = time.perf_counter()
        found = join(indexes, wanted)
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        joined = [
            connection.execute(
                f"SELECT DISTINCT p.place AS person, l.place AS row FROM people p JOIN {source} l USING (key)"
            ).fetchnumpy()
            for source in indexes
        ]
        theirs.append(time.perf_counter() - began)
        counts |= {sum(map(len, found.values())), sum(len(table["row"]) for table in joined)}
    assert len(counts) == 1, f"we and DuckDB found different numbers of pairs: {counts}"
    return {"s": min(ours), "duckdb_s": min(theirs), "pairs": counts.pop()}


def judged(source: str, at: int, kinds: list[tuple[str, str]], found: dict[int, Any]) -> dict[str, int]:
    """How many planted matches came before a person, and how many of those that must not did so as more than a name."""
    planted = missed = wrong = queued = 0
    for place, both in enumerate(kinds):
        bases = {finding.basis for finding in found.get(place, ()) if finding.basis is not None}
        queued += bool(bases)
        if both[at] in MEANT[source]:
            planted += 1
            missed += not bases
        elif both[at] in {"reinstated", "namesake"}:
            wrong += bool(bases & {Basis.NPI, Basis.NAME_AND_BIRTH})
    return {"planted": planted, "missed": missed, "wrongly_strong": wrong, "queued": queued}


def one_provider_ms(people: list[Person]) -> tuple[float, float]:
    """Median and 95th percentile of one provider against both lists, asked of the database."""
    nicknames = load_nicknames()
    times = []
    for person in people[:400]:
        began = time.perf_counter()
        with system_transaction() as connection:
            for source in LISTS:
                wanted = searched([person], nicknames)
                rows = exclusion_rows(connection, source, npis=[person.npi], keys=wanted.names)
                pairs = index_of(source, rows).candidates(wanted)
                screen([person], pairs, rows.__getitem__, source, TODAY, nicknames)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)]


def main(folder: Path) -> None:
    """Print one JSON object."""
    people, kinds = read_people(folder / "people.jsonl")
    figures = whole_pass(people, kinds, folder)
    figures["one_ms"], figures["one_p95_ms"] = one_provider_ms(people)
    print(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
