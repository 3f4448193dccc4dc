"""From a publisher's address to a new version: fetch, check, put beside, swap. No clinic's transaction is involved."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from credentialing.sources.catalog import SOURCES, Source, column_name
from credentialing.sources.odd_names import OddNames
from infra.problems import Conflict
from infra.settings import settings
from integrations.sam import SamClient
from integrations.sourcefile import (
    BrokenFile,
    Downloaded,
    FileTooLarge,
    HeaderChanged,
    SourceDown,
    SourceFileError,
    SourceRefused,
    check,
    check_header,
    download,
)

CHUNK_BYTES = 128 * 1024
_PG_ENCODINGS = {"cp1252": "WIN1252", "utf-8": "UTF8"}
_FEWER = "OP002"
_REFUSED = (HeaderChanged, BrokenFile, FileTooLarge, SourceRefused)


class SourceNotConfigured(Conflict):
    """This deployment has no address for that source."""

    code, title = "source-not-configured", "That source is not set up"


class LoadRefused(Conflict):
    """The new version was not taken over; the last good one stays."""

    code, title = "load-refused", "The new version was not taken over"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to: `is_new` False when the publisher had nothing new. `rows` of the version in place."""

    source: str
    is_new: bool
    rows: int


@dataclass(frozen=True, slots=True)
class _Known:
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    rows: int = 0


def load_source(code: str, *, by: str, accept_fewer: bool = False) -> Loaded:
    """Bring the present version of a source into its table, in the worker's login; readers see the old one until it is whole.

    `accept_fewer` takes over a file with less than nine tenths of the present rows. Every attempt leaves a row in `ref.load`.
    Raises `SourceNotConfigured`; `LoadRefused` with the defect in words; `SourceDown` when trying again may help.
    """
    source = SOURCES[code]
    url = source.url(settings())
    if not url:
        raise SourceNotConfigured(f"Set {source.variable} to the address of {source.layout.name}.")
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="onpanel-source-") as folder, _worker() as connection:
        known = _known(connection, code)
        try:
            found = _fetch(source, url, Path(folder), None if accept_fewer else known)
            if found is None or (found.sha256 == known.sha256 and not accept_fewer):
                _note(connection, code, "unchanged", None, by)
                return Loaded(code, False, known.rows)
            path = source.prepare(found.path, Path(folder) / "prepared.csv", settings())
            rows = _swap(connection, source, path, found, began=began, by=by, accept_fewer=accept_fewer)
        except SourceFileError as error:
            _note(connection, code, "failed", str(error), by)
            if isinstance(error, _REFUSED):
                raise LoadRefused(str(error)) from error
            raise
        return Loaded(code, True, rows)


def load_file(code: str, path: Path, *, by: str, accept_fewer: bool = False) -> Loaded:
    """Load a file that lies on this machine already in the source's layout. Raises as `load_source` does."""
    source = SOURCES[code]
    began = datetime.now(UTC)
    with _worker() as connection:
        try:
            found = Downloaded(path, path.stat().st_size, "", "text/csv", "", "")
            return Loaded(
                code, True, _swap(connection, source, path, found, began=began, by=by, accept_fewer=accept_fewer)
            )
        except SourceFileError as error:
            _note(connection, code, "failed", str(error), by)
            raise LoadRefused(str(error)) from error


def _fetch(source: Source, url: str, folder: Path, known: _Known | None) -> Downloaded | None:
    if source.code == "sam" and "/entity-information/" in url:
        path = SamClient(url, api_key=settings().sam_api_key).fetch(folder / "sam.csv")
        return Downloaded(path, path.stat().st_size, "", "text/csv", "", "")
    since = known or _Known()
    today = datetime.now(UTC)
    url = url.replace("{yyddd}", today.strftime("%y%j"))
    return download(
        url,
        folder / "download",
        max_bytes=source.max_bytes,
        etag=since.etag,
        last_modified=since.last_modified,
    )


