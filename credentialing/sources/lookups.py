"""Rows of the sources by NPI, by name, by license number. Every look-up is one statement over an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import TextClause, text

from credentialing.screening.index import ListIndex
from credentialing.sources.catalog import SOURCES, column_name
from integrations.cms import Enrolled, OptedOut, read_enrolled, read_opted_out
from integrations.licensing import LicenseRow

EXCLUSION_LISTS = ("leie", "sam")
_NAMES = {"leie": "{t}lastname || '|' || {t}firstname", "sam": "upper({t}last) || '|' || upper({t}first)"}
_NO_NPI = {"leie": "0000000000", "sam": ""}


class Reads(Protocol):
    """What runs a statement: a session or a connection."""

    def execute(self, statement: Any, parameters: Any = None, /) -> Any:
        """Run a statement."""


@dataclass(frozen=True, slots=True)
class Version:
    """The version of a source that the tables hold."""

    number: int
    loaded_at: datetime
    rows: int
    sha256: str
    last_modified: str


def columns_of(source: str, table: str = "") -> str:
    """The columns of a source's table in the order of its layout, for a SELECT."""
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{column_name(heading)}" for heading in SOURCES[source].layout.columns)


def versions(reads: Reads, sources: Collection[str] | None = None) -> Mapping[str, Version]:
    """The present version of each source that has one."""
    rows = reads.execute(
        text(
            "SELECT DISTINCT ON (source) source, id, at, rows, coalesce(sha256, '') AS sha256, last_modified FROM ref.load"
            " WHERE outcome = 'loaded' AND source = ANY(:sources) ORDER BY source, id DESC"
        ),
        {"sources": list(SOURCES if sources is None else sources)},
    )
    return {row.source: Version(row.id, row.at, row.rows, row.sha256, row.last_modified) for row in rows}


@lru_cache
def _by_names(source: str) -> TextClause:
    name, none = _NAMES[source].format(t="e."), _NO_NPI[source]
    return text(f"""
        WITH wanted AS MATERIALIZED (
          SELECT hashtextextended(k, 0) AS h FROM unnest(CAST(:keys AS text[])) k
          UNION
          SELECT hashtextextended(a.raw, 0) FROM unnest(CAST(:keys AS text[])) k
            JOIN ref.{source}_alias a ON hashtextextended(a.key, 0) = hashtextextended(k, 0) AND a.key = k)
        SELECT {columns_of(source, "e")} FROM ref.{source} e JOIN wanted w ON hashtextextended({name}, 0) = w.h
        UNION
        SELECT {columns_of(source, "e")} FROM ref.{source} e WHERE e.npi = ANY(CAST(:npis AS text[])) AND e.npi <> '{none}'
    """)  # noqa: S608 - names of our own tables and columns


def exclusion_rows(reads: Reads, source: str, *, npis: Sequence[str], keys: Sequence[str]) -> list[Sequence[str]]:
    """The rows of an exclusion list with one of these NPIs, or under one of these keys; each once, as published."""
    found = reads.execute(_by_names(source), {"keys": list(keys), "npis": list(npis)})
    return [tuple(row) for row in found]


@dataclass(frozen=True, slots=True)
class WholeList:
    """A whole exclusion list in memory by name, for screening many at once. Its rows stay in the database until asked for."""

    index: ListIndex
    source: str
    addresses: Sequence[str]

    def rows(self, reads: Reads, places: Collection[int]) -> Mapping[int, Sequence[str]]:
        """The rows at these places, as published. To be asked in the transaction that read the list."""
        at = {self.addresses[place]: place for place in places}
        found = reads.execute(
            text(
                f"SELECT ctid::text, {columns_of(self.source)} FROM ref.{self.source}"  # noqa: S608
                " WHERE ctid = ANY(CAST(:addresses AS tid[]))"
            ),
            {"addresses": list(at)},
        )
        return {at[row[0]]: tuple(row[1:]) for row in found}


def whole_list(reads: Reads, source: str) -> WholeList:
    """Read the names of a whole exclusion list; about 60 MB for the largest. The list cannot be replaced until the transaction ends."""
    name, none = _NAMES[source].format(t=""), _NO_NPI[source]
    wanted = f"SELECT ctid::text, nullif({name}, '|'), nullif(npi, '{none}') FROM ref.{source}"  # noqa: S608
    rows = reads.execute(text(f"{wanted} WHERE {name} <> '|' OR npi <> '{none}'")).all()
    index = ListIndex((row[1] for row in rows), (row[2] for row in rows))
    index.add_aliases(reads.execute(text(f"SELECT key, raw FROM ref.{source}_alias")))  # noqa: S608
    return WholeList(index, source, [row[0] for row in rows])


def enrollments(reads: Reads, npi: str) -> list[Enrolled]:
    """The approved Medicare enrollments of an NPI."""
    rows = reads.execute(
        text(f"SELECT {columns_of('cms_enrollment')} FROM ref.cms_enrollment WHERE npi = :npi ORDER BY enrlmt_id"),  # noqa: S608
        {"npi": npi},
    )
    return [read_enrolled(row) for row in rows]


def reassigned_to(reads: Reads, enrollment_ids: Sequence[str]) -> list[Enrolled]:
    """The groups to which these enrollments have reassigned their benefits."""
    rows = reads.execute(
        text(
            f"SELECT DISTINCT {columns_of('cms_enrollment', 'g')} FROM ref.cms_reassignment r"  # noqa: S608
            " JOIN ref.cms_enrollment g ON g.enrlmt_id = r.rcv_bnft_enrlmt_id"
            " WHERE r.reasgn_bnft_enrlmt_id = ANY(CAST(:ids AS text[]))"
        ),
        {"ids": list(enrollment_ids)},
    )
    return [read_enrolled(row) for row in rows]


def opt_outs(reads: Reads, npi: str) -> list[OptedOut]:
    """The opt-out affidavits of an NPI."""
    rows = reads.execute(
        text(f"SELECT {columns_of('opt_out')} FROM ref.opt_out WHERE npi = :npi"),  # noqa: S608
        {"npi": npi},
    )
    return [read_opted_out(row) for row in rows]


def licenses(reads: Reads, *, state: str, number: str) -> list[LicenseRow]:
    """The licenses of a state with that number; leading zeros and case do not count."""
    rows = reads.execute(
        text(
            f"SELECT {columns_of('license')} FROM ref.license"  # noqa: S608
            " WHERE state = upper(:state) AND ltrim(upper(license_number), '0') = ltrim(upper(:number), '0')"
        ),
        {"state": state, "number": number.strip()},
    )
    return [LicenseRow(*row) for row in rows]
