"""What is expected of cases and what is still wrong with them, for many at once.

A fixed number of statements, whatever their number.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select

from credentialing.enrollment.models import Enrollment, EnrollmentOutcome
from credentialing.enrollment.rules import (
    BillableFacts,
    Ending,
    PanelWord,
    Prediction,
    PredictionFacts,
    StatutoryDeadline,
    billable_from,
    hold_reason,
    lapse_words,
    lapsed,
    panel_word,
    plain_sentence,
    predict,
    statutory_deadline,
)
from credentialing.enrollment.services.cases import clinic_day
from credentialing.enrollment.services.lapses import endings_by_case
from credentialing.enrollment.services.papers import Papers, papers_of
from credentialing.enrollment.services.pauses import pauses
from credentialing.enrollment.states import WITH_PAYER, EnrollmentState
from credentialing.payers.book import PanelDays, Payer, Retro, payer, statutory_clock
from credentialing.providers.models import Provider
from infra.db import current_tenant, db
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic

S = EnrollmentState
BEFORE_PAYER = frozenset({S.NOT_STARTED, S.GATHERING, S.READY_TO_SUBMIT})
STOPPED = frozenset({S.TERMINATED, S.REVALIDATION_DUE})
# A payer that the book no longer has: the usual days, so that its cases stay readable.
UNKNOWN_PAYER_DAYS = PanelDays(30, 90, 150)
Kind = Literal["panel", "load"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything that pages and the API say of one case beside its own fields."""

    case: Enrollment
    payer: Payer | None
    payer_name: str
    facts: BillableFacts
    billable_from: date | None
    hold_reason: str
    prediction: Prediction | None
    deadline: StatutoryDeadline | None
    word: PanelWord
    sentence: str
    missing_documents: int

    @property
    def is_billable(self) -> bool:
        """True when a service of the day that was asked about may be billed."""
        return not self.hold_reason


@dataclass(slots=True)
class _Background:
    clinic: Clinic
    today: date
    outcomes: dict[tuple[str, str, str], tuple[int, ...]]
    pauses: dict[UUID, int]
    papers: Papers
    endings: dict[UUID, tuple[Ending, ...]]
    predictions: dict[PredictionFacts, Prediction | None] = field(default_factory=dict)


def outlooks(
    cases: Sequence[Enrollment], *, on: date | None = None, providers: Sequence[Provider] | None = None
) -> dict[UUID, Outlook]:
    """The outlook of each case. `on` is the day of service that is asked about, by default today; `providers` of all cases save
    reading them."""
    if not cases:
        return {}
    today = clinic_day()
    background = _Background(
        clinic=get_clinic(),
        today=today,
        outcomes=_outcomes({case.payer_id for case in cases}),
        pauses=pauses() if any(case.state in WITH_PAYER for case in cases) else {},
        papers=papers_of({case.provider_id for case in cases if case.state in BEFORE_PAYER}, providers=providers),
        endings=endings_by_case(cases, before=max(on or today, today)),
    )
    return {case.id: _outlook(case, background, on or background.today) for case in cases}


def _outcomes(payer_ids: Collection[str]) -> dict[tuple[str, str, str], tuple[int, ...]]:
    key = (EnrollmentOutcome.payer_id, EnrollmentOutcome.line_of_business, EnrollmentOutcome.kind)
    found = db().execute(
        select(*key, func.array_agg(EnrollmentOutcome.days))
        .where(EnrollmentOutcome.tenant_id == current_tenant(), EnrollmentOutcome.payer_id.in_(payer_ids))
        .group_by(*key)
    )
    return {(row[0], row[1], row[2]): tuple(sorted(row[3])) for row in found}


def billable_facts(case: Enrollment, endings: tuple[Ending, ...] = ()) -> BillableFacts:
    """What billing depends on, read from a case and from what ends for it (`lapses.endings_by_case`)."""
    known = payer(case.payer_id)
    stopped = {S.TERMINATED: case.terminated_on, S.REVALIDATION_DUE: case.status_since_on}
    return BillableFacts(
        state=case.state,
        payer_name=known.short_name if known else case.payer_id,
        effective_on=case.effective_on,
        loaded_on=case.loaded_on,
        evidence=case.proof,
        retro=known.retro if known else Retro(),
        retro_granted_on=case.retro_granted_on,
        stopped_on=stopped.get(case.state),
        endings=endings,
    )


def _outlook(case: Enrollment, background: _Background, on: date) -> Outlook:
    known, today = payer(case.payer_id), background.today
    facts = billable_facts(case, background.endings.get(case.id, ()))
    ended = lapsed(facts.endings, today)
    name = facts.payer_name
    since = billable_from(facts)
    prediction = _prediction(case, known, background)
    missing = background.papers.missing(case.provider_id, known) if case.state in BEFORE_PAYER else 0
    clock_of_state = statutory_clock(background.clinic.state, known.kind) if known else None
    runs = case.state in WITH_PAYER
    return Outlook(
        case=case,
        payer=known,
        payer_name=name,
        facts=facts,
        billable_from=since,
        hold_reason=hold_reason(facts, on),
        prediction=prediction,
        deadline=statutory_deadline(clock_of_state, case.submitted_on if runs else None, today),
        word=panel_word(
            case.state,
            max(0, (today - case.status_since_on).days),
            missing_documents=missing,
            billable_now=since is not None and since <= today,
            is_lapsed=ended is not None,
        ),
        sentence=plain_sentence(
            name,
            case.state,
            today,
            billable_since=since,
            expected_p50=prediction.loaded_p50 if prediction else None,
            expected_p80=prediction.loaded_p80 if prediction else None,
            missing_documents=missing,
            lapse=lapse_words(ended, today) if ended else "",
        ),
        missing_documents=missing,
    )


def _prediction(case: Enrollment, known: Payer | None, background: _Background) -> Prediction | None:
    def own(kind: Kind) -> tuple[int, ...]:
        return background.outcomes.get((case.payer_id, case.line_of_business, kind), ())

    facts = PredictionFacts(
        state=case.state,
        panel_days=known.panel_days if known else UNKNOWN_PAYER_DAYS,
        load_lag_days=known.load_lag_days if known else 14,
        submitted_on=case.submitted_on if case.state not in BEFORE_PAYER else None,
        decided_on=case.decided_on,
        effective_on=case.effective_on if case.state is S.EFFECTIVE else None,
        paused_days=background.pauses.get(case.id, 0),
        panel_outcomes=own("panel"),
        load_outcomes=own("load"),
    )
    if facts not in background.predictions:
        background.predictions[facts] = predict(facts, background.today)
    return background.predictions[facts]