def _swap(
    connection: psycopg.Connection,
    source: Source,
    path: Path,
    found: Downloaded,
    *,
    began: datetime,
    by: str,
    accept_fewer: bool,
) -> int:
    """Put the file beside the present version, check it and put it in its place, in one transaction; return its rows."""
    starts_at = check_header(path, source.layout)
    _refuse_cut_off(path, source)
    try:
        with connection.transaction():
            connection.execute("SET LOCAL statement_timeout = '20min'")
            connection.execute("SET LOCAL lock_timeout = '10s'")
            connection.execute("SELECT ref.begin_load(%s)", [source.code])
            rows = _copy(connection, source, path, starts_at)
            made = connection.execute(
                "SELECT ref.finish_load(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    source.code,
                    rows,
                    found.size,
                    found.sha256,
                    found.etag,
                    found.last_modified,
                    accept_fewer,
                    began,
                    by,
                ],
            ).fetchone()
    except psycopg.errors.LockNotAvailable as error:
        raise SourceDown(f"{source.label} is being loaded or read for long by somebody else; try again.") from error
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith(("22", "OP")):
            raise
        raise _explained(error, path, source) from error
    return int(made[0]) if made else rows


def _copy(connection: psycopg.Connection, source: Source, path: Path, starts_at: int) -> int:
    """Send the rows; while the database takes a chunk, look for names with further keys in it."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, FREEZE, ENCODING {}, NULL '\\N')").format(
        sql.Identifier("ref", f"{source.table}_beside"),
        sql.SQL(", ").join(sql.Identifier(column_name(heading)) for heading in source.layout.columns),
        sql.Literal(_PG_ENCODINGS[source.layout.encoding]),
    )
    names = OddNames(source) if source.names is not None else None
    with connection.cursor() as cursor, path.open("rb") as stream:
        stream.seek(starts_at)
        with cursor.copy(statement) as copy:
            while chunk := stream.read(CHUNK_BYTES):
                copy.write(chunk)
                if names is not None:
                    names.feed(chunk)
        rows = cursor.rowcount
    if names is not None:
        names.close()
        _copy_aliases(connection, source, names)
    return rows


def _copy_aliases(connection: psycopg.Connection, source: Source, names: OddNames) -> None:
    """Add the further keys of names that no version had before."""
    known = connection.execute(
        sql.SQL("SELECT DISTINCT raw FROM {}").format(sql.Identifier("ref", f"{source.table}_alias"))
    )
    pairs = names.aliases(frozenset(row[0] for row in known))
    if not pairs:
        return
    target = sql.SQL("COPY {} (key, raw) FROM STDIN").format(sql.Identifier("ref", f"{source.table}_alias_beside"))
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for pair in pairs:
            copy.write_row(pair)


def _refuse_cut_off(path: Path, source: Source) -> None:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        if stream.read(1) not in {b"\n", b"\r"}:
            raise BrokenFile(f"The last line of {source.layout.name} has no end: the file was cut off.")


def _explained(error: psycopg.Error, path: Path, source: Source) -> SourceFileError:
    """The defect in words: the file is read once more, slowly, to name its line."""
    if error.sqlstate == _FEWER:
        return BrokenFile(
            f"The new version of {source.layout.name} has {error.diag.message_primary} rows. "
            "If that is right, load it with fewer rows accepted."
        )
    try:
        check(path, source.layout)
    except SourceFileError as named:
        return named
    where = re.search(r"line (\d+)", error.diag.context or "")
    line = int(where.group(1)) + 1 if where else 0
    place = f"Line {line} of" if line else "In"
    return BrokenFile(f"{place} {source.layout.name}: {error.diag.message_primary or type(error).__name__}.", line)


def _known(connection: psycopg.Connection, code: str) -> _Known:
    row = connection.execute(
        "SELECT etag, last_modified, coalesce(sha256, ''), coalesce(rows, 0) FROM ref.load"
        " WHERE source = %s AND outcome = 'loaded' ORDER BY id DESC LIMIT 1",
        [code],
    ).fetchone()
    return _Known(*row) if row else _Known()


def _note(connection: psycopg.Connection, code: str, how: str, why: str | None, by: str) -> None:
    connection.execute("SELECT ref.note_attempt(%s, %s, %s, %s)", [code, how, why, by])


@contextmanager
def _worker() -> Iterator[psycopg.Connection[Any]]:
    """A connection in the worker's login, the only one that may load; each statement by itself unless a transaction is opened."""
    dsn = settings().worker_database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5, options="-c timezone=UTC") as connection:
        yield connection
