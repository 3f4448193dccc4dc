"""The grid, the hold list, the answer to "may this be billed", and a provider's own view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.rules import Billable, billable, lapsed
from credentialing.enrollment.services import Outlook, outlooks
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.services.papers import LACKING, papers_of
from credentialing.enrollment.states import FINAL, EnrollmentState
from credentialing.panel.rules import release_when
from credentialing.payers.book import Payer, load_book, payer, payers_in
from credentialing.providers.models import Provider
from credentialing.providers.services import set_panel_lookup
from infra.db import current_tenant, db
from infra.problems import NotFound, invalid
from tenants.clinics.services import get_clinic

FREE = "free"


@dataclass(frozen=True, slots=True)
class Cell:
    """One provider with one payer: the case that counts most, and how many more there are (lines, locations)."""

    provider_id: UUID
    payer_id: str
    outlook: Outlook | None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A provider and their cells, in the order of the payers."""

    provider: Provider
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Grid:
    """Providers down, payers across. `counts` are billable cells per payer, `outlooks` every case of the clinic."""

    payers: Sequence[Payer]
    rows: Sequence[Row]
    outlooks: Sequence[Outlook]
    tones: dict[str, int]
    billable: dict[str, int]
    total_providers: int
    addable: Sequence[Payer]


@dataclass(frozen=True, slots=True)
class Hold:
    """A provider and payer that must not be billed on a day: why, and what releases it."""

    outlook: Outlook
    provider: Provider
    release_when: str


@dataclass(frozen=True, slots=True)
class BillableAnswer:
    """May services of this provider be billed to this payer on that day: the answer with its evidence, case by case."""

    provider: Provider
    payer: Payer
    on: date
    answer: Billable
    case: Enrollment | None


@dataclass(frozen=True, slots=True)
class OwnPanel:
    """What a provider is told: where they stand with each payer, and which documents we still need from them."""

    provider: Provider
    outlooks: Sequence[Outlook]
    todos: Sequence[tuple[str, str, str]]


def active_providers() -> Sequence[Provider]:
    """Providers who work at the clinic, by name."""
    return (
        db()
        .scalars(
            select(Provider)
            .where(Provider.tenant_id == current_tenant(), Provider.status != "left")
            .order_by(Provider.last_name, Provider.first_name, Provider.id)
        )
        .all()
    )


def current_cases(provider_id: UUID | None = None, payer_id: str | None = None) -> Sequence[Enrollment]:
    """Cases that still count: open ones, and ended ones that no open case of the same pair replaced; newest first."""
    query = select(Enrollment).where(Enrollment.tenant_id == current_tenant())
    if provider_id is not None:
        query = query.where(Enrollment.provider_id == provider_id)
    if payer_id is not None:
        query = query.where(Enrollment.payer_id == payer_id)
    cases = db().scalars(query.order_by(Enrollment.id.desc())).all()
    ranked = sorted(cases, key=lambda case: case.state in FINAL)
    seen: set[tuple[object, ...]] = set()
    kept = []
    for case in ranked:
        key = (case.provider_id, case.payer_id, case.line_of_business, case.location_id)
        if key not in seen:
            seen.add(key)
            kept.append(case)
    return kept


# Of several cases of one pair the cell shows the one that asks for something, else the furthest.
_CELL_ORDER = {"attention": 0, "blocked": 1, "waiting": 2, "good": 3}


def grid(*, tone: str = "", payer_id: str = "", text: str = "", add: Sequence[str] = ()) -> Grid:
    """The grid of the clinic; `tone`, `payer_id` and `text` narrow it, `add` names payers without a case that get a column."""
    providers, cases = active_providers(), current_cases()
    views = outlooks(cases)
    used = {case.payer_id for case in cases}
    local = payers_in(get_clinic().state)
    wanted = used | set(add) if used or add else {each.id for each in local[:8]}
    columns = [each for each in load_book().payers.values() if each.id in wanted]
    by_pair: dict[tuple[UUID, str], list[Outlook]] = {}
    for view in views.values():
        by_pair.setdefault((view.case.provider_id, view.case.payer_id), []).append(view)
    shown = [each for each in columns if not payer_id or each.id == payer_id]
    rows = [Row(person, [_cell(person, each, by_pair) for each in shown]) for person in providers]
    tones = _tones(rows)
    return Grid(
        payers=shown,
        rows=[row for row in rows if _matches(row, tone, text)],
        outlooks=list(views.values()),
        tones=tones,
        billable={each.id: sum(_is_billable(row.cells[at]) for row in rows) for at, each in enumerate(shown)},
        total_providers=len(providers),
        addable=[each for each in local if each.id not in {column.id for column in columns}],
    )


def _cell(provider: Provider, each: Payer, by_pair: dict[tuple[UUID, str], list[Outlook]]) -> Cell:
    found = by_pair.get((provider.id, each.id), [])
    if not found:
        return Cell(provider.id, each.id, None)
    ranked = sorted(found, key=lambda view: (view.case.is_final, _CELL_ORDER.get(view.word.tone, 9)))
    return Cell(provider.id, each.id, ranked[0], len(found) - 1)


