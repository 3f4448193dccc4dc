"""What a clinic or a payer asks for differently than the catalog: which override is in force, and what it makes of a requirement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from credentialing.payers.book import Payer
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.rules.documents import (
    DocumentFacts,
    Requirement,
    known_conditions,
    license_type,
    requirement_of,
    requirements_for,
)

LEVEL_CHOICES = ("required", "conditional", "optional", "not_needed")
# A payer of these kinds makes a condition of the catalog hold for the applications to it.
CONDITIONS_OF_PAYER = {
    "medicaid_mco": frozenset({"has_medicaid"}),
    "medicaid_pihp": frozenset({"has_medicaid"}),
}
Key = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Override:
    """One change of a requirement. None in `payer_id`, `license_type`, `state` means all; None in a value keeps the catalog's.

    `undoes` names an earlier override that no longer counts because of this one; such a row changes nothing else.
    """

    id: str
    code: str
    effective_on: date
    payer_id: str | None = None
    license_type: str | None = None
    state: str | None = None
    level: str | None = None
    validity_days: int | None = None
    kinds: tuple[str, ...] | None = None
    on_lapse: str | None = None
    reason: str = ""
    undoes: str | None = None

    @property
    def key(self) -> Key:
        """What may have one override in force at a time: a document, for a payer, license type and state or for all of them."""
        return self.code, self.payer_id, self.license_type, self.state

    @property
    def weight(self) -> tuple[bool, bool, bool]:
        """How specific it is; the more specific one is applied later and wins."""
        return self.payer_id is not None, self.license_type is not None, self.state is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody practices for whom: what the requirements of one application depend on."""

    license_type: str
    state: str
    traits: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


def in_force(overrides: Iterable[Override], on: date) -> list[Override]:
    """Return the overrides that count on a day: of each key the latest effective one that nobody took back.

    Source:
        Product rule: overrides have effective dates and an append-only history; undoing one brings back what was before it.
    """
    rows = list(overrides)
    undone = {row.undoes for row in rows if row.undoes}
    latest: dict[Key, Override] = {}
    for row in rows:
        if row.undoes or row.id in undone or row.effective_on > on:
            continue
        known = latest.get(row.key)
        if known is None or (row.effective_on, row.id) > (known.effective_on, known.id):
            latest[row.key] = row
    return list(latest.values())


def _that_apply(overrides: Iterable[Override], place: Place, payer_id: str | None) -> list[Override]:
    found = [
        row
        for row in overrides
        if row.payer_id in (None, payer_id)
        and row.license_type in (None, place.license_type)
        and row.state in (None, place.state)
    ]
    return sorted(found, key=lambda row: (row.weight, row.id))


def overridden(requirement: Requirement, row: Override) -> Requirement:
    """Return the requirement as an override in force leaves it. Its reason replaces the catalog's condition in words.

    Source:
        Product rule: a clinic or payer may ask for more or less than the catalog, with its reason (issue 3, part 3).
    """
    changed = replace(requirement, changed_by=(*requirement.changed_by, row.id))
    if row.level is not None:
        applies = {"required": True, "conditional": requirement.applies}.get(row.level, False)
        changed = replace(changed, level=row.level, applies=applies, why=row.reason or requirement.why)
    if row.validity_days is not None:
        changed = replace(changed, validity_days=row.validity_days, validity_months=None, is_age_limit=True)
    if row.kinds:
        changed = replace(changed, kinds=row.kinds, proof=None if requirement.code not in row.kinds else changed.proof)
    if row.on_lapse is not None:
        changed = replace(changed, on_lapse=row.on_lapse)
    return changed


def asked_by(requirement: Requirement, payer: Payer) -> bool:
    """Say whether a payer asks for it: it is meant for payers of its kind, and is not what that payer itself gives.

    An override for this payer decides by itself; the caller has applied it already.

    Source:
        42 CFR 424.510 and 438.602(b): Medicare and the state's Medicaid agency assign their number on enrollment.
    """
    return requirement.given_by != payer.kind and (not requirement.payer_kinds or payer.kind in requirement.payer_kinds)


def resolved(place: Place, overrides: Sequence[Override], *, payer: Payer | None = None) -> list[Requirement]:
    """Return everything that somebody may be asked for at a place: the catalog, changed by the overrides in force.

    Args:
        overrides: Those in force (`in_force`).
        payer: Whose application it is; then only what this payer asks for. Without one, what the clinic asks of everybody.
    Raises:
        KeyError: There is no such license type.
    Source:
        requirements.yaml; the overrides' own reasons.
    """
    extra = CONDITIONS_OF_PAYER.get(payer.kind, frozenset()) if payer else frozenset()
    conditions = (*place.conditions, *extra)
    found = requirements_for(place.license_type, place.state, traits=place.traits, conditions=conditions)
    if payer is not None:
        found = [requirement for requirement in found if asked_by(requirement, payer)]
    known = {requirement.code: requirement for requirement in found}
    for row in _that_apply(overrides, place, payer.id if payer else None):
        requirement = known.get(row.code) or _unasked(row, place, conditions)
        if requirement is None:
            continue
        if row.level == "not_needed":
            known.pop(row.code, None)
        else:
            known[row.code] = overridden(requirement, row)
    return list(known.values())


def _unasked(row: Override, place: Place, conditions: Collection[str]) -> Requirement | None:
    """The document of an override that the catalog does not ask of this license type; None when it raises no level."""
    catalog = load_catalog()
    if row.level in (None, "not_needed") or row.code not in catalog.documents:
        return None
    kind = license_type(place.license_type)
    known = known_conditions(kind, place.state, is_prescriber=kind.prescriber, traits=place.traits, more=conditions)
    return requirement_of(catalog.documents[row.code], "optional", place.state, known, catalog)


def strictest(variants: Sequence[Requirement]) -> Requirement:
    """Return one requirement that satisfies all its variants: it applies when one does, lasts as short as the shortest, and
    accepts what all accept.

    Source:
        Product rule: a file shows each document once, as the strictest of its payers wants it.
    """
    best = next((variant for variant in variants if variant.applies), variants[0])
    days = [variant.validity_days for variant in variants if variant.validity_days is not None and variant.applies]
    common = [kind for kind in best.kinds if all(kind in variant.kinds for variant in variants if variant.applies)]
    return replace(
        best,
        validity_days=min(days, default=best.validity_days),
        is_age_limit=any(variant.is_age_limit for variant in variants),
        kinds=tuple(common) or best.kinds,
        on_lapse="hold" if any(variant.holds_billing for variant in variants) else best.on_lapse,
        changed_by=tuple(dict.fromkeys(row for variant in variants for row in variant.changed_by)),
    )


def counts_for(requirement: Requirement, document: DocumentFacts, state: str, home_states: Collection[str]) -> bool:
    """Say whether a document can satisfy a requirement in this state. One that is needed state by state counts for its own state;
    when nobody said for which it is, for the states where the provider is at home.

    Source:
        NCQA CR 3: a valid license in each state where the practitioner cares for members; 21 CFR 1301.12 for the DEA.
    """
    if not requirement.per_state:
        return True
    return document.state == state if document.state else state in home_states
