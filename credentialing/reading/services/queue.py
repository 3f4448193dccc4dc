"""Readings by document, what waits for a person, how far the reading of a drop is, and how the machine did so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, tuple_

from credentialing.reading.models import Reading, ReadingPage, ReadingPart
from credentialing.reading.rules import agreement
from credentialing.requirements.services import document_kinds
from infra import clock
from infra.db import current_tenant, db
from infra.problems import NotFound
from infra.storage import PresignedRequest, storage
from tenants.documents.labels import kind_choices
from tenants.documents.models import Document
from tenants.documents.services import get_document

OPEN = ("queued", "reading")
WAITING = ("to_confirm", "unreadable")


def find_reading(document_id: UUID, *, lock: bool = False) -> Reading | None:
    """The reading of a document; None when it was never read."""
    query = select(Reading).where(Reading.tenant_id == current_tenant(), Reading.document_id == document_id)
    return db().scalars(query.with_for_update() if lock else query).one_or_none()


def get_reading(document_id: UUID, *, lock: bool = False) -> Reading:
    """The reading of a document. Raises `NotFound` when there is no such document, or it was never read."""
    get_document(document_id)
    found = find_reading(document_id, lock=lock)
    if found is None:
        raise NotFound("This file has not been read.")
    return found


def readings_of(document_ids: Sequence[UUID]) -> Mapping[UUID, Reading]:
    """Readings of several documents, in one query."""
    if not document_ids:
        return {}
    rows = db().scalars(
        select(Reading).where(Reading.tenant_id == current_tenant(), Reading.document_id.in_(document_ids))
    )
    return {row.document_id: row for row in rows}


def known_kinds() -> dict[str, str]:
    """Every kind that a document may be, with its label; workers and web alike."""
    return {**dict(kind_choices()), **dict(document_kinds())}


def pages_of(reading: Reading) -> Sequence[ReadingPage]:
    """The pages of a reading, in order."""
    return (
        db()
        .scalars(
            select(ReadingPage)
            .where(ReadingPage.tenant_id == current_tenant(), ReadingPage.reading_id == reading.id)
            .order_by(ReadingPage.number)
        )
        .all()
    )


def page_picture(document_id: UUID, number: int) -> PresignedRequest:
    """A one-minute request for the picture of a page, straightened as the fields' boxes see it. Raises `NotFound`."""
    document = get_document(document_id)
    key = db().scalar(
        select(ReadingPage.picture_key).where(
            ReadingPage.tenant_id == current_tenant(),
            ReadingPage.document_id == document_id,
            ReadingPage.number == number,
        )
    )
    if key is None:
        raise NotFound("There is no picture of that page.")
    return storage().presign_get(key, filename=f"{document.id}-{number}.png", content_type="image/png")


def waiting(*, limit: int = 50, after: UUID | None = None, unreadable: bool = True) -> list[tuple[Reading, Document]]:
    """Readings that wait for a person with their documents, oldest first, younger than the one with id `after`."""
    query = (
        select(Reading, Document)
        .join(Document, (Document.tenant_id == Reading.tenant_id) & (Document.id == Reading.document_id))
        .where(Reading.tenant_id == current_tenant(), Reading.status.in_(WAITING if unreadable else WAITING[:1]))
    )
    if after is not None:
        query = query.where(tuple_(Reading.id) > tuple_(after))
    return [(row[0], row[1]) for row in db().execute(query.order_by(Reading.id).limit(limit))]


def next_to_confirm(after: UUID) -> UUID | None:
    """The document that waits next after this reading, then from the beginning; None when no other waits."""
    query = select(Reading.document_id).where(
        Reading.tenant_id == current_tenant(), Reading.status.in_(WAITING), Reading.id != after
    )
    later_one = db().scalar(query.where(tuple_(Reading.id) > tuple_(after)).order_by(Reading.id).limit(1))
    return later_one or db().scalar(query.order_by(Reading.id).limit(1))


def count_waiting() -> int:
    """How many readings wait for a person."""
    return (
        db().scalar(select(func.count()).where(Reading.tenant_id == current_tenant(), Reading.status.in_(WAITING))) or 0
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the drop at hand is: files being read, files read since it began, and their pages."""

    open: int
    done: int
    pages_done: int
    pages_total: int


def progress() -> Progress:
    """Files that are read or wait for it, with those that were finished since the oldest of them came."""
    oldest = db().scalar(
        select(func.min(Reading.created_at)).where(Reading.tenant_id == current_tenant(), Reading.status.in_(OPEN))
    )
    if oldest is None:
        return Progress(0, 0, 0, 0)
    since = oldest - timedelta(minutes=10)
    rows = db().execute(
        select(Reading.status, func.count(), func.sum(Reading.pages_done), func.sum(Reading.pages_total))
        .where(Reading.tenant_id == current_tenant(), Reading.created_at >= since)
        .group_by(Reading.status)
    )
    counts = {True: (0, 0, 0), False: (0, 0, 0)}
    for status, files, done, total in rows:
        files_so_far, done_so_far, total_so_far = counts[status in OPEN]
        counts[status in OPEN] = (files_so_far + files, done_so_far + int(done or 0), total_so_far + int(total or 0))
    still, past = counts[True], counts[False]
    return Progress(still[0], past[0], still[1] + past[1], still[2] + past[2])


def parts_of(document_id: UUID) -> tuple[list[tuple[ReadingPart, Document]], ReadingPart | None]:
    """The parts that were cut out of a document, and the part that it is itself of another one, if it is."""
    joined = (
        select(ReadingPart, Document)
        .join(Document, (Document.tenant_id == ReadingPart.tenant_id) & (Document.id == ReadingPart.part_document_id))
        .where(ReadingPart.tenant_id == current_tenant())
        .where((ReadingPart.document_id == document_id) | (ReadingPart.part_document_id == document_id))
        .order_by(ReadingPart.first_page)
    )
    rows = [(row[0], row[1]) for row in db().execute(joined)]
    own = next((part for part, _ in rows if part.part_document_id == document_id), None)
    return [pair for pair in rows if pair[0].document_id == document_id], own


def machine_report(*, days: int = 365) -> dict[str, Any]:
    """How the machine did on what people confirmed in the last `days`: agreement by kind and by field, and how many files."""
    rows = db().execute(
        select(Reading.kind, Reading.fields, Reading.said, Reading.said_by_machine).where(
            Reading.tenant_id == current_tenant(),
            Reading.status == "confirmed",
            Reading.confirmed_at >= clock.now() - timedelta(days=days),
        )
    )
    compared, alone = [], 0
    for kind, fields, said, by_machine in rows:
        if by_machine or not said:
            alone += 1
            continue
        read = {str(item["name"]): str(item["value"]) for item in fields}
        compared.append((kind, read, str(said["kind"]), {k: str(v) for k, v in said["fields"].items() if v}))
    kinds, values = agreement(compared)
    counts: dict[str, int] = {
        row[0]: row[1]
        for row in db().execute(
            select(Reading.status, func.count()).where(Reading.tenant_id == current_tenant()).group_by(Reading.status)
        )
    }
    return {"confirmed": len(compared), "alone": alone, "kinds": kinds, "fields": values, "statuses": counts}