def _tones(rows: Sequence[Row]) -> dict[str, int]:
    counts = {"good": 0, "waiting": 0, "attention": 0, "blocked": 0, FREE: 0}
    for row in rows:
        for cell in row.cells:
            counts[cell.outlook.word.tone if cell.outlook else FREE] += 1
    return counts


def _is_billable(cell: Cell) -> bool:
    return cell.outlook is not None and cell.outlook.word.tone == "good"


def _matches(row: Row, tone: str, text: str) -> bool:
    words = f"{row.provider.name} {row.provider.npi}".lower()
    if text and text.lower() not in words:
        return False
    return not tone or any((cell.outlook.word.tone if cell.outlook else FREE) == tone for cell in row.cells)


def holds(on: date | None = None, *, text: str = "") -> list[Hold]:
    """Everything that must not be billed on the day `on` (today), by provider and payer. Derived, never stored.

    A case that was replaced by an open one is left out; a withdrawn or ended one without successor is a hold.
    """
    people = {person.id: person for person in active_providers()}
    cases = [case for case in current_cases() if case.provider_id in people]
    views = outlooks(cases, on=on)
    found = [
        Hold(view, people[view.case.provider_id], _release(view, on or today()))
        for view in views.values()
        if view.hold_reason
    ]
    if text:
        found = [hold for hold in found if text.lower() in f"{hold.provider.name} {hold.outlook.payer_name}".lower()]
    return sorted(found, key=lambda hold: (hold.provider.last_name, hold.provider.first_name, hold.outlook.payer_name))


def _release(view: Outlook, on: date) -> str:
    ended = lapsed(view.facts.endings, on)
    if ended and ended.release:
        return ended.release
    return release_when(view.case.state, view.payer_name, lapsed=ended.label if ended else None)


def is_billable(
    *, npi: str, payer_id: str, on: date, line_of_business: str | None = None, location_id: UUID | None = None
) -> BillableAnswer:
    """May a service of this provider on the day `on` be billed to this payer?

    Without a line of business or location every case of the pair must allow it: better a question than a claim that is denied.
    Raises `NotFound` for an NPI that the clinic does not have, `Invalid` for an unknown payer.
    """
    known = payer(payer_id)
    if known is None:
        raise invalid("payer_id", "No payer of the payer book has this id. GET /api/v1/payers lists them.")
    person = (
        db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.npi == npi)).one_or_none()
    )
    if person is None:
        raise NotFound("This clinic has no provider with that NPI.")
    cases = [
        case
        for case in current_cases(person.id, payer_id)
        if line_of_business in (None, case.line_of_business) and location_id in (None, case.location_id)
    ]
    return BillableAnswer(person, known, on, *_answer(cases, known, on))


def _answer(cases: Sequence[Enrollment], known: Payer, on: date) -> tuple[Billable, Enrollment | None]:
    views = outlooks(cases, on=on)
    answers = [(billable(views[case.id].facts, on), case) for case in cases]
    if not answers:
        return Billable(False, None, None, f"There is no enrollment with {known.short_name}."), None
    live = [pair for pair in answers if not pair[1].is_final or pair[0].yes] or answers
    refused = [pair for pair in live if not pair[0].yes]
    if not refused:
        return live[0]
    answer, case = refused[0]
    if len(refused) == len(live):
        return answer, case
    allowed = ", ".join(sorted({pair[1].line_of_business for pair in live if pair[0].yes}))
    reason = f"It depends: billable for {allowed}, not for {case.line_of_business}. Ask with line_of_business."
    return Billable(False, None, None, reason), case


def own_panel(provider_id: UUID) -> OwnPanel:
    """What one provider is told. Raises `NotFound`."""
    person = db().get(Provider, (current_tenant(), provider_id))
    if person is None:
        raise NotFound
    cases = current_cases(provider_id)
    views = outlooks(cases, providers=[person])
    order = {"attention": 0, "good": 1, "waiting": 2, "blocked": 3}
    ranked = sorted(views.values(), key=lambda view: (order.get(view.word.tone, 9), view.payer_name))
    papers = papers_of({provider_id}, providers=[person])
    todos = [
        (item.code, item.label, item.status)
        for item in papers.items(provider_id, None)
        if item.status in LACKING or item.status == "expiring"
    ]
    return OwnPanel(person, ranked, todos)


def panel_strips(providers: Sequence[Provider]) -> dict[UUID, list[tuple[str, str, str]]]:
    """For each provider the payers with word and tone: what lists of providers show beside a name."""
    cases = (
        db()
        .scalars(
            select(Enrollment).where(
                Enrollment.tenant_id == current_tenant(),
                Enrollment.provider_id.in_([provider.id for provider in providers]),
                Enrollment.status != EnrollmentState.WITHDRAWN.value,
            )
        )
        .all()
    )
    found: dict[UUID, list[tuple[str, str, str]]] = {}
    for view in sorted(outlooks(cases, providers=providers).values(), key=lambda view: view.payer_name):
        found.setdefault(view.case.provider_id, []).append((view.payer_name, view.word.text, view.word.tone))
    return found


set_panel_lookup(panel_strips)


def today() -> date:
    """Today where the clinic is."""
    return clinic_day()
