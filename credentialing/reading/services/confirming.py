"""What a person says of a reading: confirmed or corrected, written into the provider's file, and kept beside what the machine said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from credentialing.credentials.services import save_credential
from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource
from credentialing.reading.models import Reading
from credentialing.reading.rules import (
    CREDENTIAL_KINDS,
    SEALED_KINDS,
    credential_values,
    is_secret_number,
    masked_number,
)
from credentialing.reading.services.machine import begin_reading, move_to_owner, seal_number, sealed_number_of
from credentialing.reading.services.queue import get_reading, known_kinds
from infra import clock
from infra.db import current_scope, db
from infra.db.find import find
from infra.outbox import publish
from infra.problems import Conflict, invalid
from integrations.reading.labels import fields_of
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import get_document, review_document, sort_document
from tenants.documents.states import ReviewStatus

_CONFIRMABLE = frozenset({"to_confirm", "unreadable", "closed"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says: kind, whose, and values by field (dates as `date`, limits in cents). A missing field is "there is none"."""

    kind: str
    provider_id: UUID | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def confirm_reading(document_id: UUID, said: Said, *, accept: bool, by_machine: bool = False) -> Reading:
    """Take over what a person confirmed: the document's kind, owner and end, the credential in the provider's file, and with
    `accept` also the review. What the machine said stays as it was. Publishes `document.confirmed`.

    Raises `Conflict` for a reading that is confirmed already or still under way, `Invalid` for an unknown kind or provider and for
    values that cannot be, `NotFound`.
    """
    document = get_document(document_id, lock=True)
    reading = get_reading(document_id, lock=True)
    if reading.status not in _CONFIRMABLE:
        raise Conflict(f"This file is {reading.status.replace('_', ' ')}; it can be confirmed once it waits for that.")
    if said.kind not in known_kinds():
        raise invalid("kind", "Choose what it is.")
    if said.provider_id is None and said.kind in CREDENTIAL_KINDS:
        raise invalid("provider_id", "Choose whose it is: it goes into that provider's file.")
    provider = find(Provider, said.provider_id) if said.provider_id else None
    values = _complete(reading, said)
    if provider is not None and said.kind in CREDENTIAL_KINDS:
        reading.credential_id = _into_file(document, provider, said.kind, values)
    _judge(document, said, values.get("expires_on"), accept=accept)
    if said.kind == "w9":
        number = str(values["number"] or "")
        seal_number(reading, number if is_secret_number(said.kind, number) else None)
    reading.said = {
        "kind": said.kind,
        "provider_id": str(said.provider_id) if said.provider_id else None,
        "fields": _shown(said.kind, values),
    }
    reading.status, reading.said_by_machine = "confirmed", by_machine
    reading.confirmed_by_name, reading.confirmed_at = current_scope().actor_name, clock.now()
    move_to_owner(reading, document.provider_id)
    db().flush()
    record(
        "document.confirmed",
        f"confirmed what {document.filename} is"
        if not by_machine
        else f"accepted {document.filename} by the clinic's threshold",
        subject_kind="document",
        subject_id=document.id,
        facts={"kind": said.kind, "read_as": reading.kind, "confidence": reading.confidence},
    )
    publish(
        "document.confirmed",
        document_id=str(document.id),
        kind=said.kind,
        provider_id=str(said.provider_id) if said.provider_id else None,
    )
    return reading


def _complete(reading: Reading, said: Said) -> dict[str, Any]:
    """The values of this kind's fields. A secret number that was left masked is the one that was read."""
    values = {name: said.values.get(name) for name in fields_of(said.kind)}
    number = values.get("number")
    if "•" in str(number) or (said.kind in SEALED_KINDS and not number):
        values["number"] = sealed_number_of(reading)
        if number and values["number"] is None:
            raise invalid("number", "Type the whole number: it was not read.")
    begins = next((values[name] for name in ("issued_on", "effective_on", "attested_on") if values.get(name)), None)
    ends = values.get("expires_on")
    if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
        raise invalid("expires_on", "It ends before it begins: check both dates.")
    return values


def _into_file(document: Document, provider: Provider, kind: str, values: Mapping[str, Any]) -> UUID:
    source = FactSource("document", document.filename, document.id)
    statement = {**credential_values(kind, values), "document_id": document.id}
    return save_credential(provider_id=provider.id, kind=kind, values=statement, source=source).id


def _judge(document: Document, said: Said, expires_on: date | None, *, accept: bool) -> None:
    """Sort the document, and accept it where whoever confirms may; one that was accepted before keeps its place."""
    if document.review_status == ReviewStatus.ACCEPTED:
        if document.kind != said.kind or document.provider_id != said.provider_id:
            raise Conflict("This file was accepted as something else; reject it first to file it elsewhere.")
        document.expires_on = expires_on or document.expires_on
        return
    sort_document(document.id, kind=said.kind, provider_id=said.provider_id)
    document.expires_on = expires_on or document.expires_on
    if accept:
        review_document(document.id, accept=True, kind=said.kind, expires_on=expires_on)


def _shown(kind: str, values: Mapping[str, Any]) -> dict[str, str]:
    shown = {
        name: value.isoformat() if isinstance(value, date) else str(value) for name, value in values.items() if value
    }
    if is_secret_number(kind, shown.get("number", "")) and "number" in shown:
        shown["number"] = masked_number(shown["number"])
    return shown


def read_again(document_id: UUID) -> Reading:
    """Read a document once more, from its first page. Raises `Conflict` for one that is confirmed, split or being read."""
    document = get_document(document_id, lock=True)
    reading = get_reading(document_id, lock=True)
    if reading.status not in _CONFIRMABLE:
        raise Conflict(f"This file is {reading.status.replace('_', ' ')}; it is not read again.")
    begun = begin_reading(document, again=True)
    if begun is None:
        raise Conflict("An import reads files of this kind.")
    record(
        "document.read_again", f"had {document.filename} read again", subject_kind="document", subject_id=document.id
    )
    return begun
