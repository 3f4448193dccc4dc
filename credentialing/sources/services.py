"""How the sources stand, and asking for a load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from credentialing.sources.catalog import SOURCES, Source
from credentialing.sources.loading import SourceNotConfigured
from credentialing.sources.lookups import Reads
from infra import clock
from infra.db import current_tenant
from infra.outbox import OutboxRow, later
from infra.problems import NotFound
from infra.settings import settings
from tenants.audit import record
from tenants.work.services import get_job

TROUBLE_AFTER = timedelta(days=35)
"""A list that is published monthly and has not been renewed for so long is too old to screen with in peace."""

_STATES = text("""
SELECT s.source, v.id AS number, v.at AS loaded_at, v.rows, v.sha256, v.last_modified, v.seconds, c.at AS checked_at, f.at AS failed_at,
  f.error, f.id AS failed
FROM unnest(CAST(:sources AS text[])) AS s (source)
LEFT JOIN LATERAL (SELECT * FROM ref.load l WHERE l.source = s.source AND l.outcome = 'loaded' ORDER BY l.id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT * FROM ref.load l WHERE l.source = s.source AND l.outcome <> 'failed' ORDER BY l.id DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (SELECT * FROM ref.load l WHERE l.source = s.source AND l.outcome = 'failed'
  AND l.id > coalesce(c.id, 0) ORDER BY l.id DESC LIMIT 1) f ON true
""")


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source: the version in place (None: none yet), when its publisher was last asked, and the defect of a later attempt."""

    source: Source
    number: int | None
    rows: int | None
    sha256: str | None
    published: str
    loaded_at: datetime | None
    checked_at: datetime | None
    failed_at: datetime | None
    last_error: str | None

    @property
    def code(self) -> str:
        """The source's code."""
        return self.source.code

    @property
    def label(self) -> str:
        """The source's name."""
        return self.source.label

    @property
    def publisher(self) -> str:
        """Who publishes it."""
        return self.source.publisher

    @property
    def is_configured(self) -> bool:
        """Whether this deployment has an address for it."""
        return bool(self.source.url(settings()))

    @property
    def is_due(self) -> bool:
        """Whether its publisher should be asked for a new version."""
        return self.checked_at is None or self.checked_at + self.source.every <= clock.wall()

    @property
    def is_stale(self) -> bool:
        """Whether the version in place is too old to rely on."""
        return self.loaded_at is None or (self.checked_at or self.loaded_at) + TROUBLE_AFTER <= clock.wall()


def source_states(reads: Reads) -> list[SourceState]:
    """All sources, in the order of the catalog; one statement."""
    rows = {row.source: row for row in reads.execute(_STATES, {"sources": list(SOURCES)})}
    return [
        SourceState(
            source=source,
            number=rows[code].number,
            rows=rows[code].rows,
            sha256=rows[code].sha256,
            published=rows[code].last_modified or "",
            loaded_at=rows[code].loaded_at,
            checked_at=rows[code].checked_at,
            failed_at=rows[code].failed_at,
            last_error=rows[code].error,
        )
        for code, source in SOURCES.items()
    ]


def source_state(reads: Reads, code: str) -> SourceState:
    """One source. Raises `NotFound`."""
    found = next((state for state in source_states(reads) if state.code == code), None)
    if found is None:
        raise NotFound
    return found


def attempts(reads: Reads, code: str, *, limit: int = 20) -> Sequence[dict[str, object]]:
    """The last attempts to load a source, newest first."""
    found = reads.execute(
        text(
            "SELECT id, outcome, at, rows, bytes, sha256, seconds, error, by_name FROM ref.load WHERE source = :code"
            " ORDER BY id DESC LIMIT :limit"
        ),
        {"code": code, "limit": limit},
    )
    return [dict(row._mapping) for row in found]


def ask_for_load(code: str, *, accept_fewer: bool = False) -> OutboxRow:
    """Have a source loaded now; returns the job. The clinic of this scope only carries it.

    Raises `NotFound` for an unknown source, `SourceNotConfigured` when this deployment has no address for it.
    """
    source = SOURCES.get(code)
    if source is None:
        raise NotFound
    if not source.url(settings()):
        raise SourceNotConfigured(f"Set {source.variable} to the address of {source.layout.name}.")
    job_id = later("credentialing.load_source", {"source": code, "accept_fewer": accept_fewer})
    record(
        "source.load_asked",
        f"had {source.layout.name} loaded" + (", also with fewer rows" if accept_fewer else ""),
        subject_kind="clinic",
        subject_id=current_tenant(),
    )
    return get_job(job_id)
