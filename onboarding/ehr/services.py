"""Entering a connection, asking for its test, and storing what the test found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import select

from infra import clock
from infra.crypto import decrypt, encrypt
from infra.db import current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, invalid
from integrations.fhir import ClientCredentials, Step
from onboarding.ehr.labels import STEP_WORDS
from onboarding.ehr.models import EhrConnection
from tenants.audit import record

_LATER_KINDS = {"sftp": "File drops over SFTP", "csv": "CSV exports as a connection"}


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection to enter. The secret is sealed before it is stored."""

    kind: str
    base_url: str | None = None
    name: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """What a test needs to know, outside of any transaction."""

    base_url: str
    credentials: ClientCredentials | None


def _is_plain_address(address: str) -> bool:
    """A web address that holds no secret; where it leads is checked by the test, each time."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def create_connection(new: NewConnection) -> EhrConnection:
    """Enter a connection; it is untested. Raises `Invalid` for a kind that does not work yet, or half a credential."""
    if new.kind in _LATER_KINDS:
        raise invalid("kind", f"{_LATER_KINDS[new.kind]} are not offered yet. Choose FHIR R4.")
    if not new.base_url:
        raise invalid("base_url", "Enter the FHIR base address, for example https://ehr.example.com/fhir/r4.")
    if not _is_plain_address(new.base_url):
        raise invalid("base_url", "Enter an https address without a user name or password in it.")
    if bool(new.client_id) != bool(new.client_secret):
        missing = "client_secret" if new.client_id else "client_id"
        raise invalid(missing, "Client id and secret belong together: enter both or neither.")
    row = EhrConnection(
        id=uuid7(),
        kind=new.kind,
        name=new.name or _named_after(new.base_url),
        base_url=new.base_url.strip().rstrip("/"),
        client_id=new.client_id,
    )
    if new.client_secret:
        row.sealed_secret = encrypt(new.client_secret, tenant_id=current_tenant(), place=_secret_place(row.id))
    db().add(row)
    db().flush()
    record("ehr_connection.created", f"entered the EHR connection {row.name}", **_subject(row))
    return row


def _named_after(base_url: str) -> str:
    """What a connection is called that nobody named: the host of its address, so that two can be told apart."""
    try:
        host = urlsplit(base_url.strip()).hostname
    except ValueError:
        host = None
    return (host or "FHIR R4")[:120]


def _secret_place(row_id: UUID) -> str:
    return f"ehr_connection.secret.{row_id}"


def _subject(row: EhrConnection) -> dict[str, Any]:
    return {"subject_kind": "ehr_connection", "subject_id": row.id}


def get_connection(connection_id: UUID, *, lock: bool = False) -> EhrConnection:
    """One connection of this clinic. Raises `NotFound`."""
    return find(EhrConnection, connection_id, lock=lock)


def list_connections(*, limit: int, after: UUID | None = None) -> Sequence[EhrConnection]:
    """Connections of this clinic, newest first, older than the one with id `after`."""
    query = select(EhrConnection).where(EhrConnection.tenant_id == current_tenant())
    if after is not None:
        query = query.where(EhrConnection.id < after)
    return db().scalars(query.order_by(EhrConnection.id.desc()).limit(limit)).all()


def remove_connection(connection_id: UUID) -> str:
    """Remove a connection and its sealed secret; returns its name.

    Raises `Conflict` while a test runs, and for a verified one, which is the proof of a task of the plan.
    """
    row = get_connection(connection_id, lock=True)
    if row.status == "testing":
        raise Conflict("This connection is being tested; remove it when the test has ended.")
    if row.status == "verified":
        raise Conflict("This connection is verified, and the plan stands on that; it cannot be removed.")
    db().delete(row)
    db().flush()
    record("ehr_connection.removed", f"removed the EHR connection {row.name}", **_subject(row))
    return row.name


def begin_test(connection_id: UUID) -> EhrConnection:
    """Ask for a test. While one is running, that one is meant: nothing is asked twice."""
    row = get_connection(connection_id, lock=True)
    if row.status == "testing":
        return row
    row.status, row.steps = "testing", []
    row.job_id = later("onboarding.test_ehr_connection", {"connection_id": str(row.id)})
    record("ehr_connection.test_asked", f"asked for a test of {row.name}", **_subject(row))
    return row


def target_of(connection_id: UUID) -> Target:
    """Where and how to test, with the secret opened. Steps of a run that died are forgotten."""
    row = get_connection(connection_id, lock=True)
    row.status, row.steps = "testing", []
    credentials = None
    if row.client_id and row.sealed_secret is not None:
        secret = decrypt(row.sealed_secret, tenant_id=row.tenant_id, place=_secret_place(row.id))
        credentials = ClientCredentials(row.client_id, secret)
    return Target(row.base_url, credentials)


def note_steps(connection_id: UUID, steps: Sequence[Step]) -> None:
    """Show the steps that are done so far."""
    get_connection(connection_id, lock=True).steps = [_described(step) for step in steps]


def finish_test(connection_id: UUID, steps: Sequence[Step]) -> EhrConnection:
    """Store the outcome. Publishes `ehr_connection.verified` when every step succeeded, else `ehr_connection.failed`."""
    row = get_connection(connection_id, lock=True)
    row.steps, row.last_tested_at = [_described(step) for step in steps], clock.now()
    is_verified = bool(steps) and all(step.ok for step in steps)
    row.status = "verified" if is_verified else "failed"
    if is_verified:
        record("ehr_connection.verified", f"verified the EHR connection {row.name}", **_subject(row))
    else:
        failed = next((step for step in steps if step.ok is False), None)
        words = f" at the step “{STEP_WORDS[failed.step]}”: {failed.detail}" if failed else ""
        record("ehr_connection.failed", f"tested the EHR connection {row.name}; it failed{words}", **_subject(row))
    publish(f"ehr_connection.{row.status}", connection_id=str(row.id), kind=row.kind)
    return row


def give_up_test(connection_id: UUID) -> None:
    """Note that a test could not be carried through on our side."""
    row = get_connection(connection_id, lock=True)
    if row.status == "testing":
        row.status, row.last_tested_at = "failed", clock.now()


def _described(step: Step) -> dict[str, object]:
    return {"step": step.step, "ok": step.ok, "detail": step.detail, "ms": step.ms}
