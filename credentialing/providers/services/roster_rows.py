"""The rows of a roster against the files that are there: what each would do, and doing it. Both decide in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.providers.models import Provider, RosterImport, RosterImportRow
from credentialing.providers.provenance import FactSource
from credentialing.providers.rosters import FileRow
from credentialing.providers.rules import PersonName, is_somebody_else
from credentialing.providers.rules.incoming import (
    IDENTITY,
    Change,
    Record,
    Snapshot,
    Statement,
    changes_between,
    record_in_words,
)
from credentialing.providers.rules.rosters import roster_field
from credentialing.providers.services.entries import entries_of
from credentialing.providers.services.files import add_provider
from credentialing.providers.services.incoming import apply_changes, refusals, snapshot_of
from credentialing.providers.services.rosters import get_import
from infra import clock
from infra.db import current_tenant, db
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import Conflict, Invalid
from integrations.roster import RosterRow, RowRejected

PREVIEW_ROWS = 200
APPLY_ROWS = 25
"""Rows of one transaction. While it is open the job's lease cannot be renewed, so what writes goes in small steps."""
_WILL = {"created": "will_create", "updated": "will_update", "unchanged": "will_stay", "rejected": "will_reject"}
CHANGED_MEANWHILE = "the file of this provider was changed after the preview; import the roster again to see it"


