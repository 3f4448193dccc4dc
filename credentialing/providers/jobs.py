"""What runs later for providers: asking the registry, and taking over a roster."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from credentialing.providers import registry, rosters
from credentialing.providers.services import registry as registry_services
from credentialing.providers.services import rosters as roster_services
from credentialing.providers.services.files import REGISTRY_TOPIC, get_provider
from infra import clock
from infra.jobs.work import Work
from infra.outbox import job
from infra.problems import Invalid, NotFound
from integrations.nppes import NppesRecord
from integrations.roster import RosterRow, RowRejected
from tenants.clinics.services import get_clinic


@job(REGISTRY_TOPIC, timeout_s=60, max_attempts=50, max_backoff_s=3600)
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


@job("credentialing.import_roster", timeout_s=900)
def import_roster(work: Work, *, import_id: str) -> None:
    """Read a roster from the object store and apply it in batches; a run that takes over goes on where the last one stopped."""
    roster_id = UUID(import_id)
    with work.transaction():
        begun = roster_services.begin_reading(roster_id)
        today = clock.today(get_clinic().timezone)
    if begun is None:
        return
    found, object_key = begun
    try:
        rows = _read(object_key, found.mapping, today)
    except rosters.UnreadableRoster as error:
        _stop(work, roster_id, "failed", error.detail)
        return
    except Invalid as error:
        _stop(work, roster_id, "needs_mapping", error.detail)
        return
    done = found.received
    work.progress(done, len(rows))
    while done < len(rows):
        batch = rows[done : done + roster_services.BATCH_ROWS]
        with work.transaction():
            done = roster_services.apply_rows(roster_id, offset=done, rows=batch)
        work.progress(done, len(rows))
    with work.transaction():
        counts = roster_services.counts_of(roster_services.get_import(roster_id))
    with work.finish({"import_id": import_id, **counts}):
        roster_services.finish_import(roster_id)


def _stop(work: Work, roster_id: UUID, status: str, failure: str) -> None:
    with work.finish({"import_id": str(roster_id), "status": status, "failure": failure}):
        roster_services.stop_import(roster_id, status=status, failure=failure)


def _read(object_key: str, choice: dict[str, str], today: date) -> list[RosterRow | RowRejected]:
    with rosters.fetched(object_key) as stream:
        roster = rosters.opened(stream)
        mapping = rosters.chosen_mapping(roster, choice)
        if mapping.missing:
            wanted = " and ".join("the NPI" if name == "npi" else "the name" for name in mapping.missing)
            raise Invalid(f"Say which column holds {wanted}.")
        return list(rosters.parsed_rows(roster, mapping, today=today))
