"""What people say of something that runs out: put it off with a reason, say that it is being renewed, or watch it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.monitoring.models import Expirable, WatchNote
from credentialing.monitoring.rules import is_quiet
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.problems import Conflict, invalid
from tenants.audit import record
from tenants.clinics.services import get_clinic

LONGEST = timedelta(days=60)
LONGEST_AFTER = timedelta(days=14)
NoteKey = tuple[str, date]


def snooze(expirable_id: UUID, *, until_on: date, reason: str) -> WatchNote:
    """Remind nobody of this until a day: at most until its end, or for 14 days after it. Holds stay as they are.

    Raises `NotFound`, `Invalid`.
    """
    item = find(Expirable, expirable_id)
    today = clock.today(get_clinic().timezone)
    last = min(today + LONGEST, max(item.ends_on, today + LONGEST_AFTER))
    if not today < until_on <= last:
        raise invalid("until_on", f"Choose a day from tomorrow to {last.isoformat()}.")
    return _note(item, "snoozed", until_on, reason, "put off")


def say_acted(expirable_id: UUID, *, expected_on: date, reason: str) -> WatchNote:
    """Say that the renewal is under way and when it is expected: reminders stop until then, and come back when nothing arrived.

    Raises `NotFound`, `Invalid`.
    """
    item = find(Expirable, expirable_id)
    today = clock.today(get_clinic().timezone)
    if not today < expected_on <= today + LONGEST:
        raise invalid("until_on", f"Choose a day from tomorrow to {(today + LONGEST).isoformat()}.")
    return _note(item, "acted", expected_on, reason, "said that somebody is renewing")


def resume(expirable_id: UUID) -> WatchNote:
    """Remind of this again. Raises `NotFound`, and `Conflict` when nobody put it off."""
    item = find(Expirable, expirable_id)
    note = notes_of([item]).get((item.key, item.ends_on))
    if note is None or note.act == "resumed":
        raise Conflict("Reminders of this are on already.")
    return _note(item, "resumed", None, "Watched again", "watches again")


def _note(item: Expirable, act: str, until_on: date | None, reason: str, words: str) -> WatchNote:
    if len(reason.strip()) < 5:
        raise invalid("reason", "Say why; the reason stands in the history.")
    scope = current_scope()
    note = WatchNote(
        item_key=item.key,
        provider_id=item.provider_id,
        ends_on=item.ends_on,
        act=act,
        until_on=until_on,
        reason=reason.strip(),
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
    )
    db().add(note)
    db().flush()
    record(
        f"expirable.{act}",
        f"{words} “{item.label}”{f' until {until_on.isoformat()}' if until_on else ''}: {note.reason}",
        subject_kind="provider" if item.provider_id else "clinic",
        subject_id=item.provider_id or current_tenant(),
        facts={"expirable_id": str(item.id), "kind": item.kind},
    )
    return note


def notes_of(items: Iterable[Expirable]) -> dict[NoteKey, WatchNote]:
    """The latest note of each item at its present end, in one statement; what was said of an earlier end no longer counts."""
    keys = [(item.key, item.ends_on) for item in items]
    if not keys:
        return {}
    query = (
        select(WatchNote)
        .where(
            WatchNote.tenant_id == current_tenant(),
            WatchNote.item_key.in_({key for key, _ in keys}),
            WatchNote.ends_on.in_({ends_on for _, ends_on in keys}),
        )
        .order_by(WatchNote.id)
    )
    wanted = set(keys)
    found = {(note.item_key, note.ends_on): note for note in db().scalars(query)}
    return {key: note for key, note in found.items() if key in wanted}


def history_of(item: Expirable) -> Sequence[WatchNote]:
    """What was said of a thing over its renewals, newest first."""
    query = select(WatchNote).where(WatchNote.tenant_id == current_tenant(), WatchNote.item_key == item.key)
    return db().scalars(query.order_by(WatchNote.id.desc()).limit(100)).all()


def quiet_now(note: WatchNote | None, today: date) -> bool:
    """True when nobody is reminded at present because of this note."""
    return note is not None and is_quiet(note.act, note.until_on, today)
