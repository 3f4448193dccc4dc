"""Changing what is asked for: an override with its reason and date, what it would do before it is made, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from credentialing.requirements.catalog import LAPSES, load_catalog
from credentialing.requirements.models import RequirementOverride
from credentialing.requirements.rules import LEVEL_CHOICES, Override, in_force
from credentialing.requirements.services import FileState, states_with
from credentialing.requirements.sources import load_overrides, override_of
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import publish
from infra.problems import Conflict, invalid
from infra.words import counted
from tenants.audit import record
from tenants.clinics.services import get_clinic
from tenants.schemas import STATE_CODES

LATEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Change:
    """A wished override. None in `payer_id`, `license_type`, `state` means all; at least one of the values is given."""

    code: str
    reason: str
    payer_id: str | None = None
    license_type: str | None = None
    state: str | None = None
    level: str | None = None
    validity_days: int | None = None
    kinds: tuple[str, ...] | None = None
    on_lapse: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do to the file of one provider: what becomes missing, what no longer is, and whether it stays complete."""

    provider_id: UUID
    name: str
    becomes_missing: tuple[str, ...]
    no_longer_missing: tuple[str, ...]
    was_complete: bool
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do to all active providers; `untouched` is how many it does not concern."""

    effects: Sequence[Effect]
    untouched: int

    @property
    def becoming_incomplete(self) -> int:
        """How many files are complete now and would not be."""
        return sum(effect.was_complete and not effect.is_complete for effect in self.effects)

    @property
    def becoming_complete(self) -> int:
        """How many files are incomplete now and would be complete."""
        return sum(effect.is_complete and not effect.was_complete for effect in self.effects)


def _checked(change: Change, today: date) -> Override:
    catalog = load_catalog()
    if change.code not in catalog.documents:
        raise invalid("code", "No document of the catalog has this code.")
    if change.payer_id is not None and payer(change.payer_id) is None:
        raise invalid("payer_id", "No payer of the payer book has this id.")
    if change.license_type is not None and change.license_type not in catalog.license_types:
        raise invalid("license_type", "There is no such license type.")
    if change.state is not None and change.state not in STATE_CODES:
        raise invalid("state", "Give the two letters of a US state.")
    _check_values(change)
    on = change.effective_on or today
    if not today <= on <= today + LATEST:
        raise invalid(
            "effective_on", f"Choose a day from today to {(today + LATEST).isoformat()}; history does not change."
        )
    if len(change.reason.strip()) < 5:
        raise invalid("reason", "Say who asks for it and why; the reason stands in the history.")
    return Override(
        id=str(uuid7()),
        code=change.code,
        effective_on=on,
        payer_id=change.payer_id,
        license_type=change.license_type,
        state=change.state,
        level=change.level,
        validity_days=change.validity_days,
        kinds=change.kinds or None,
        on_lapse=change.on_lapse,
        reason=change.reason.strip(),
    )


def _check_values(change: Change) -> None:
    catalog = load_catalog()
    if not (change.level or change.validity_days or change.kinds or change.on_lapse):
        raise invalid(
            "level", "Change at least one thing: the level, the validity, the accepted kinds, or what a lapse does."
        )
    if change.level is not None and change.level not in LEVEL_CHOICES:
        raise invalid("level", f"Give one of: {', '.join(LEVEL_CHOICES)}.")
    if change.on_lapse is not None and change.on_lapse not in LAPSES:
        raise invalid("on_lapse", "Give hold or tell.")
    if change.validity_days is not None and not 1 <= change.validity_days <= 3660:
        raise invalid("validity_days", "Give 1 to 3660 days.")
    known = {kind for document in catalog.documents.values() for kind in document.kinds}
    unknown = [kind for kind in change.kinds or () if kind not in known]
    if unknown:
        raise invalid("kinds", f"Not a kind of document: {', '.join(unknown)}.")


def _today() -> date:
    return clock.today(get_clinic().timezone)


def preview(change: Change) -> Preview:
    """What a change would do on the day on which it takes effect, with the documents of today. Nothing is stored.

    Raises `Invalid` as `add_override` does.
    """
    today = _today()
    new = _checked(change, today)
    rows = load_overrides()
    providers = _active_providers()
    before, after = states_with(providers, [in_force(rows, new.effective_on), in_force([*rows, new], new.effective_on)])
    effects = [_effect(provider, before[provider.id], after[provider.id]) for provider in providers]
    touched = [effect for effect in effects if effect.becomes_missing or effect.no_longer_missing]
    return Preview(touched, len(effects) - len(touched))


def _active_providers() -> Sequence[Provider]:
    query = select(Provider).where(Provider.tenant_id == current_tenant(), Provider.status == "active")
    return db().scalars(query.order_by(Provider.last_name, Provider.first_name, Provider.id)).all()


def _effect(provider: Provider, before: FileState, after: FileState) -> Effect:
    was = {line.requirement.code: line.requirement.label for line in before.missing}
    will = {line.requirement.code: line.requirement.label for line in after.missing}
    return Effect(
        provider.id,
        provider.name,
        tuple(label for code, label in will.items() if code not in was),
        tuple(label for code, label in was.items() if code not in will),
        before.has_license_type and not was,
        after.has_license_type and not will,
    )


def add_override(change: Change) -> RequirementOverride:
    """Change what is asked for, from a day on. Publishes `requirement.changed`. Raises `Invalid`."""
    new, scope = _checked(change, _today()), current_scope()
    row = RequirementOverride(
        id=UUID(new.id),
        code=new.code,
        payer_id=new.payer_id,
        license_type=new.license_type,
        state=new.state,
        level=new.level,
        validity_days=new.validity_days,
        kinds=list(new.kinds) if new.kinds else None,
        on_lapse=new.on_lapse,
        reason=new.reason,
        effective_on=new.effective_on,
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
    )
    db().add(row)
    db().flush()
    _told(row, "requirement.overridden", f"changed what is asked for: {describe(row)}")
    return row


def undo_override(override_id: UUID, *, reason: str = "") -> RequirementOverride:
    """Take an override back: what was in force before it counts again, from now on. Both stay in the history.

    Publishes `requirement.changed`. Raises `NotFound`, and `Conflict` for one that was taken back already.
    """
    target = find(RequirementOverride, override_id, lock=False)
    taken = db().scalar(
        select(RequirementOverride.id).where(
            RequirementOverride.tenant_id == current_tenant(), RequirementOverride.undoes_id == override_id
        )
    )
    if target.undoes_id is not None or taken is not None:
        raise Conflict("This change was taken back already. Make it again when it should count.")
    scope = current_scope()
    row = RequirementOverride(
        code=target.code,
        payer_id=target.payer_id,
        license_type=target.license_type,
        state=target.state,
        reason=reason.strip() or "Taken back",
        effective_on=_today(),
        undoes_id=target.id,
        actor_id=scope.actor_id,
        actor_name=scope.actor_name,
    )
    db().add(row)
    db().flush()
    _told(row, "requirement.override_undone", f"took back a change of what is asked for: {describe(target)}")
    return row


def _told(row: RequirementOverride, action: str, summary: str) -> None:
    record(action, summary, subject_kind="requirement_override", subject_id=row.id, facts={"code": row.code})
    publish("requirement.changed", override_id=str(row.id), code=row.code, payer_id=row.payer_id)


LEVEL_WORDS = {
    "required": "required",
    "conditional": "conditional",
    "optional": "optional",
    "not_needed": "not asked for",
}


def describe(row: RequirementOverride) -> str:
    """An override in words: `W-9 for Aetna: required, at most 180 days old`."""
    document = load_catalog().documents[row.code]
    known = payer(row.payer_id) if row.payer_id else None
    kind = load_catalog().license_types.get(row.license_type or "")
    whom = [known.short_name if known else "", kind.label.split(" (")[0] if kind else "", row.state or ""]
    said = [
        LEVEL_WORDS.get(row.level or "", ""),
        f"at most {counted(row.validity_days, 'day')} old" if row.validity_days else "",
        f"accepted: {', '.join(kind_label(code) for code in row.kinds)}" if row.kinds else "",
        {"hold": "a lapse holds billing", "tell": "a lapse is only told"}.get(row.on_lapse or "", ""),
    ]
    scope = ", ".join(word for word in whom if word)
    return f"{document.label}{f' for {scope}' if scope else ''}: {', '.join(word for word in said if word)}"


def kind_label(code: str) -> str:
    """A document kind in words."""
    document = load_catalog().documents.get(code)
    return document.label if document else code.replace("_", " ")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row of the history: the stored change, in words, and whether it counts now, will, did, or was taken back."""

    row: RequirementOverride
    words: str
    state: str


def override_history() -> list[HistoryRow]:
    """Every change of what is asked for, newest first, with what became of it: current, coming, replaced, undone or undo."""
    query = select(RequirementOverride).where(RequirementOverride.tenant_id == current_tenant())
    rows = db().scalars(query.order_by(RequirementOverride.id.desc()).limit(500)).all()
    by_id = {row.id: row for row in rows}
    today = _today()
    current = {row.id for row in in_force([override_of(row) for row in rows], today)}
    undone = {row.undoes_id for row in rows}
    found = []
    for row in rows:
        target = by_id.get(row.undoes_id) if row.undoes_id else None
        if row.undoes_id is not None:
            state = "undo"
        elif row.id in undone:
            state = "undone"
        elif str(row.id) in current:
            state = "current"
        else:
            state = "coming" if row.effective_on > today else "replaced"
        found.append(HistoryRow(row, describe(target or row), state))
    return found
