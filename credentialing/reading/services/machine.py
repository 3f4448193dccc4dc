"""What the machine reads: a reading begun, its pages stored one by one, and finished by kind, fields, person and requirement."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from credentialing.providers.models import Provider
from credentialing.reading.models import Reading, ReadingPage
from credentialing.reading.rules import is_secret_number, masked_number, overall, requirement_for
from credentialing.reading.services.queue import find_reading, pages_of
from credentialing.requirements.catalog import load_catalog
from infra import clock
from infra.crypto import decrypt, encrypt
from infra.db import current_tenant, db
from infra.ids import uuid7
from infra.outbox import later, publish
from integrations.reading.boundaries import propose_parts
from integrations.reading.fields import Field, extract
from integrations.reading.kinds import classify
from integrations.reading.matching import Person, match_person
from integrations.reading.page import Box, Page, Word
from tenants.audit import record
from tenants.documents.models import Document
from tenants.documents.services import READ_BY_PRODUCT

TOPIC = "credentialing.read_document"
_WORTH_SAYING = 0.5
NOT_READ_KINDS = READ_BY_PRODUCT | {"contract", "bundle"}


def begin_reading(document: Document, *, again: bool = False) -> Reading | None:
    """Put a document into the queue of readings; None for what an import reads. Repeating it is harmless."""
    if document.kind in NOT_READ_KINDS:
        return None
    known = find_reading(document.id, lock=True)
    if known is not None and not again:
        return known
    if known is None:
        known = Reading(document_id=document.id, provider_id=document.provider_id)
        db().add(known)
    known.status, known.pages_done, known.problem, known.notes = "queued", 0, None, []
    db().flush()
    later(TOPIC, {"document_id": str(document.id)})
    return known


def store_page(
    reading_id: UUID,
    document: Document,
    page: Page,
    picture_key: str | None,
    *,
    total: int,
    notes: Sequence[str] = (),
) -> None:
    """Store one page that was read, and what was seen on its picture; a second run writes the same again."""
    values = {
        "document_id": document.id,
        "provider_id": document.provider_id,
        "width": page.width,
        "height": page.height,
        "turned": page.turned,
        "skew_tenths": round(page.skew * 10),
        "engine": page.engine,
        "word_count": len(page.words),
        "letters_confidence": round(page.confidence * 100),
        "picture_key": picture_key,
        "sealed_words": _sealed(page, reading_id),
    }
    db().execute(
        insert(ReadingPage)
        .values(
            tenant_id=current_tenant(),
            id=uuid7(),
            created_at=clock.now(),
            reading_id=reading_id,
            number=page.number,
            **values,
        )
        .on_conflict_do_update(index_elements=["tenant_id", "reading_id", "number"], set_=values)
    )
    reading = _locked(reading_id)
    reading.status, reading.pages_total = "reading", max(total, page.number)
    reading.pages_done = min(page.number, reading.pages_total)
    reading.notes = list(dict.fromkeys((*reading.notes, *notes)))


def _locked(reading_id: UUID) -> Reading:
    return (
        db()
        .scalars(
            select(Reading).where(Reading.tenant_id == current_tenant(), Reading.id == reading_id).with_for_update()
        )
        .one()
    )


def _place(reading_id: UUID, number: int) -> str:
    return f"reading_page.words.{reading_id}.{number}"


def _sealed(page: Page, reading_id: UUID) -> bytes:
    rows = [[word.text, *(round(side, 4) for side in word.box), round(word.confidence, 2)] for word in page.words]
    packed = zlib.compress(json.dumps(rows, separators=(",", ":")).encode()).hex()
    return encrypt(packed, tenant_id=current_tenant(), place=_place(reading_id, page.number))


def words_of(row: ReadingPage) -> Page:
    """A stored page with its words opened."""
    words: tuple[Word, ...] = ()
    if row.sealed_words:
        packed = decrypt(row.sealed_words, tenant_id=row.tenant_id, place=_place(row.reading_id, row.number))
        rows = json.loads(zlib.decompress(bytes.fromhex(packed)))
        words = tuple(Word(str(item[0]), Box(*item[1:5]), float(item[5])) for item in rows)
    return Page(row.number, row.width, row.height, words, row.engine, row.turned, row.skew_tenths / 10)


def finish_reading(document: Document, *, notes: Sequence[str] = (), total: int = 0) -> Reading:
    """Work out from the stored pages what the document is, what it states and whose it is. Publishes `document.read`."""
    reading = find_reading(document.id, lock=True)
    assert reading is not None  # noqa: S101 - the job began it
    pages = [words_of(row) for row in pages_of(reading)]
    reading.notes = [*notes, *reading.notes]
    reading.pages_total = reading.pages_done = len(pages)
    if all(page.is_blank for page in pages):
        return give_up_reading(
            document,
            "has no text that can be read: the page is blank or too faint. Scan it again, or say yourself what it is",
        )
    parts = propose_parts(pages) if len(pages) > 1 else []
    several = len(parts) > 1
    reading.parts = [
        {
            "first": part.first,
            "last": part.last,
            "kind": part.kind,
            "confidence": part.confidence,
            "because": part.because,
        }
        for part in parts
        if several
    ]
    first = [page for page in pages if page.number <= parts[0].last] if several else pages
    guesses = classify(first)
    reading.guesses = [
        {"kind": guess.kind, "confidence": guess.confidence, "because": list(guess.because)} for guess in guesses
    ]
    best = guesses[0] if guesses else None
    reading.kind, reading.kind_confidence = (best.kind, round(best.confidence * 100)) if best else (None, 0)
    fields = extract(first, reading.kind or "other")
    _match(reading, document, first, fields)
    _keep_fields(reading, fields)
    reading.confidence = round(
        100 * overall(reading.kind, reading.kind_confidence / 100, reading.provider_confidence / 100, reading.fields)
    )
    reading.status, reading.problem = "to_confirm", None
    db().flush()
    record("document.read", f"read {document.filename}", subject_kind="document", subject_id=document.id)
    publish("document.read", document_id=str(document.id), kind=reading.kind, confidence=reading.confidence)
    return reading


def _keep_fields(reading: Reading, fields: Sequence[Field]) -> None:
    kept = [item.as_dict() for item in fields]
    reading.sealed_number = None
    for item in kept:
        if item["name"] == "number" and is_secret_number(reading.kind, item["value"]):
            seal_number(reading, item["value"])
            item["value"] = masked_number(item["value"])
    reading.fields = kept


def seal_number(reading: Reading, number: str | None) -> None:
    """Keep the secret number of a document sealed; None forgets it."""
    place = f"reading.number.{reading.id}"
    reading.sealed_number = encrypt(number, tenant_id=current_tenant(), place=place) if number else None


def sealed_number_of(reading: Reading) -> str | None:
    """The sealed number in clear, for writing it into the provider's file and comparing it only."""
    if reading.sealed_number is None:
        return None
    return decrypt(reading.sealed_number, tenant_id=reading.tenant_id, place=f"reading.number.{reading.id}")


