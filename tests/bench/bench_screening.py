"""Screening 100,000 providers against a full-size LEIE (83,000 rows) and SAM extract (170,000 rows).

The pass runs in a process of its own, with the product's own functions, from an empty start: it reads the lists from PostgreSQL, makes the
keys, looks them up and compares. Two references in the same run:

- `rapidfuzz.process.cdist` over whole names, one processor as ours. A sample: 500 providers, all planted ones among them first, against one
  row in twenty of both lists, all planted rows among them. Its time is exactly proportional to providers x rows, so the whole is
  (100,000 / 500) x 20 times the sample; the cutoff is the highest at which it finds as much of what was planted as ours does (former names
  are given to it as further queries; what it cannot find at any cutoff above 60 is left out in its favor).
- DuckDB joining the same keys (NPIs are keys too) of the same people and rows in the same process, in turn, with its usual threads.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from infra.db.migrate import migrate
from infra.dev.stack import Stack
from tests.bench.exclusion_lists import Made, World, make, write_leie, write_sam

PROVIDERS, LEIE_ROWS, SAM_ROWS = 100_000, 83_000, 170_000
SAMPLE, PART = 500, 20


def cdist_sample(world: World) -> dict[str, Any]:
    """Seconds of the sample, scaled to the whole, the cutoff and how much of the planted it found."""
    rng = random.Random(7)
    marked = [made for made in world.providers if made.kind in {"npi", "birth", "nickname", "hyphen", "former"}]
    people = (marked + rng.sample(world.providers, SAMPLE))[:SAMPLE]
    planted = world.planted
    rows = planted + rng.sample(world.leie, LEIE_ROWS // PART - len(planted))
    names = [f"{row[1]} {row[0]}" for row in rows] + [
        f"{row[3]} {row[5]}" for row in rng.sample(world.sam, SAM_ROWS // PART)
    ]
    queries = [f"{made.first} {made.last}" for made in people]
    began = time.perf_counter()
    scores = process.cdist(queries, names, scorer=fuzz.token_sort_ratio, dtype=np.uint8, workers=1)
    taken = time.perf_counter() - began
    return {
        "sample_s": round(taken, 3),
        "whole_s": round(taken * (PROVIDERS / len(people)) * ((LEIE_ROWS + SAM_ROWS) / len(names)), 1),
        **_recall(people, rows, scores),
    }


def _recall(people: Sequence[Made], rows: Sequence[Sequence[str]], scores: Any) -> dict[str, Any]:
    born: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        born.setdefault(row[8], []).append(place)
    best = sorted(
        max((int(scores[at, place]) for place in born.get(made.born_on.strftime("%Y%m%d"), [])), default=0)
        for at, made in enumerate(people)
        if made.kind
    )
    reachable = [score for score in best if score >= 60]
    cutoff = reachable[0] if reachable else 60
    return {
        "cutoff_for_all": cutoff,
        "found_at_90": sum(score >= 90 for score in best),
        "planted": len(best),
        "pairs_at_cutoff": int((scores >= cutoff).sum()),
    }


def main() -> None:
    """Print the figures and their ratios."""
    with tempfile.TemporaryDirectory(prefix="onpanel-bench-") as name:
        folder = Path(name)
        stack = Stack(folder / "state", services={"postgres"}, durable=False)
        try:
            stack.start()
            env = stack.env | {"REDIS_URL": "redis://unused", "S3_ENDPOINT_URL": "http://unused"}
            env |= {"S3_ACCESS_KEY_ID": "x", "S3_SECRET_ACCESS_KEY": "x"}
            os.environ.update(env)
            migrate(stack.env["MIGRATOR_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))
            world = _filled(folder)
            outcome = subprocess.run(
                [sys.executable, "-m", "tests.bench.screening_pass", name],
                check=True,
                capture_output=True,
                text=True,
                env=os.environ | env,
            )
        finally:
            stack.remove()
        ours = json.loads(outcome.stdout.splitlines()[-1])
        _report(ours, cdist_sample(world))


def _filled(folder: Path) -> World:
    from credentialing.sources.loading import load_file

    world = make(providers=PROVIDERS, leie=LEIE_ROWS, sam=SAM_ROWS)
    write_leie(folder / "leie.csv", world.leie)
    write_sam(folder / "sam.csv", world.sam)
    load_file("leie", folder / "leie.csv", by="bench")
    load_file("sam", folder / "sam.csv", by="bench")
    with (folder / "people.jsonl").open("w") as stream:
        for made in world.providers:
            stream.write(json.dumps(asdict(made), default=str) + "\n")
    return world


def _report(ours: dict[str, Any], fuzzy: dict[str, Any]) -> None:
    times, joined = ours["times"], ours["join"]
    whole = times["index_s"] + times["keys_s"] + times["pass_s"]
    assert ours["leie"]["missed"] == ours["sam"]["missed"] == 0, ours
    assert ours["leie"]["wrongly_strong"] == 0, ours
    for source in ("leie", "sam"):
        print(f"screening {source}: {ours[source]}")
    print(
        f"screening: {PROVIDERS:,} providers in {whole:.1f} s (lists {times['index_s']:.1f}, keys {times['keys_s']:.1f}, look-up and"
        f" comparison {times['pass_s']:.1f}), {ours['rss_mib']} MiB; one provider {ours['one_ms']:.1f} ms (p95 {ours['one_p95_ms']:.1f})"
    )
    lines: list[dict[str, Any]] = [
        {"bench": "screening_whole", "s": round(whole, 2), "reference": "rapidfuzz.process.cdist, scaled from a sample"}
        | {"reference_s": fuzzy["whole_s"], "times_faster": round(fuzzy["whole_s"] / whole, 1), "cdist": fuzzy},
        {"bench": "screening_join", "keys": ours["keys"], "pairs": joined["pairs"], "s": round(joined["s"], 3)}
        | {"reference": "DuckDB equi-join", "reference_s": round(joined["duckdb_s"], 3)}
        | {"ratio": round(joined["s"] / joined["duckdb_s"], 2)},
        {
            "bench": "screening_one",
            "ms": round(ours["one_ms"], 2),
            "p95_ms": round(ours["one_p95_ms"], 2),
            "limit_ms": 5,
        },
        {"bench": "screening_memory", "rss_mib": ours["rss_mib"], "limit_mib": 1024},
        {"bench": "screening_truth"}
        | {f"{s}_{k}": ours[s][k] for s in ("leie", "sam") for k in ("planted", "missed", "wrongly_strong")},
    ]
    for line in lines:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
