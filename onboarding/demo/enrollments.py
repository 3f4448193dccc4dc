"""Enrollments with their history: every case follows a route, is followed up, and stands where the route has led it by today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.enrollment.services import (
    NewEnrollment,
    Step,
    add_location,
    case_packet,
    get_enrollment,
    log_touch,
    start_many,
    take_step,
)
from credentialing.enrollment.states import WITH_PAYER, EnrollmentState, ProofKind
from credentialing.payers.book import payer
from infra.calendar import federal_calendar
from infra.db import current_tenant, db
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import PDF, pdf
from onboarding.demo.papers import documents_named
from onboarding.demo.providers import DemoProvider, ids_by_npi
from onboarding.demo.story import Act, File
from tenants.documents.services import review_document

S = EnrollmentState
EIGHT_PAYERS = (
    "medicaid_oh_ffs",
    "aetna",
    "uhc_optum",
    "anthem_bcbs",
    "medicare_ffs",
    "caresource_oh_medicaid",
    "cigna_evernorth",
    "medical_mutual",
)
SENT_WITHOUT = "The payer takes the application now and the rest of the documents later"
LETTERS = "Participation letters.pdf"
NOT_IN_MEDICARE = frozenset({"LSW", "LICDC", "LPC", "BCBA"})


@dataclass(frozen=True, slots=True)
class Route:
    """A case that began `began` days ago, and on which day after its beginning it took which step."""

    began: int
    steps: tuple[tuple[EnrollmentState, int], ...]
    reason: str = ""


_SENT = ((S.GATHERING, 2), (S.READY_TO_SUBMIT, 9), (S.SUBMITTED, 12))
_READ = (*_SENT, (S.PAYER_RECEIVED, 18), (S.IN_REVIEW, 27))
_LOADED = (*_READ, (S.APPROVED, 62), (S.EFFECTIVE, 68), (S.LOADED_VERIFIED, 80))
ROUTES: Mapping[str, Route] = {
    "billable": Route(118, _LOADED),
    "taken_over": Route(
        640, ((S.READY_TO_SUBMIT, 6), (S.SUBMITTED, 9), (S.APPROVED, 88), (S.EFFECTIVE, 95), (S.LOADED_VERIFIED, 110))
    ),
    "loading": Route(84, (*_READ, (S.COMMITTEE, 55), (S.APPROVED, 69), (S.EFFECTIVE, 75))),
    "approved": Route(78, (*_READ, (S.APPROVED, 70))),
    "contract": Route(80, (*_READ, (S.APPROVED, 64), (S.CONTRACT_SENT, 70))),
    "signed": Route(86, (*_READ, (S.APPROVED, 64), (S.CONTRACT_SENT, 68), (S.CONTRACT_SIGNED, 77))),
    "committee": Route(74, (*_READ, (S.COMMITTEE, 61))),
    "review": Route(58, _READ),
    "question": Route(
        50,
        (*_READ, (S.INFO_REQUESTED, 43)),
        "The work history has a gap from March to November 2023; send a dated explanation",
    ),
    "received": Route(33, (*_SENT, (S.PAYER_RECEIVED, 18))),
    "sent": Route(22, _SENT),
    "ready": Route(15, ((S.GATHERING, 2), (S.READY_TO_SUBMIT, 12))),
    "docs": Route(12, ((S.GATHERING, 2),)),
    "to_start": Route(4, ()),
    "denied": Route(82, (*_READ, (S.DENIED, 66)), "The malpractice limits are below the payer's 1M/3M"),
    "closed": Route(
        40, ((S.GATHERING, 2), (S.CLOSED_PANEL, 16)), "The panel for counselors is closed in this county until spring"
    ),
    "withdrawn": Route(60, ((S.GATHERING, 2), (S.WITHDRAWN, 30)), "The clinic decided not to pursue this payer"),
    "renew": Route(
        1100,
        ((S.SUBMITTED, 14), (S.APPROVED, 90), (S.EFFECTIVE, 96), (S.LOADED_VERIFIED, 112), (S.REVALIDATION_DUE, 1088)),
        "The payer asks for revalidation by the end of the quarter",
    ),
    "ended": Route(
        900,
        ((S.SUBMITTED, 14), (S.APPROVED, 90), (S.EFFECTIVE, 96), (S.LOADED_VERIFIED, 112), (S.TERMINATED, 870)),
        "The provider left this payer's network",
    ),
    "hold": Route(70, (*_READ, (S.APPROVED, 52), (S.EFFECTIVE, 57), (S.LOADED_VERIFIED, 66))),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One provider with one payer on a route."""

    provider: DemoProvider
    payer_id: str
    route: str

    @property
    def key(self) -> tuple[str, str]:
        """NPI and payer: in the demo there is one case for each."""
        return self.provider.known_npi, self.payer_id

    def steps(self, today: date) -> list[tuple[EnrollmentState, date]]:
        """Its steps with their days, up to today."""
        route = ROUTES[self.route]
        first = today - timedelta(days=route.began)
        steps = [(state, first + timedelta(days=after)) for state, after in route.steps]
        if self.route in {"renew", "ended"}:
            steps = [(S.READY_TO_SUBMIT, first + timedelta(days=7)), *steps]
        return [(state, on) for state, on in steps if on <= today]