@dataclass(slots=True)
class Verdict:
    """What one row does: an outcome, the changes as they may be shown, or the reasons against it."""

    row: FileRow
    outcome: str
    changes: list[Change] = field(default_factory=list)
    reasons: list[dict[str, str]] = field(default_factory=list)
    provider_id: UUID | None = None

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The changes as they may be shown, secrets masked: field by field, a record that is new in one line."""
        lines: list[dict[str, Any]] = []
        for change in self.changes:
            common = {"kind": change.kind, "title": change.title, "is_new": change.is_new}
            if change.is_new:
                says = record_in_words(change) or change.identifier
                lines.append({**common, "field": "", "label": "", "old": "", "new": says})
                continue
            lines += [
                {**common, "field": diff.field, "label": diff.label, "old": diff.old_shown, "new": diff.new_shown}
                for diff in change.fields
            ]
        return lines


@dataclass(slots=True)
class _Known:
    """The providers that a batch speaks of, with all that they hold, read in three queries."""

    providers: dict[str, Provider]
    held: dict[UUID, list[Credential]]
    snapshots: dict[str, Snapshot]


def _known(rows: Sequence[FileRow]) -> _Known:
    npis = {row.parsed.npi for row in rows if isinstance(row.parsed, RosterRow)}
    if not npis:
        return _Known({}, {}, {})
    found = db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.npi.in_(npis))).all()
    ids = [provider.id for provider in found]
    held, entries = credentials_of(ids), entries_of(ids)
    return _Known(
        {provider.npi: provider for provider in found},
        held,
        {provider.npi: snapshot_of(provider, held[provider.id], entries[provider.id]) for provider in found},
    )


def _decide(row: FileRow, snapshot: Snapshot | None) -> tuple[Verdict, Snapshot | None]:
    """What a row does to a file (None: there is no file yet), and the file as it would be then."""
    parsed = row.parsed
    if isinstance(parsed, RowRejected):
        return Verdict(row, "rejected", reasons=[_reason(name, words) for name, words in parsed.reasons]), snapshot
    if snapshot is not None and _is_somebody_else(parsed, snapshot):
        owner = f"{snapshot.identity['first_name']} {snapshot.identity['last_name']}"
        return Verdict(
            row, "rejected", reasons=[_reason("npi", f"{parsed.npi} is already the NPI of {owner}")]
        ), snapshot
    if row.contradictions:
        return Verdict(row, "rejected", reasons=[_reason(*pair) for pair in row.contradictions]), snapshot
    before = snapshot or Snapshot()
    changes, after = changes_between(before, row.statements, corrects=not row.is_repeated)
    refused = refusals(before, changes)
    if refused:
        reasons = [_reason(roster_field(kind, name), _small(words)) for kind, name, words in refused]
        return Verdict(row, "rejected", reasons=reasons), snapshot
    if snapshot is None:
        return Verdict(row, "created", changes), after
    return Verdict(row, "updated" if changes else "unchanged", changes), after


def _is_somebody_else(row: RosterRow, snapshot: Snapshot) -> bool:
    theirs = PersonName(str(snapshot.identity["first_name"]), str(snapshot.identity["last_name"]))
    return is_somebody_else(PersonName(row.first_name, row.last_name), theirs)


def _reason(name: str, words: str) -> dict[str, str]:
    return {"field": name, "reason": words[:300]}


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def plan_rows(import_id: UUID, rows: Sequence[FileRow], *, repeated: Mapping[str, Snapshot]) -> dict[str, Snapshot]:
    """Store what these rows would do; nothing else is written.

    `repeated` are the files of providers that the roster names more than once, as the rows before would have left them; the
    answer is the same after these rows.
    """
    found = get_import(import_id, lock=True)
    known = _known(rows)
    after = dict(repeated)
    verdicts = []
    for row in rows:
        npi = row.parsed.npi if isinstance(row.parsed, RosterRow) else ""
        verdict, left = _decide(row, after.get(npi) or known.snapshots.get(npi))
        if row.is_repeated and left is not None:
            after[npi] = left
        verdict.provider_id = known.providers[npi].id if npi in known.providers else None
        verdicts.append(verdict)
    for outcome, count in Counter(verdict.outcome for verdict in verdicts).items():
        setattr(found, _WILL[outcome], getattr(found, _WILL[outcome]) + count)
    _store(import_id, verdicts)
    return after


def apply_rows(import_id: UUID, *, offset: int, rows: Sequence[FileRow]) -> int:
    """Apply the rows that stand from `offset` on in the file; returns how many of the file are applied now.

    Counts and effects are stored together, and a batch that was applied already is left alone, so a repeated run counts once.
    """
    found = get_import(import_id, lock=True)
    if found.received != offset:
        return found.received
    source = FactSource("roster", found.filename, found.document_id)
    previewed = _previewed(found, rows)
    verdicts = _applied(rows, source, previewed)
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    found.received += len(rows)
    found.created_count += outcomes["created"]
    found.updated_count += outcomes["updated"]
    found.unchanged_count += outcomes["unchanged"]
    found.rejected_count += outcomes["rejected"]
    if found.is_previewed:
        _correct(verdicts, previewed)
    else:
        _store(import_id, verdicts)
    db().flush()
    return found.received


def _previewed(found: RosterImport, rows: Sequence[FileRow]) -> dict[int, RosterImportRow]:
    if not found.is_previewed or not rows:
        return {}
    query = select(RosterImportRow).where(
        RosterImportRow.tenant_id == current_tenant(),
        RosterImportRow.import_id == found.id,
        RosterImportRow.position.between(rows[0].position, rows[-1].position),
    )
    return {row.position: row for row in db().scalars(query)}


def _applied(rows: Sequence[FileRow], source: FactSource, previewed: Mapping[int, RosterImportRow]) -> list[Verdict]:
    """Apply rows together; when the file refuses one of them after all, each by itself, so that the others are still taken."""
    try:
        with db().begin_nested():
            known = _known(rows)
            return [_apply(row, known, source, previewed.get(row.position)) for row in rows]
    except (Invalid, Conflict):
        db().expire_all()
        known = _known(rows)
        return [_apply_alone(row, known, source, previewed.get(row.position)) for row in rows]


def _apply_alone(row: FileRow, known: _Known, source: FactSource, previewed: RosterImportRow | None) -> Verdict:
    try:
        with db().begin_nested():
            return _apply(row, known, source, previewed)
    except (Invalid, Conflict) as error:
        reasons = [_reason(each.pointer.removeprefix("#/"), _small(each.detail)) for each in error.errors]
        return Verdict(row, "rejected", reasons=reasons or [_reason("row", _small(error.detail))])


def _apply(row: FileRow, known: _Known, source: FactSource, previewed: RosterImportRow | None) -> Verdict:
    npi = row.parsed.npi if isinstance(row.parsed, RosterRow) else ""
    verdict, after = _decide(row, known.snapshots.get(npi))
    provider = known.providers.get(npi)
    verdict.provider_id = provider.id if provider else None
    if verdict.outcome not in ("created", "updated"):
        return verdict
    if previewed is not None and previewed.changes != verdict.shown:
        return Verdict(row, "rejected", reasons=[_reason("row", CHANGED_MEANWHILE)], provider_id=verdict.provider_id)
    if provider is None:
        provider = _create(npi, row.statements, source)
    else:
        touched = apply_changes(provider, verdict.changes, source=source, held=known.held[provider.id])
        db().flush()
        publish("provider.changed", provider_id=str(provider.id), fields=sorted(set(touched)))
    verdict.provider_id = provider.id
    if row.is_repeated and after is not None:
        _read_again(npi, provider, known)
    return verdict


def _create(npi: str, statements: Sequence[Statement], source: FactSource) -> Provider:
    """Open a file with what stands in the provider's own columns at once, then save the credentials that have none there."""
    facts: dict[str, Any] = {}
    records: list[Record] = []
    for statement in statements:
        values = statement.values
        if statement.kind == IDENTITY:
            facts |= values
        elif statement.kind in _SUMMARY and not any(row.kind == statement.kind for row in records):
            columns = {column: values[name] for name, column in _SUMMARY[statement.kind].items() if name in values}
            facts |= columns
            told = {name: values[name] for name in _SUMMARY[statement.kind] if name in values}
            records.append(Record(f"new:{len(records)}", statement.kind, told))
    provider = add_provider(npi, facts, source=source)
    left, _ = changes_between(Snapshot(facts, tuple(records)), statements, corrects=False)
    apply_changes(provider, [change for change in left if change.kind != IDENTITY], source=source)
    publish("provider.created", provider_id=str(provider.id))
    return provider


