"""The one place that keeps the summary columns of `Provider` and the rows of `Credential` in step, in both directions.

`show_primary` writes the columns after a row was saved; `mirror` writes the row after somebody changed the columns (a roster, the
registry, the edit form). Both work on rows that the caller has read, so that a batch needs no query for each provider.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from credentialing.credentials.models import SEALED_KINDS, Credential
from credentialing.credentials.rules import (
    Held,
    caqh_due_on,
    comparable_number,
    primary_of,
    same_credential,
    section_of,
)
from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource, note_changes, shown
from infra import clock
from infra.crypto import decrypt, encrypt
from infra.db import db
from infra.ids import uuid7

LICENSE_FIELDS = frozenset({"license_number", "license_state", "license_expires_on"})
CAQH_FIELDS = frozenset({"caqh_id", "caqh_attested_on"})
MIRRORED = LICENSE_FIELDS | CAQH_FIELDS | {"dea_number"}
"""Facts of `Provider` that stand in rows of `Credential`."""
_HIDDEN = "removed"


def opened_row(provider: Provider, kind: str, source: FactSource, row_id: UUID) -> Credential:
    """A new, empty row of a provider, added to the session."""
    row = Credential(
        id=row_id,
        tenant_id=provider.tenant_id,
        provider_id=provider.id,
        kind=kind,
        status="unverified",
        details={},
        source=source.kind,
        source_detail=source.detail[:200],
        document_id=source.document_id,
        changed_at=clock.now(),
    )
    db().add(row)
    return row


def place_of(credential: Credential) -> str:
    """The place that a sealed number is bound to."""
    return f"credential.number.{credential.id}"


def _clear(credential: Credential) -> str:
    if credential.sealed_number is None:
        return credential.number or ""
    return decrypt(credential.sealed_number, tenant_id=credential.tenant_id, place=place_of(credential))


def compared(rows: Sequence[Credential]) -> list[Held]:
    """Rows as the rules compare them. Sealed numbers are opened here and leave only as a comparison's result."""
    return [
        Held(str(row.id), row.kind, _clear(row), row.state or "", row.issuer or "", row.is_primary, order)
        for order, row in enumerate(rows)
        if row.status != _HIDDEN
    ]


def write(
    credential: Credential, columns: Mapping[str, Any], details: Mapping[str, Any]
) -> dict[str, tuple[str | None, str | None]]:
    """Write checked values into a row. Returns what changed, as it may be shown: `{field: (old, new)}`."""
    changes: dict[str, tuple[str | None, str | None]] = {}
    for name, value in columns.items():
        if name == "number" and credential.kind in SEALED_KINDS:
            changes |= _seal(credential, value or "")
        elif getattr(credential, name) != value:
            old = getattr(credential, name)
            setattr(credential, name, value)
            if name != "document_id":
                changes[name] = (shown(old), shown(value))
    known = dict(credential.details)
    for name, value in details.items():
        if known.get(name) != value:
            changes[name] = (shown(known.get(name)), shown(value))
            known[name] = value
    if changes:
        credential.details = {name: value for name, value in known.items() if value is not None}
    return changes


def _seal(credential: Credential, text: str) -> dict[str, tuple[str | None, str | None]]:
    if text == _clear(credential):
        return {}
    old = credential.number_shown
    credential.number_tail = text[-2:] or None
    credential.sealed_number = (
        encrypt(text, tenant_id=credential.tenant_id, place=place_of(credential)) if text else None
    )
    return {"number": (old or None, credential.number_shown or None)}


def show_primary(provider: Provider, rows: Sequence[Credential], kind: str) -> None:
    """Bring the provider's summary columns of this kind into step with the rows; the rows note the history."""
    if kind == "state_license":
        _one_primary(rows, kind)
        license_row = _primary(rows, kind)
        provider.license_number = license_row.number if license_row else None
        provider.license_state = license_row.state if license_row else None
        provider.license_expires_on = license_row.expires_on if license_row else None
    elif kind == "caqh_profile":
        caqh = _primary(rows, kind)
        provider.caqh_id = caqh.number if caqh else None
        provider.caqh_attested_on = caqh.issued_on if caqh else None
    elif kind == "dea":
        _one_primary(rows, kind)
        dea = _primary(rows, kind)
        seal_dea(provider, _clear(dea) if dea else "")


def _primary(rows: Sequence[Credential], kind: str) -> Credential | None:
    wanted = primary_of(compared(rows), kind)
    return next((row for row in rows if str(row.id) == wanted), None)