def cases_of(
    clinic: DemoClinic, providers: Sequence[DemoProvider], payers: Sequence[str], routes: Sequence[str], rng: Random
) -> list[Case]:
    """Every provider with every payer that can enroll them; routes are dealt in turn, in an order that the seed shuffles."""
    pairs = [
        (provider, payer_id)
        for provider in providers
        for payer_id in payers
        if not (
            payer_id == "medicare_ffs"
            and (provider.license_type in NOT_IN_MEDICARE or not clinic.traits.get("has_medicare"))
        )
    ]
    dealt = [routes[number % len(routes)] for number in range(len(pairs))]
    rng.shuffle(dealt)
    return [Case(provider, payer_id, route) for (provider, payer_id), route in zip(pairs, dealt, strict=True)]


def enrollment_acts(clinic: DemoClinic, cases: Sequence[Case], built_on: date, today: date) -> list[Act]:
    """The matrix is built from evidence; then every week what happened is recorded and open cases are followed up."""
    letters = [_letters(clinic, tuple(dict.fromkeys(case.payer_id for case in cases)))]
    name = clinic.address.split(",")[1].strip()
    acts = [
        Act(f"letters of {clinic.key}", built_on, "tomas", lambda: _begin(clinic, name), files=letters),
        Act(
            "matrix",
            built_on,
            "tomas",
            _building(cases, built_on, today),
            latest=frozenset({"onboarding.complete_tasks"}),
        ),
    ]
    since, week = built_on, 0
    calendar = federal_calendar()
    while since < today:
        until = min(calendar.next_business_day(since + timedelta(days=7)), today)
        acts.append(Act(f"cases {until}", until, "tomas", _recording(clinic, cases, since, until, today, week)))
        since, week = until, week + 1
    return acts


def _begin(clinic: DemoClinic, name: str) -> None:
    add_location(name=name, address=clinic.address, npi=clinic.npi)
    for document_id in documents_named([LETTERS]).values():
        review_document(document_id, accept=True)


def _letters(clinic: DemoClinic, payer_ids: Sequence[str]) -> File:
    names = [known.short_name for known in map(payer, payer_ids) if known is not None]
    lines = (
        clinic.name,
        f"From {', '.join(names)}.",
        "The providers on the attached lists take part from the dates shown.",
    )
    return File(LETTERS, pdf("Participation letters", lines), PDF, "contract")


def _building(cases: Sequence[Case], built_on: date, today: date) -> Callable[[], None]:
    def build() -> None:
        providers = ids_by_npi()
        early = [case for case in cases if _first_day(case, today) <= built_on]
        start_many([_wished(case, providers, today) for case in early])
        _take(early, None, built_on, today)

    return build


def _first_day(case: Case, today: date) -> date:
    return today - timedelta(days=ROUTES[case.route].began)


def _wished(case: Case, providers: Mapping[str, UUID], today: date) -> NewEnrollment:
    return NewEnrollment(providers[case.provider.known_npi], case.payer_id, requested_on=_first_day(case, today))


