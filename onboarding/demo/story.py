"""Playing acts in order: the clock is held at each act's instant, its files go through the store and the scan, its jobs are done here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic, sleep
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from infra import clock
from infra.db import Scope, current_tenant, db, unit_of_work
from infra.ids import uuid7
from infra.jobs.runner import perform
from infra.jobs.work import LEASE_S
from infra.outbox import OutboxRow, kept_from_relay, later, note_covered
from infra.settings import settings
from infra.storage import storage
from infra.storage.client import object_key
from onboarding.demo.people import Known
from tenants.documents.models import Document
from tenants.documents.services import NewDocument, begin_scan, record_promise

KEPT_S = 900
MARK = "onboarding.demo_act"
SCAN = "tenants.scan_document"
LOOK_AT_ALL = frozenset(
    {
        "credentialing.check_files",
        "credentialing.refresh_watch",
        "credentialing.tell_holds",
        "onboarding.complete_tasks",
        "onboarding.refresh_rollup",
    }
)
FOLLOW = frozenset({"credentialing.follow_lapse", "onboarding.follow_lapse"})
# Who reviews a file by hand needs no reading of it; the pile of scans is read when it is told.
SETTLED = frozenset(
    {
        MARK,
        "tenants.check_upload",
        "onboarding.follow_document",
        "onboarding.ar_document_checked",
        "credentialing.begin_reading",
        "credentialing.rescreen",
        "credentialing.follow_document",
    }
)
EASTERN = ZoneInfo("America/New_York")
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class File:
    """A file that somebody sends. `arrives` False: it was promised and the bytes never came."""

    name: str
    content: bytes
    content_type: str
    kind: str | None = None
    provider_id: Callable[[], UUID] | None = None
    task_id: Callable[[], UUID] | None = None
    arrives: bool = True


@dataclass(frozen=True, slots=True)
class Act:
    """What one person does on one day: files that they send, then `do`, in one unit of work; then the jobs of these topics.

    Of each topic in `latest` only the newest row is performed here: those jobs look at the whole clinic, so once is enough.
    """

    name: str
    on: date
    who: str
    do: Callable[[], None] | None = None
    files: Sequence[File] = ()
    topics: frozenset[str] = field(default_factory=frozenset)
    latest: frozenset[str] = field(default_factory=frozenset)


def tell(tenant_id: UUID, acts: Iterable[Act], people: dict[str, Known]) -> int:
    """Play the acts that this clinic has not seen yet, by day; returns how many were played."""
    ordered = sorted(acts, key=lambda act: act.on)
    seen = _seen(tenant_id)
    last = max((number for number, act in enumerate(ordered) if act.name in seen), default=-1)
    played, begun = 0, clock.wall()
    for number, act in enumerate(ordered):
        if act.name in seen and (number != last or last == len(ordered) - 1):
            continue
        who = people[act.who]
        scope = Scope(tenant_id=tenant_id, actor_id=who.id, actor_name=who.person.name)
        with clock.freeze(_instant(act.on, number, begun)), kept_from_relay(KEPT_S):
            if number == last:  # told before the load was cut off, but perhaps not all that it causes
                perform_due(tenant_id, act.topics, act.latest)
                continue
            _play(tenant_id, scope, act, seen)
        played += 1
    return played


def _instant(on: date, number: int, begun: datetime) -> datetime:
    """Office hours of that day, later for later acts, and never after the load itself began."""
    morning = datetime.combine(on, time(9, 5), EASTERN).astimezone(UTC)
    return min(morning + timedelta(minutes=3 * number % 420), begun - timedelta(seconds=max(1, 900 - number)))


def _seen(tenant_id: UUID) -> set[str]:
    with unit_of_work(Scope(tenant_id=tenant_id)):
        keys = db().scalars(
            select(OutboxRow.dedupe_key).where(OutboxRow.tenant_id == tenant_id, OutboxRow.topic == MARK)
        )
        return {key for key in keys if key}


def _play(tenant_id: UUID, scope: Scope, act: Act, seen: set[str]) -> None:
    sent = f"{act.name}/files"
    if act.files and sent not in seen:
        _send(tenant_id, scope, act.files, mark=sent)
    if act.files:
        _scan_all(tenant_id)
    with unit_of_work(scope):
        if _leave_mark(act.name) and act.do is not None:
            act.do()
    perform_due(tenant_id, act.topics, act.latest)


def _leave_mark(name: str) -> bool:
    """Mark that this is told; False when another load is telling or has told it, after waiting for that one's end."""
    token = str(uuid7())
    mark = later(MARK, {"act": name, "load": token}, dedupe_key=name)
    payload = db().scalar(
        select(OutboxRow.payload).where(OutboxRow.tenant_id == current_tenant(), OutboxRow.id == mark)
    )
    return payload is not None and payload["load"] == token


