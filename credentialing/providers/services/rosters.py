"""Taking over a roster: each row makes, changes or confirms a provider, or is rejected with its reasons. The sums always add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.credentials.models import Credential
from credentialing.credentials.services import credentials_of
from credentialing.providers.models import Provider, RosterImport
from credentialing.providers.provenance import FactSource
from credentialing.providers.rules import PersonName, is_somebody_else, proper_name
from credentialing.providers.services.files import add_provider, apply_facts
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict
from integrations.dea import dea_is_valid
from integrations.roster import RosterRow, RowRejected
from tenants.audit import record
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

BATCH_ROWS = 25
_OPEN = frozenset({"queued", "reading"})


def start_import(*, document_id: UUID, mapping: Mapping[str, str] | None = None) -> RosterImport:
    """Have a roster read: a stored, scanned document. `mapping` is `{field: column name}`; without it the columns are guessed.

    Raises `NotFound`, and `Conflict` for a file that has not passed the scan.
    """
    document = get_document(document_id)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict(
            f"This file is {document.status.replace('_', ' ')}; a roster is read once the file is available."
        )
    made = RosterImport(
        id=uuid7(),
        document_id=document.id,
        filename=document.filename,
        mapping=dict(mapping or {}),
        started_by_name=current_scope().actor_name,
    )
    db().add(made)
    db().flush()
    made.job_id = later("credentialing.import_roster", {"import_id": str(made.id)}, dedupe_key=str(made.id))
    db().flush()
    return made


def get_import(import_id: UUID, *, lock: bool = False) -> RosterImport:
    """One import of this clinic. Raises `NotFound`."""
    return find(RosterImport, import_id, lock=lock)


def latest_imports(*, limit: int = 10) -> Sequence[RosterImport]:
    """The last imports of this clinic, newest first."""
    query = select(RosterImport).where(RosterImport.tenant_id == current_tenant())
    return db().scalars(query.order_by(RosterImport.created_at.desc(), RosterImport.id.desc()).limit(limit)).all()


def begin_reading(import_id: UUID) -> tuple[RosterImport, str] | None:
    """Note that the file is being read; returns the import and the object's key. None when the import is over."""
    found = get_import(import_id, lock=True)
    if found.status not in _OPEN:
        return None
    found.status = "reading"
    return found, get_document(found.document_id).object_key


def stop_import(import_id: UUID, *, status: str, failure: str) -> None:
    """End an import that cannot go on: `failed`, or `needs_mapping` when a person must say what the columns mean."""
    found = get_import(import_id, lock=True)
    if found.status in _OPEN:
        found.status, found.failure, found.finished_at = status, failure, clock.now()


def apply_rows(import_id: UUID, *, offset: int, rows: Sequence[RosterRow | RowRejected]) -> int:
    """Apply the rows that stand from `offset` on in the file; returns how many of the file are applied now.

    Counts and effects are stored together, and a batch that was applied already is left alone, so a repeated run counts once.
    """
    found = get_import(import_id, lock=True)
    if found.received != offset:
        return found.received
    known = _known([row.npi for row in rows if isinstance(row, RosterRow)])
    held = credentials_of([provider.id for provider in known.values()])
    source = FactSource("roster", found.filename, found.document_id)
    outcomes: Counter[str] = Counter()
    rejects = []
    for row in rows:
        reasons: Sequence[tuple[str, str]]
        reasons = row.reasons if isinstance(row, RowRejected) else _defects(row, known.get(row.npi))
        if reasons:
            outcomes["rejected"] += 1
            rejects += [{"line": row.line_number, "field": name, "reason": reason} for name, reason in reasons]
        elif isinstance(row, RosterRow):
            outcomes[_apply(row, known, held, source)] += 1
    found.received += len(rows)
    found.created_count += outcomes["created"]
    found.updated_count += outcomes["updated"]
    found.unchanged_count += outcomes["unchanged"]
    found.rejected_count += outcomes["rejected"]
    found.rejects = [*found.rejects, *rejects]
    db().flush()
    return found.received


def _known(npis: Sequence[str]) -> dict[str, Provider]:
    if not npis:
        return {}
    rows = db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.npi.in_(set(npis))))
    return {provider.npi: provider for provider in rows}


def _defects(row: RosterRow, known: Provider | None) -> list[tuple[str, str]]:
    found = []
    if known is not None and is_somebody_else(
        PersonName(row.first_name, row.last_name), PersonName(known.first_name, known.last_name)
    ):
        found.append(("npi", f"{row.npi} is already the NPI of {known.name}"))
    if row.dea_number and not dea_is_valid(row.dea_number):
        found.append(("dea_number", "the check digit of the DEA number is wrong"))
    return found


def _apply(row: RosterRow, known: dict[str, Provider], held: dict[UUID, list[Credential]], source: FactSource) -> str:
    facts = facts_of(row)
    provider = known.get(row.npi)
    if provider is None:
        provider = add_provider(row.npi, facts, source=source)
        known[row.npi] = provider
        publish("provider.created", provider_id=str(provider.id))
        return "created"
    changed = apply_facts(provider, facts, source=source, held=held.get(provider.id))
    if changed:
        publish("provider.changed", provider_id=str(provider.id), fields=sorted(changed))
    return "updated" if changed else "unchanged"


def facts_of(row: RosterRow) -> dict[str, Any]:
    """What a row says, under the names of the file's fields; what it leaves empty is left out and changes nothing."""
    facts = {
        "first_name": proper_name(row.first_name),
        "middle_name": proper_name(row.middle_name),
        "last_name": proper_name(row.last_name),
        "suffix": row.suffix,
        "credential": row.credential,
        "taxonomy": row.taxonomy_code,
        "license_number": row.license_number,
        "license_state": row.license_state,
        "license_expires_on": row.license_expires_on,
        "email": row.email,
        "phone": row.phone,
        "caqh_id": row.caqh_id,
        "caqh_attested_on": row.caqh_attested_on,
        "birth_date": row.birth_on,
        "dea_number": row.dea_number,
    }
    return {name: value for name, value in facts.items() if value}


def counts_of(found: RosterImport) -> dict[str, int]:
    """What became of the rows; `received` is the sum of the others."""
    return {
        "received": found.received,
        "created": found.created_count,
        "updated": found.updated_count,
        "unchanged": found.unchanged_count,
        "rejected": found.rejected_count,
    }


def finish_import(import_id: UUID) -> None:
    """End an import whose rows are all applied. Publishes `roster.imported` with the counts."""
    found = get_import(import_id, lock=True)
    found.status, found.finished_at = "done", clock.now()
    counts = counts_of(found)
    record(
        "roster.imported",
        f"imported {found.filename}: {found.created_count} new, {found.updated_count} changed,"
        f" {found.unchanged_count} as before, {found.rejected_count} rejected",
        subject_kind="roster_import",
        subject_id=found.id,
        facts=counts,
    )
    publish("roster.imported", import_id=str(found.id), document_id=str(found.document_id), **counts)