def _one_primary(rows: Sequence[Credential], kind: str, chosen: Credential | None = None) -> None:
    """Mark one row of a kind as the primary and no other. `chosen` wins, then the row marked last, then the first one."""
    mine = [row for row in rows if row.kind == kind and row.status != _HIDDEN]
    if chosen is None:
        marked = [row for row in mine if row.is_primary]
        chosen = max(marked, key=lambda row: row.changed_at) if marked else _primary(rows, kind)
    for row in mine:
        if row.is_primary != (row is chosen):
            details = {name: value for name, value in row.details.items() if name != "is_primary"}
            row.details = {**details, "is_primary": True} if row is chosen else details


def dea_of(provider: Provider) -> str:
    """The DEA number of the summary in clear; empty when there is none."""
    if provider.sealed_dea_number is None:
        return ""
    return decrypt(provider.sealed_dea_number, tenant_id=provider.tenant_id, place=_dea_place(provider))


def seal_dea(provider: Provider, number: str) -> bool:
    """Write the DEA number of the summary, sealed. True when it is another one than before."""
    if number == dea_of(provider):
        return False
    sealed = encrypt(number, tenant_id=provider.tenant_id, place=_dea_place(provider)) if number else None
    provider.sealed_dea_number = sealed
    return True


def _dea_place(provider: Provider) -> str:
    return f"provider.dea_number.{provider.id}"


def mirror(
    provider: Provider, changed: Collection[str], source: FactSource, rows: list[Credential]
) -> list[Credential]:
    """Bring the rows into step after somebody changed summary columns; `rows` are all that the provider holds, new ones are
    appended. Notes the history. Returns the rows that changed: whoever calls publishes them.
    """
    touched = []
    if LICENSE_FIELDS & set(changed):
        touched.append(_mirror_license(provider, source, rows))
    if CAQH_FIELDS & set(changed):
        due = caqh_due_on(provider.caqh_attested_on, provider.license_state)
        columns = {"number": provider.caqh_id, "issued_on": provider.caqh_attested_on, "expires_on": due}
        touched.append(_mirror_one(provider, "caqh_profile", columns, source, rows))
    if "dea_number" in changed:
        number = dea_of(provider)
        columns = {"number": number or None, "state": provider.license_state if number else None}
        touched.append(_mirror_one(provider, "dea", columns, source, rows, keep={"state"}))
    return [row for row in touched if row is not None]


def _mirror_license(provider: Provider, source: FactSource, rows: list[Credential]) -> Credential | None:
    number, state = provider.license_number or "", provider.license_state or ""
    columns = {
        "number": provider.license_number,
        "state": provider.license_state,
        "expires_on": provider.license_expires_on,
    }
    wanted = same_credential(compared(rows), "state_license", number=number, state=state, issuer="")
    row = next((row for row in rows if str(row.id) == wanted), None)
    primary = _primary(rows, "state_license")
    if row is None and primary is not None:
        moved = state and primary.state and primary.state != state
        another = number and primary.number and comparable_number(primary.number) != comparable_number(number)
        # Number and state both new: a second license, which now stands for the provider. Else the old one was corrected.
        row = None if moved and another else primary
    return _save(provider, "state_license", columns, source, rows, row)


def _mirror_one(
    provider: Provider,
    kind: str,
    columns: dict[str, Any],
    source: FactSource,
    rows: list[Credential],
    keep: Collection[str] = (),
) -> Credential | None:
    row = _primary(rows, kind)
    if row is not None:
        columns = {name: value for name, value in columns.items() if name not in keep or not getattr(row, name)}
    return _save(provider, kind, columns, source, rows, row)


def _save(
    provider: Provider,
    kind: str,
    columns: Mapping[str, Any],
    source: FactSource,
    rows: list[Credential],
    row: Credential | None,
) -> Credential | None:
    if row is None:
        if not any(columns.values()):
            return None
        row = opened_row(provider, kind, source, uuid7())
        rows.append(row)
    if not any(columns.values()):
        columns = {"status": _HIDDEN}
    changes = write(row, columns, {})
    if kind in ("state_license", "dea") and row.status != _HIDDEN:
        _one_primary(rows, kind, row)
    if not changes:
        return None
    row.source, row.source_detail, row.changed_at = source.kind, source.detail[:200], clock.now()
    note_changes(provider.id, section_of(kind), row.id, changes, source)
    return row