def _send(tenant_id: UUID, scope: Scope, sent: Sequence[File], *, mark: str) -> None:
    ids = [uuid7() for _ in sent]
    keys = [object_key(tenant_id, "quarantine", document_id) for document_id in ids]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        pairs = [(each, key) for each, key in zip(sent, keys, strict=True) if each.arrives]
        list(pool.map(lambda pair: storage().put(pair[1], pair[0].content, content_type=pair[0].content_type), pairs))
    with unit_of_work(scope):
        if not _leave_mark(mark):
            return
        for each, document_id, key in zip(sent, ids, keys, strict=True):
            promise = NewDocument(
                filename=each.name,
                content_type=each.content_type,
                size=len(each.content),
                sha256=hashlib.sha256(each.content).hexdigest(),
                kind=each.kind,
                provider_id=each.provider_id() if each.provider_id else None,
                task_id=each.task_id() if each.task_id else None,
            )
            record_promise(promise, document_id=document_id, key=key, upload_id=None)
            if each.arrives:
                begin_scan(document_id)


def perform_due(tenant_id: UUID, topics: frozenset[str], latest: frozenset[str] = frozenset()) -> None:
    """Perform this clinic's open work of these topics, and what it causes, as a worker would; a row that fails is the relay's."""
    tried: set[UUID] = set()
    while topics or latest:
        found = [row for row in _open_rows(tenant_id, topics | latest) if row[0] not in tried]
        newest = {(topic, event): row_id for row_id, topic, event, _ in found}
        chosen = [each for each in found if each[1] in topics or newest[(each[1], each[2])] == each[0]]
        if not chosen:
            return
        tried.update(row[0] for row in found)
        _perform_all([row[0] for row in chosen if row[1] == SCAN], at_once=_AT_ONCE)
        _perform_all([row[0] for row in chosen if row[1] != SCAN], at_once=1)


def _scan_all(tenant_id: UUID) -> None:
    """Scan what was sent. A scan that a killed load had begun is free again when its lease ends; one that failed is the relay's."""
    if not settings().clamd_url:  # no scanner: the files wait, and the relay tries again
        return
    until = monotonic() + LEASE_S + 5
    while True:
        perform_due(tenant_id, frozenset({SCAN}))
        with unit_of_work(Scope(tenant_id=tenant_id)):
            leased = db().scalar(
                select(func.count(OutboxRow.id)).where(
                    OutboxRow.tenant_id == tenant_id,
                    OutboxRow.topic == SCAN,
                    OutboxRow.done_at.is_(None),
                    OutboxRow.dead_at.is_(None),
                    OutboxRow.last_error.is_(None),
                )
            )
        if not leased or monotonic() > until:
            return
        sleep(1)


def close_the_rest(tenant_id: UUID) -> None:
    """Close what the story has covered: jobs that look at the whole clinic ran once more for all, uploads were completed by hand."""
    perform_due(tenant_id, FOLLOW, LOOK_AT_ALL)
    rows = _open_rows(tenant_id, LOOK_AT_ALL | SETTLED)
    with unit_of_work(Scope(tenant_id=tenant_id)):
        waiting = db().scalars(
            select(Document.id).where(
                Document.tenant_id == tenant_id, Document.status.in_(("awaiting_upload", "scanning"))
            )
        )
        wanted = {str(document_id) for document_id in waiting}
        note_covered([row[0] for row in rows if row[3] not in wanted], by="the demo's story")


def _perform_all(ids: Sequence[UUID], *, at_once: int) -> None:
    if at_once == 1 or len(ids) < 2:
        for row_id in ids:
            perform(str(row_id))
        return
    with ThreadPoolExecutor(at_once) as pool:
        runs = [pool.submit(copy_context().run, perform, str(row_id)) for row_id in ids]
        for run in runs:
            run.result()


def _open_rows(tenant_id: UUID, topics: frozenset[str]) -> list[tuple[UUID, str, str, str]]:
    """Id, topic, event and document of the open work of these topics, oldest first."""
    with unit_of_work(Scope(tenant_id=tenant_id)):
        rows = db().execute(
            select(
                OutboxRow.id,
                OutboxRow.topic,
                OutboxRow.payload["event"].astext,
                OutboxRow.payload["document_id"].astext,
            )
            .where(
                OutboxRow.tenant_id == current_tenant(),
                OutboxRow.topic.in_(topics),
                OutboxRow.done_at.is_(None),
                OutboxRow.dead_at.is_(None),
            )
            .order_by(OutboxRow.id)
        )
        return [(row[0], row[1], row[2] or "", row[3] or "") for row in rows]