def _match(reading: Reading, document: Document, pages: Sequence[Page], fields: Sequence[Field]) -> None:
    """Whose it is. A file that somebody put into a provider's file is theirs; another name on it is then a note."""
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status != "left")
    providers = {str(provider.id): provider for provider in db().scalars(query)}
    people = [person_of(provider) for provider in providers.values()]
    found = match_person(pages, fields, people)
    best = found[0] if found and found[0].confidence >= _WORTH_SAYING else None
    reading.guessed_provider_id = UUID(best.key) if best else None
    reading.provider_confidence = round(best.confidence * 100) if best else 0
    reading.provider_because = best.because if best else ""
    if document.provider_id is not None:
        other = best and best.key != str(document.provider_id) and best.confidence >= 0.8
        if other and best:
            reading.notes = [*reading.notes, f"It was sent for another provider, but {best.because}."]
            reading.provider_confidence = 30
        else:
            reading.provider_confidence = max(reading.provider_confidence if best else 0, 70)
            reading.provider_because = reading.provider_because or "it was sent for this provider"
        reading.guessed_provider_id = document.provider_id
    reading.requirement, sure = requirement_for(
        reading.kind,
        {code: kind.kinds for code, kind in load_catalog().documents.items()},
        _asked_of(providers.get(str(reading.guessed_provider_id))),
    )
    reading.requirement_confidence = round(100 * sure * reading.kind_confidence / 100)


def _asked_of(provider: Provider | None) -> Sequence[str] | None:
    if provider is None:
        return None
    kind = load_catalog().license_types.get(provider.license_type or "")
    return tuple(kind.needs) if kind else None


def person_of(provider: Provider) -> Person:
    """A provider as the matching sees them."""
    return Person(
        key=str(provider.id),
        first=provider.first_name,
        last=provider.last_name,
        middle=provider.middle_name or "",
        former=tuple(name for name in provider.former_names if name),
        npi=provider.npi,
        license_number=provider.license_number or "",
    )


def read_as(reading: Reading, kind: str) -> Sequence[Mapping[str, Any]]:
    """The fields that a document of this kind has, from the stored pages: when a person says that it is another kind."""
    if kind == reading.kind:
        return list(reading.fields)
    fields = [item.as_dict() for item in extract([words_of(row) for row in pages_of(reading)], kind)]
    for item in fields:
        if item["name"] == "number" and is_secret_number(kind, str(item["value"])):
            item["value"] = masked_number(str(item["value"]))
    return fields


def give_up_reading(document: Document, problem: str) -> Reading:
    """Note that nothing can be read and why, in words that go behind the file's name. A person still says what it is."""
    reading = find_reading(document.id, lock=True)
    assert reading is not None  # noqa: S101 - the job began it
    reading.status, reading.problem = "unreadable", problem
    reading.pages_done = min(reading.pages_done, reading.pages_total)
    record(
        "document.unreadable",
        f"could not read {document.filename}: it {problem}",
        subject_kind="document",
        subject_id=document.id,
    )
    publish("document.unreadable", document_id=str(document.id))
    return reading


def close_reading(document: Document) -> None:
    """Take a reading out of the queue because the document was judged elsewhere, or keep its owner in step when it was sorted."""
    reading = find_reading(document.id, lock=True)
    if reading is None:
        return
    if document.review_status != "pending" and reading.status in ("to_confirm", "unreadable"):
        reading.status = "closed"
    if reading.provider_id != document.provider_id:
        move_to_owner(reading, document.provider_id)


def move_to_owner(reading: Reading, provider_id: UUID | None) -> None:
    """Let a reading and its pages belong to the provider whose document it is."""
    reading.provider_id = provider_id
    for page in pages_of(reading):
        page.provider_id = provider_id
