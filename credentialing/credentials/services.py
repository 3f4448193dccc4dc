"""Saving and reading what providers hold. The summary columns of `Provider` are kept in step by `summary`, called from here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from credentialing.credentials import summary
from credentialing.credentials.models import SEALED_KINDS, Credential
from credentialing.credentials.rules import caqh_due_on, same_credential, section_of
from credentialing.credentials.values import check_kind, checked
from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource, note_changes, shown
from credentialing.requirements.catalog import load_catalog
from infra import clock
from infra.crypto import decrypt
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.db.once import once
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import Forbidden, NotFound, StaleVersion, invalid
from tenants.audit import record


def credentials_of(provider_ids: Sequence[UUID], *, kinds: Sequence[str] = ()) -> dict[UUID, list[Credential]]:
    """What these providers hold, in the order in which it was entered, in one query; only of `kinds` when given.

    Every provider has a list, empty when they hold nothing. Removed ones are left out; superseded and revoked ones are there.
    """
    found: dict[UUID, list[Credential]] = {provider_id: [] for provider_id in provider_ids}
    if not provider_ids:
        return found
    asked = frozenset(provider_ids), frozenset(kinds)
    for row in once(("credentials", *asked), lambda: _read(*asked)):
        found[row.provider_id].append(row)
    return found


def _read(provider_ids: frozenset[UUID], kinds: frozenset[str]) -> Sequence[Credential]:
    query = select(Credential).where(
        Credential.tenant_id == current_tenant(),
        Credential.provider_id.in_(provider_ids),
        Credential.status != "removed",
    )
    if kinds:
        query = query.where(Credential.kind.in_(kinds))
    return db().scalars(query.order_by(Credential.id)).all()


def by_kind(credentials: Sequence[Credential]) -> dict[str, list[Credential]]:
    """Credentials of one provider by their kind."""
    grouped: dict[str, list[Credential]] = defaultdict(list)
    for row in credentials:
        grouped[row.kind].append(row)
    return grouped


def get_credential(provider_id: UUID, credential_id: UUID) -> Credential:
    """One credential of this provider. Raises `NotFound`."""
    found = find(Credential, credential_id)
    if found.provider_id != provider_id or found.status == "removed":
        raise NotFound
    return found


def save_credential(
    *,
    provider_id: UUID,
    kind: str,
    values: Mapping[str, Any],
    source: FactSource,
    credential_id: UUID | None = None,
    new_id: UUID | None = None,
    if_version: int | None = None,
) -> Credential:
    """Save what somebody says of a credential: `number`, `state`, `issuer`, `holder_name`, `issued_on`, `expires_on`, `status`,
    `document_id` and details. What is not named stays as it is; None empties.

    Without `credential_id` the statement goes to the credential that it speaks of (`rules.same_credential`), else it makes a
    new one. With `new_id` it goes to the credential of exactly that id, and makes it when there is none.

    Notes every changed field, publishes `credential.changed`, and brings the provider's summary columns into step. Raises
    `NotFound`, `Invalid`, `Forbidden` when a provider states the standing of their own license, and `StaleVersion` when
    `if_version` is no longer current.
    """
    columns, details = checked(check_kind(kind), values)
    provider = find(Provider, provider_id, lock=True)
    held = credentials_of([provider.id])[provider.id]
    if "status" in columns and current_scope().provider_id is not None:
        raise Forbidden("Whether a credential is in force is said by its issuer, not by its holder.")
    credential = _target(held, kind, columns, credential_id, new_id)
    if credential is not None and if_version is not None and credential.version != if_version:
        raise StaleVersion
    if credential is None:
        if not any(value is not None for value in (*columns.values(), *details.values())):
            raise invalid(next(iter(values), "values"), "Enter something first.")
        credential = summary.opened_row(provider, kind, source, new_id or uuid7())
        held.append(credential)
    _refuse_reversed(credential, columns)
    changes = summary.write(credential, columns, details)
    if kind == "caqh_profile" and "issued_on" in columns and "expires_on" not in columns:
        changes |= summary.write(
            credential, {"expires_on": caqh_due_on(credential.issued_on, provider.license_state)}, {}
        )
    if not changes:
        return credential
    _came_from(credential, source)
    note_changes(provider.id, section_of(kind), credential.id, changes, source)
    summary.show_primary(provider, held, kind)
    _told(provider, credential, "saved")
    return credential


def _target(
    held: Sequence[Credential],
    kind: str,
    columns: Mapping[str, Any],
    credential_id: UUID | None,
    new_id: UUID | None,
) -> Credential | None:
    if credential_id is None and new_id is None:
        wanted = same_credential(
            summary.compared(held),
            kind,
            number=columns.get("number") or "",
            state=columns.get("state") or "",
            issuer=columns.get("issuer") or "",
        )
        return next((row for row in held if str(row.id) == wanted), None)
    found = next((row for row in held if row.id == (credential_id or new_id)), None)
    if (found is None and new_id is None) or (found is not None and found.kind != kind):
        raise NotFound
    return found


def _refuse_reversed(credential: Credential, columns: Mapping[str, Any]) -> None:
    begins = columns.get("issued_on", credential.issued_on)
    ends = columns.get("expires_on", credential.expires_on)
    if begins and ends and ends < begins:
        raise invalid(
            "expires_on" if "expires_on" in columns else "issued_on", "It ends before it begins: check both dates."
        )


def _came_from(credential: Credential, source: FactSource) -> None:
    credential.source, credential.source_detail = source.kind, source.detail[:200]
    credential.document_id = source.document_id or credential.document_id
    credential.changed_at = clock.now()


def _told(provider: Provider, credential: Credential, verb: str) -> None:
    db().flush()
    label = load_catalog().documents[credential.kind].label
    where = f" ({credential.state})" if credential.state else ""
    record(
        f"credential.{verb}",
        f"{verb} {label}{where} of {provider.name}",
        subject_kind="provider",
        subject_id=provider.id,
        facts={"credential_id": str(credential.id), "kind": credential.kind},
    )
    announce(credential)


def announce(credential: Credential) -> None:
    """Publish `credential.changed` with the ids, the kind and the day on which it ends (ISO text or None)."""
    publish(
        "credential.changed",
        provider_id=str(credential.provider_id),
        credential_id=str(credential.id),
        kind=credential.kind,
        expires_on=shown(credential.expires_on),
    )


def remove_credential(*, provider_id: UUID, credential_id: UUID, source: FactSource) -> None:
    """Take a credential out of the file; the row and its history stay. Publishes `credential.changed`. Raises `NotFound`."""
    provider = find(Provider, provider_id, lock=True)
    held = credentials_of([provider.id])[provider.id]
    credential = next((row for row in held if row.id == credential_id), None)
    if credential is None:
        raise NotFound
    changes = summary.write(credential, {"status": "removed"}, {"is_primary": None})
    _came_from(credential, source)
    note_changes(provider.id, section_of(credential.kind), credential.id, changes, source)
    summary.show_primary(provider, [row for row in held if row.id != credential.id], credential.kind)
    _told(provider, credential, "removed")


def make_primary(*, provider_id: UUID, credential_id: UUID, source: FactSource) -> Credential:
    """Let this one of several licenses stand for the provider in lists and applications. Raises `NotFound`."""
    credential = get_credential(provider_id, credential_id)
    return save_credential(
        provider_id=provider_id,
        kind=credential.kind,
        values={"is_primary": True},
        source=source,
        credential_id=credential_id,
    )


def reveal_number(*, provider_id: UUID, credential_id: UUID, reason: str) -> str:
    """A sealed number in clear. The act and its reason go into the audit trail. Raises `NotFound`, `Invalid`."""
    if len(reason.strip()) < 5:
        raise invalid("reason", "Say why you need it; the reason is kept.")
    credential = get_credential(provider_id, credential_id)
    if credential.kind not in SEALED_KINDS or credential.sealed_number is None:
        raise NotFound("There is no masked number.")
    label = load_catalog().documents[credential.kind].label
    record(
        "credential.revealed",
        f"looked at the number of {label} {credential.number_shown}: {reason.strip()[:200]}",
        subject_kind="provider",
        subject_id=provider_id,
        facts={"credential_id": str(credential_id)},
    )
    return clear_number(credential) or ""


def clear_number(credential: Credential) -> str | None:
    """The number in clear, also of a sealed one: for comparing, form filling and verification inside the product only."""
    if credential.sealed_number is None:
        return credential.number
    return decrypt(credential.sealed_number, tenant_id=credential.tenant_id, place=summary.place_of(credential))