def _recording(
    clinic: DemoClinic, cases: Sequence[Case], since: date, until: date, today: date, week: int
) -> Callable[[], None]:
    def record_week() -> None:
        providers = ids_by_npi()
        new = [case for case in cases if since < _first_day(case, today) <= until]
        if new:
            start_many([_wished(case, providers, today) for case in new])
        moved = _take(cases, since, until, today)
        _follow_up(clinic, [case for case in cases if case.key not in moved], until, today, week)

    return record_week


def _take(cases: Sequence[Case], since: date | None, until: date, today: date) -> set[tuple[str, str]]:
    """Take the steps of these cases that fall after `since` and up to `until`."""
    ids = _case_ids()
    letter = documents_named([LETTERS]).get(LETTERS)
    moved: set[tuple[str, str]] = set()
    for case in cases:
        for state, on in case.steps(today):
            if (since is None or on > since) and on <= until and case.key in ids:
                # Without a scanner no letter proves anything: the case waits before its effective date.
                if letter is None and S.EFFECTIVE in [each for each, day in case.steps(today) if day <= on]:
                    break
                wished = _step(case, state, on, today, letter)
                if state is S.READY_TO_SUBMIT and case_packet(get_enrollment(ids[case.key])):
                    wished = replace(wished, reason=SENT_WITHOUT)
                take_step(ids[case.key], wished)
                moved.add(case.key)
    return moved


def _step(case: Case, state: EnrollmentState, on: date, today: date, letter: UUID | None) -> Step:
    number = f"{case.provider.number:02d}{sum(map(ord, case.payer_id)) % 900 + 100}"
    reason = (
        ROUTES[case.route].reason
        if state in {S.INFO_REQUESTED, S.DENIED, S.CLOSED_PANEL, S.WITHDRAWN, S.TERMINATED, S.REVALIDATION_DUE}
        else ""
    )
    if state is S.SUBMITTED:
        return Step(state, on, reference=f"APP-{number}")
    if state is S.EFFECTIVE:
        first = (today + timedelta(days=20)).replace(day=1) if case.route == "hold" else on.replace(day=1)
        if case.route == "hold" and first <= today:
            first = today + timedelta(days=9)
        return Step(state, on, effective_date=first, proof_document_id=letter)
    if state is S.LOADED_VERIFIED:
        kinds = tuple(ProofKind)
        return Step(state, on, reference=f"CALL-{number}", proof_kind=kinds[case.provider.number % len(kinds)])
    return Step(state, on, reason=reason)


def _case_ids() -> dict[tuple[str, str], UUID]:
    npis = {provider_id: npi for npi, provider_id in ids_by_npi().items()}
    rows = db().execute(
        select(Enrollment.provider_id, Enrollment.payer_id, Enrollment.id)
        .where(Enrollment.tenant_id == current_tenant())
        .order_by(Enrollment.id)
    )
    return {(npis[row[0]], row[1]): row[2] for row in rows}


_SAID = (
    ("phone", "Spoke with {who} in provider enrollment: in process, no questions open. Ask again in a week."),
    ("portal", "The portal shows the application as in process since last week."),
    ("email", "Wrote to the network representative and asked for the date of the committee."),
    ("phone", "Held for 35 minutes; {who} confirms that all documents are there."),
)
_WHO = ("Angela", "Mr. Boyd", "Tasha", "Kim R.", "Stephen")


def _follow_up(clinic: DemoClinic, cases: Sequence[Case], on: date, today: date, week: int) -> None:
    """Every second week each open case is asked about; this clinic's last round is still to come for some."""
    ids = _case_ids()
    for number, case in enumerate(cases):
        standing = [state for state, day in case.steps(today) if day <= on]
        is_last_round = (today - on).days < 7
        if not standing or standing[-1] not in WITH_PAYER or (number + week) % 2 or (is_last_round and number % 3):
            continue
        channel, words = _SAID[(number + week) // 2 % len(_SAID)]
        note = words.format(who=_WHO[(number * 3 + week) % len(_WHO)])
        log_touch(ids[case.key], channel=channel, note=note, reference=f"REF-{clinic.signed_bd}{week:02d}{number:03d}")
