"""What runs later for providers: asking the registry, and taking over a roster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import dropwhile
from uuid import UUID

from credentialing.providers import registry, rosters
from credentialing.providers.models import RosterImport
from credentialing.providers.rosters import FileRow
from credentialing.providers.rules.incoming import Snapshot
from credentialing.providers.services import registry as registry_services
from credentialing.providers.services import rosters as roster_services
from credentialing.providers.services.caqh import CAQH_TOPIC, caqh_client, store_status
from credentialing.providers.services.files import REGISTRY_TOPIC, get_provider
from credentialing.providers.services.roster_rows import APPLY_ROWS, PREVIEW_ROWS, apply_rows, plan_rows
from credentialing.providers.services.rosters import APPLY_TOPIC, READ_TOPIC
from infra import clock
from infra.jobs.work import Work
from infra.outbox import job
from infra.outbox.registry import GiveUp
from infra.problems import NotFound
from integrations.caqh import ProViewRefused
from integrations.nppes import NppesRecord
from tenants.clinics.services import get_clinic
from tenants.documents.services import get_document


@job(REGISTRY_TOPIC, timeout_s=60, max_attempts=50, max_backoff_s=3600, is_background=True)
def prefill_provider(work: Work, *, provider_id: str) -> None:
    """Ask the registry for a provider's entry and fill what the file leaves empty. While the registry is down it is tried again."""
    with work.transaction():
        npi = get_provider(UUID(provider_id)).npi
    try:
        answer: NppesRecord | None = registry.ask(npi)
    except NotFound:
        answer = None
    except registry.RegistryUnavailable:
        with work.transaction():
            registry_services.note_registry_down(UUID(provider_id))
        raise
    with work.finish({"registry_status": "found" if answer else "not_found"}):
        registry_services.store_registry_answer(UUID(provider_id), answer=answer)


@job(CAQH_TOPIC, timeout_s=60, max_attempts=8)
def check_caqh(work: Work, *, provider_id: str) -> None:
    """Ask ProView for the status and the attestation date of a provider's profile. While ProView is down it is tried again."""
    with work.transaction():
        caqh_id = get_provider(UUID(provider_id)).caqh_id
    if not caqh_id:
        raise GiveUp("the file has no CAQH ID any more")
    try:
        answer = caqh_client().status(caqh_id)
    except ProViewRefused as error:
        raise GiveUp(str(error)) from error
    with work.finish({"status": answer.status, "is_found": answer.is_found}):
        store_status(UUID(provider_id), answer=answer)


@job(READ_TOPIC, timeout_s=1800)
def import_roster(work: Work, *, import_id: str) -> None:
    """Read a roster from the object store: preview it, or apply it at once in batches. A run that takes over goes on where the
    last one stopped.
    """
    _through_the_file(work, UUID(import_id))


@job(APPLY_TOPIC, timeout_s=1800)
def apply_roster(work: Work, *, import_id: str) -> None:
    """Take over what the preview of a roster showed, in batches; a run that takes over goes on where the last one stopped."""
    _through_the_file(work, UUID(import_id))


def _through_the_file(work: Work, import_id: UUID) -> None:
    with work.transaction():
        found = roster_services.get_import(import_id)
        object_key = get_document(found.document_id).object_key
        memory, today = roster_services.column_memory(), clock.today(get_clinic().timezone)
    try:
        with rosters.fetched(object_key) as stream:
            seen = rosters.survey(stream, found.mapping, memory, today=today)
            with work.transaction():
                begun = roster_services.begin_reading(import_id, total=seen.total, mapping=seen.mapping.as_choice())
            if begun is None:
                return
            rows = rosters.file_rows(stream, seen, today=today)
            if begun.status == "reading" and begun.is_previewed:
                _preview(work, begun, rosters.batches(rows, PREVIEW_ROWS))
            else:
                left = dropwhile(lambda row: row.position < begun.received, rows)
                _apply(work, begun, rosters.batches(left, APPLY_ROWS))
    except rosters.UnreadableRoster as error:
        _stop(work, import_id, "failed", error.detail)
    except rosters.MappingNeeded as error:
        _stop(work, import_id, "needs_mapping", error.detail)


def _preview(work: Work, begun: RosterImport, batches: Iterator[list[FileRow]]) -> None:
    done = 0
    repeated: dict[str, Snapshot] = {}
    work.progress(0, begun.total)
    for batch in batches:
        with work.transaction():
            repeated = plan_rows(begun.id, batch, repeated=repeated)
        done += len(batch)
        work.progress(done, begun.total)
    with work.transaction():
        counts = roster_services.preview_counts_of(roster_services.get_import(begun.id))
    with work.finish({"import_id": str(begun.id), "status": "preview", "preview": counts}):
        roster_services.end_preview(begun.id)


def _apply(work: Work, begun: RosterImport, batches: Iterator[list[FileRow]]) -> None:
    done = begun.received
    work.progress(done, begun.total)
    for batch in batches:
        with work.transaction():
            done = apply_rows(begun.id, offset=done, rows=batch)
        work.progress(done, begun.total)
    with work.transaction():
        counts = roster_services.counts_of(roster_services.get_import(begun.id))
    with work.finish({"import_id": str(begun.id), **counts}):
        roster_services.finish_import(begun.id)


def _stop(work: Work, roster_id: UUID, status: str, failure: str) -> None:
    with work.finish({"import_id": str(roster_id), "status": status, "failure": failure}):
        roster_services.stop_import(roster_id, status=status, failure=failure)
