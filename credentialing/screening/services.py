"""Screening providers against the loaded lists, keeping what may be a match, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from credentialing.monitoring.holding import add_endings
from credentialing.providers.models import Provider
from credentialing.screening.holding import exclusions_of
from credentialing.screening.index import join
from credentialing.screening.models import ScreeningEvent, ScreeningMatch
from credentialing.screening.nicknames import load_nicknames
from credentialing.screening.passes import index_of, screen, searched
from credentialing.screening.persons import born_on, persons_of, print_of
from credentialing.screening.rules import Finding
from credentialing.screening.states import OPEN, MatchState, NotAllowed, move
from credentialing.sources.lookups import exclusion_rows, whole_list
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.outbox import publish
from infra.problems import Conflict, invalid
from tenants.audit import record

IN_MEMORY_FROM = 2000
"""From so many providers on the list is read into memory once, instead of being asked for each batch."""
LIST_LABELS: Mapping[str, str] = {"leie": "the LEIE", "sam": "the SAM exclusions"}
_after_decision: list[Callable[[ScreeningMatch], None]] = []


def after_decision(act: Callable[[ScreeningMatch], None]) -> Callable[[ScreeningMatch], None]:
    """Register what follows from a decision, in its transaction. Called once, at import."""
    _after_decision.append(act)
    return act


@dataclass(frozen=True, slots=True)
class Screened:
    """One provider against one list: what to look at, what was ruled out and why, and the names that were searched."""

    provider_id: UUID
    source: str
    provider_print: str
    searched: tuple[str, ...]
    to_review: tuple[Finding, ...]
    ruled_out: tuple[Finding, ...]
    states: Mapping[str, str]

    def count(self, state: MatchState) -> int:
        """How many rows to look at are in a state; those seen for the first time are new."""
        return sum(self.states.get(each.entry.fingerprint, MatchState.NEW) == state for each in self.to_review)


def screen_providers(providers: Sequence[Provider], source: str, today: date) -> dict[UUID, Screened]:
    """Compare providers of this clinic with a loaded list. Nothing is stored. A fixed number of queries, whatever their number."""
    people, nicknames = persons_of(providers), load_nicknames()
    wanted = searched(people, nicknames)
    if len(providers) < IN_MEMORY_FROM:
        rows: Any = exclusion_rows(db(), source, npis=[person.npi for person in people], keys=wanted.names)
        pairs = index_of(source, rows).candidates(wanted)
    else:
        listed = whole_list(db(), source)
        pairs = join({source: listed.index}, wanted)[source]
        rows = listed.rows(db(), {row for _, row in pairs})
    births = {at: born_on(providers[at]) for at in {person for person, _ in pairs}}
    found = screen(people, pairs, rows.__getitem__, source, today, nicknames, births.get)
    known = _known_states([providers[at].id for at in found], source)
    names: dict[int, list[str]] = {}
    for owner, name in zip(wanted.owners, wanted.names, strict=True):
        names.setdefault(owner, []).append(name)
    screened = {}
    for at, provider in enumerate(providers):
        ours = print_of(provider, people[at])
        findings = found.get(at, [])
        screened[provider.id] = Screened(
            provider_id=provider.id,
            source=source,
            provider_print=ours,
            searched=tuple(names.get(at, ())),
            to_review=tuple(each for each in findings if each.basis is not None),
            ruled_out=tuple(each for each in findings if each.basis is None),
            states={entry: state for (entry, mine), state in known.get(provider.id, {}).items() if mine == ours},
        )
    return screened


def _known_states(provider_ids: Sequence[UUID], source: str) -> dict[UUID, dict[tuple[str, str], str]]:
    query = select(ScreeningMatch).where(
        ScreeningMatch.tenant_id == current_tenant(),
        ScreeningMatch.source == source,
        ScreeningMatch.provider_id.in_(provider_ids),
    )
    found: dict[UUID, dict[tuple[str, str], str]] = {}
    for row in db().scalars(query) if provider_ids else ():
        found.setdefault(row.provider_id, {})[row.entry_print, row.provider_print] = row.state
    return found


def keep_matches(screened: Screened, *, version: int, document_id: UUID | None) -> list[ScreeningMatch]:
    """Store what may be a match; decisions about the same facts stay. Publishes `screening.hit` for each new one.

    Open matches that this check no longer found are ended. Returns the matches that stand now.
    """
    rows = db().scalars(
        select(ScreeningMatch)
        .where(
            ScreeningMatch.tenant_id == current_tenant(),
            ScreeningMatch.provider_id == screened.provider_id,
            ScreeningMatch.source == screened.source,
        )
        .with_for_update()
    )
    known = {(row.entry_print, row.provider_print): row for row in rows}
    standing = []
    for finding in screened.to_review:
        row = known.pop((finding.entry.fingerprint, screened.provider_print), None)
        if row is None:
            row = _new_match(screened, finding, document_id)
        row.seen_at, row.ended_at, row.list_version = clock.now(), None, version
        standing.append(row)
    for gone in known.values():
        if gone.ended_at is None and gone.state != MatchState.CONFIRMED:
            gone.ended_at = clock.now()
    db().flush()
    return standing


def _new_match(screened: Screened, finding: Finding, document_id: UUID | None) -> ScreeningMatch:
    entry = finding.entry
    made = ScreeningMatch(
        provider_id=screened.provider_id,
        source=screened.source,
        entry_print=entry.fingerprint,
        provider_print=screened.provider_print,
        basis=finding.basis.value if finding.basis else "",
        why=list(finding.why),
        entry={
            "first_name": entry.first_name,
            "middle_name": entry.middle_name,
            "last_name": entry.last_name,
            "npi": entry.npi,
            "birth": "on the list" if entry.born_on else "",
            "state": entry.state,
            "since_on": entry.since_on.isoformat() if entry.since_on else None,
            "ends_on": entry.ended_on.isoformat() if entry.ended_on else None,
            "what": entry.what,
            "waiver_state": entry.waiver_state,
        },
        seen_at=clock.now(),
        evidence_document_id=document_id,
    )
    db().add(made)
    db().flush()
    publish(
        "screening.hit", provider_id=str(made.provider_id), match_id=str(made.id), source=made.source, basis=made.basis
    )
    return made


def decide(match_id: UUID, *, to: MatchState, reason: str) -> ScreeningMatch:
    """Clear a match as a false positive, escalate it, or confirm that it is this provider; the reason is kept with who and when.

    Publishes `screening.cleared`, `screening.escalated` or `screening.confirmed`, and `hold_list.changed` when it moves holds.
    Raises `NotFound`, `Conflict` for a step that the state does not allow, `Invalid` without a reason.
    """
    if len(reason.strip()) < 3:
        raise invalid("reason", "Say on what the decision rests, for whoever reads it in an audit.")
    match = find(ScreeningMatch, match_id, lock=True)
    before = MatchState(match.state)
    try:
        match.state = move(before, to).value
    except NotAllowed as error:
        raise Conflict(str(error)) from error
    match.reason, match.decided_by_name, match.decided_at = reason.strip(), current_scope().actor_name, clock.now()
    db().add(
        ScreeningEvent(
            match_id=match.id,
            from_state=before.value,
            to_state=to.value,
            reason=reason.strip(),
            by_name=current_scope().actor_name,
        )
    )
    db().flush()
    record(
        f"screening.{to.value}",
        f"{_VERBS[to]} a possible match with {LIST_LABELS[match.source]}",
        subject_kind="provider",
        subject_id=match.provider_id,
        facts={"match_id": str(match.id), "from": before.value},
    )
    publish(f"screening.{to.value}", provider_id=str(match.provider_id), match_id=str(match.id), source=match.source)
    for act in _after_decision:
        act(match)
    if MatchState.CONFIRMED in {before, to}:
        publish("hold_list.changed", clinic_id=str(current_tenant()))
    return match


_VERBS = {
    MatchState.CLEARED: "cleared as a false positive",
    MatchState.ESCALATED: "escalated",
    MatchState.CONFIRMED: "confirmed",
}


def counts_of(provider_id: UUID, source: str) -> dict[str, int]:
    """How many standing matches of a provider with a list are in each state."""
    rows = db().execute(
        select(ScreeningMatch.state, func.count())
        .where(
            ScreeningMatch.tenant_id == current_tenant(),
            ScreeningMatch.provider_id == provider_id,
            ScreeningMatch.source == source,
            ScreeningMatch.ended_at.is_(None),
        )
        .group_by(ScreeningMatch.state)
    )
    return {row[0]: row[1] for row in rows}


def get_match(match_id: UUID) -> ScreeningMatch:
    """One match of this clinic. Raises `NotFound`."""
    return find(ScreeningMatch, match_id)


def history_of(match_id: UUID) -> Sequence[ScreeningEvent]:
    """The decisions about a match, oldest first."""
    query = select(ScreeningEvent).where(
        ScreeningEvent.tenant_id == current_tenant(), ScreeningEvent.match_id == match_id
    )
    return db().scalars(query.order_by(ScreeningEvent.id)).all()


def list_matches(
    *,
    limit: int = 50,
    after: UUID | None = None,
    states: Sequence[str] = (),
    provider_id: UUID | None = None,
    source: str = "",
) -> Sequence[Row[ScreeningMatch, Provider]]:
    """Matches with their providers, newest first, older than the one with id `after`; those that a later check no longer found are left out
    unless they are asked for by provider.
    """
    query = (
        select(ScreeningMatch, Provider)
        .join(Provider, (Provider.tenant_id == ScreeningMatch.tenant_id) & (Provider.id == ScreeningMatch.provider_id))
        .where(ScreeningMatch.tenant_id == current_tenant())
    )
    if provider_id is not None:
        query = query.where(ScreeningMatch.provider_id == provider_id)
    else:
        query = query.where(ScreeningMatch.ended_at.is_(None))
    if states:
        query = query.where(ScreeningMatch.state.in_(states))
    if source:
        query = query.where(ScreeningMatch.source == source)
    if after is not None:
        query = query.where(ScreeningMatch.id < after)
    return db().execute(query.order_by(ScreeningMatch.id.desc()).limit(limit)).all()


def count_by_state() -> dict[str, int]:
    """How many standing matches of this clinic are in each state."""
    rows = db().execute(
        select(ScreeningMatch.state, func.count())
        .where(ScreeningMatch.tenant_id == current_tenant(), ScreeningMatch.ended_at.is_(None))
        .group_by(ScreeningMatch.state)
    )
    return {row[0]: row[1] for row in rows}


def open_count() -> int:
    """How many matches wait for somebody."""
    return sum(count for state, count in count_by_state().items() if state in OPEN)


add_endings(exclusions_of)
