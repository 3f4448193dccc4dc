"""What a full replacement of the LEIE costs (put beside, checked, indexed, swapped) against a bare COPY of the same bytes.

Two references, with the same bytes in the same database: a COPY into a table without any index, and one into an empty table that has
the indexes by which rows are found, which is what replacing the rows in place would cost. Each round replaces the last version by one
in which two of a hundred rows are new, as from month to month.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import psycopg

from infra.db.migrate import migrate
from infra.dev.stack import Stack
from tests.bench.exclusion_lists import make, write_leie

ROWS, ROUNDS, NEW = 83_000, 9, 1_660
INDEXES = (
    "CREATE INDEX ON public.bare (npi) WHERE npi <> '0000000000'",
    "CREATE INDEX ON public.bare (hashtextextended(lastname || '|' || firstname, 0))",
)


def bare_copy_s(dsn: str, path: Path, *, indexed: bool) -> float:
    """Seconds of one bare COPY into an empty table."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS public.bare; CREATE TABLE public.bare (LIKE ref.leie)")
        if indexed:
            for statement in INDEXES:
                connection.execute(statement)
        began = time.perf_counter()
        statement = "COPY public.bare FROM STDIN (FORMAT csv, HEADER, ENCODING 'WIN1252', NULL '\\N')"
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            path.open("rb") as stream,
            cursor.copy(statement) as copy,
        ):
            while chunk := stream.read(1024 * 1024):
                copy.write(chunk)
        return time.perf_counter() - began


def main() -> None:
    """Print the fastest round of each, which a shared machine disturbs least, and their ratios."""
    with tempfile.TemporaryDirectory(prefix="onpanel-bench-") as folder:
        stack = Stack(Path(folder) / "state", services={"postgres"}, durable=False)
        try:
            stack.start()
            os.environ.update(
                stack.env
                | {
                    "REDIS_URL": "redis://unused",
                    "S3_ENDPOINT_URL": "http://unused",
                    "S3_ACCESS_KEY_ID": "x",
                    "S3_SECRET_ACCESS_KEY": "x",
                }
            )
            migrate(stack.env["MIGRATOR_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))
            versions = _versions(Path(folder))
            from credentialing.sources.loading import load_file

            admin = stack.admin_dsn.rsplit("/", 1)[0] + "/onpanel"
            load_file("leie", versions[0], by="bench")
            ours, bare, indexed = [], [], []
            for path in versions[1:]:
                bare.append(bare_copy_s(admin, path, indexed=False))
                began = time.perf_counter()
                loaded = load_file("leie", path, by="bench")
                ours.append(time.perf_counter() - began)
                indexed.append(bare_copy_s(admin, path, indexed=True))
                assert loaded.rows == ROWS
        finally:
            stack.remove()
    mine, plain, full = (min(times) * 1000 for times in (ours, bare, indexed))
    print(
        f"leie_load: {mine:.0f} ms for {ROWS:,} rows beside, checked, indexed and swapped; bare COPY {plain:.0f} ms,"
        f" with the same indexes {full:.0f} ms"
    )
    line = {"bench": "leie_load", "rows": ROWS, "ms": round(mine), "reference": "COPY into a table without indexes"}
    line |= {"reference_ms": round(plain), "ratio": round(mine / plain, 2)}
    print(json.dumps(line | {"with_indexes_ms": round(full), "ratio_with_indexes": round(mine / full, 2)}))


def _versions(folder: Path) -> list[Path]:
    """The first version and one for each round, each with 2 % new rows."""
    rows = make(providers=1000, leie=ROWS + ROUNDS * NEW, sam=0, planted=0).leie
    paths = []
    for number in range(ROUNDS + 1):
        path = folder / f"UPDATED_{number}.csv"
        write_leie(path, rows[number * NEW : number * NEW + ROWS])
        paths.append(path)
    return paths


if __name__ == "__main__":
    main()