_SUMMARY: Mapping[str, Mapping[str, str]] = {
    "state_license": {"number": "license_number", "state": "license_state", "expires_on": "license_expires_on"},
    "caqh_profile": {"number": "caqh_id", "issued_on": "caqh_attested_on"},
    "dea": {"number": "dea_number"},
}
"""Which columns of the provider a credential's fields are mirrored in (`credentials.summary`): saving them there is one step."""


def _read_again(npi: str, provider: Provider, known: _Known) -> None:
    db().flush()
    held, entries = credentials_of([provider.id]), entries_of([provider.id])
    known.providers[npi], known.held[provider.id] = provider, held[provider.id]
    known.snapshots[npi] = snapshot_of(provider, held[provider.id], entries[provider.id])


def _store(import_id: UUID, verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    rows = [
        {
            "tenant_id": current_tenant(),
            "id": uuid7(),
            "created_at": clock.now(),
            "import_id": import_id,
            "position": verdict.row.position,
            "line": verdict.row.line,
            "npi": verdict.row.parsed.npi if isinstance(verdict.row.parsed, RosterRow) else "",
            "name": verdict.row.name,
            "provider_id": verdict.provider_id,
            "outcome": verdict.outcome,
            "changes": verdict.shown,
            "reasons": verdict.reasons,
        }
        for verdict in verdicts
    ]
    db().execute(insert(RosterImportRow), rows)


def _correct(verdicts: Sequence[Verdict], previewed: Mapping[int, RosterImportRow]) -> None:
    """Bring the stored rows of a preview into step with what was really done."""
    for verdict in verdicts:
        row = previewed.get(verdict.row.position)
        if row is None:
            continue
        row.provider_id = verdict.provider_id or row.provider_id
        if row.outcome != verdict.outcome:
            row.outcome, row.reasons = verdict.outcome, verdict.reasons
            if verdict.outcome != "rejected":
                row.changes = verdict.shown
