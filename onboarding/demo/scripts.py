"""What happened in each clinic: the acts that lead to where it stands, all counted back from the day of the load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from infra.calendar import federal_calendar
from onboarding.demo.ar import accepted_acts, detail_acts, tie_out_acts
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.credentialing import committee_acts, packet_acts, pile_acts
from onboarding.demo.ehr import INSIDE, connection_acts
from onboarding.demo.enrollments import EIGHT_PAYERS, cases_of, enrollment_acts
from onboarding.demo.members import invite_acts, provider_acts
from onboarding.demo.papers import FULL, Stack, infected, never_arrived, sending
from onboarding.demo.plans import Open, PlanStory, plan_acts
from onboarding.demo.providers import PROVIDERS
from onboarding.demo.roster import roster_acts
from onboarding.demo.story import Act
from onboarding.demo.tasks import task_paper


@dataclass(frozen=True, slots=True)
class Stage:
    """One clinic with its days and its share of chance."""

    clinic: DemoClinic
    signed_on: date
    today: date
    rng: Random

    def ago(self, business_days: int) -> date:
        """The day that many business days before today."""
        return federal_calendar().add_business_days(self.today, -business_days)


def acts_of(stage: Stage) -> list[Act]:
    """Everything that happened in this clinic, in the order in which acts of one day follow each other."""
    return _SCRIPTS[stage.clinic.key](stage)


def _late(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["late"]
    story = PlanStory(
        until_bd=13,
        lag_bd=5,
        by_product=frozenset({"T062", "T063", "T070", "T074", "T081", "T082", "T083"}),
        open={
            "T041": Open(
                "blocked",
                12,
                "Anthem has not approved the new submitter; asked on three Mondays, case 88-20417",
                "payer",
            ),
            "T045": Open(
                "blocked", 9, "NorthCoast EHR has to open eligibility for us; their ticket is unanswered", "third_party"
            ),
            "T055": Open("blocked", 14, "Two payer contracts are with the former owner's lawyer", "clinic"),
            "T036": Open("in_progress", 6),
            "T051": Open("in_progress", 8),
            "T063": Open("in_progress", 10),
        },
    )
    stacks = {
        people[0]: Stack(missing=1, expiring=("malpractice_face",)),
        people[1]: Stack(missing=5, rejected=("malpractice_face",), pending=("cv",)),
        people[2]: Stack(missing=10, pending=("dea",)),
        people[3]: Stack(missing=5, expired=("state_license",)),
        people[4]: Stack(missing=4),
    }
    routes = ("taken_over", "docs", "sent", "question", "received", "taken_over", "closed", "ready")
    cases = cases_of(
        clinic, people, ("medicaid_oh_ffs", "caresource_oh_medicaid", "anthem_bcbs", "aetna"), routes, stage.rng
    )
    return [
        *provider_acts(clinic, people, stage.ago(22)),
        *invite_acts(clinic, people, stage.ago(21), accepted=4),
        *sending(clinic, stacks, sent_on=stage.ago(17), reviewed_on=stage.ago(15), today=stage.today, rng=stage.rng),
        infected(clinic, people[4], stage.ago(11)),
        *enrollment_acts(clinic, cases, stage.ago(16), stage.today),
        *connection_acts(clinic, stage.ago(10), base_url=INSIDE),
        *detail_acts(clinic, stage.ago(13)),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
    ]


def _tie_out(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["tie_out"]
    story = PlanStory(
        until_bd=9,
        done=frozenset({"T073", "T033", "T036"}),
        by_product=frozenset({"T062", "T063", "T070", "T074", "T081", "T082", "T083"}),
        open={
            "T083": Open(
                "blocked",
                2,
                "The prior biller states $1,240.55 more than its file holds; it checks three claims",
                "third_party",
            ),
            "T062": Open("in_progress", 5),
            "T063": Open("in_progress", 4),
            "T086": Open("in_progress", 3),
        },
    )
    stacks = {
        people[0]: Stack(missing=4, expiring=("malpractice_face",)),
        people[1]: Stack(missing=6, pending=("w9", "cv")),
        people[3]: FULL,
        people[4]: Stack(missing=5),
        people[5]: Stack(missing=7, rejected=("w9",)),
    }
    routes = ("taken_over", "docs", "taken_over", "to_start", "review", "taken_over", "ready", "docs")
    cases = cases_of(clinic, people, ("medicaid_oh_ffs", "aetna", "uhc_optum", "medical_mutual"), routes, stage.rng)
    return [
        *provider_acts(clinic, people, stage.ago(9)),
        *invite_acts(clinic, people, stage.ago(8), accepted=3),
        *sending(clinic, stacks, sent_on=stage.ago(6), reviewed_on=stage.ago(5), today=stage.today, rng=stage.rng),
        *enrollment_acts(clinic, cases, stage.ago(4), stage.today),
        *connection_acts(clinic, stage.ago(8)),
        *tie_out_acts(clinic, stage.ago(4), stage.ago(3)),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
    ]


def _waiting(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["waiting"]
    story = PlanStory(
        until_bd=5,
        done=frozenset({"T055"}),
        by_product=frozenset({"T060", "T061"}),
        open={
            "T021": Open("blocked", 5, "Only the owner may create EHR users, and she is away until Monday", "clinic"),
            "T025": Open("in_progress", 4),
            "T062": Open("in_progress", 3),
            "T023": Open("in_progress", 2),
        },
    )
    stacks = {
        people[0]: Stack(missing=6, pending=("malpractice_face", "w9")),
        people[2]: Stack(missing=8, pending=("state_license",)),
        people[4]: Stack(missing=8, rejected=("malpractice_face",)),
    }
    return [
        *roster_acts(clinic, people, stage.ago(5), stage.today),
        *invite_acts(clinic, people, stage.ago(4), accepted=1),
        *sending(clinic, stacks, sent_on=stage.ago(3), reviewed_on=stage.ago(2), today=stage.today, rng=stage.rng),
        never_arrived(clinic, people[0], stage.today),
        *pile_acts(clinic, people, stage.ago(1), stage.today),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
    ]


def _ready(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["ready"]
    story = PlanStory(
        until_bd=14,
        done=frozenset({"T111", "T084", "T085", "T110", "T073", "T105", "T106", "T107", "T094", "T046"}),
        by_product=frozenset({"T062", "T063", "T070", "T074"}),
        open={
            "T112": Open("claimed", 0, "Last day of the old process: this Friday; ours from Monday"),
            "T043": Open("in_progress", 6),
            "T053": Open("in_progress", 8),
        },
    )
    routes = ("taken_over", "taken_over", "sent", "taken_over", "review", "ready", "taken_over", "hold")
    payers = ("medicaid_oh_ffs", "aetna", "uhc_optum", "anthem_bcbs", "medicare_ffs")
    stacks = dict.fromkeys(people, FULL)
    return [
        *provider_acts(clinic, people, stage.ago(12)),
        *invite_acts(clinic, people, stage.ago(11), accepted=4),
        *sending(clinic, stacks, sent_on=stage.ago(9), reviewed_on=stage.ago(8), today=stage.today, rng=stage.rng),
        *connection_acts(clinic, stage.ago(11)),
        *enrollment_acts(clinic, cases_of(clinic, people, payers, routes, stage.rng), stage.ago(5), stage.today),
        *packet_acts("aetna", stage.ago(2)),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
    ]


def _live(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["live"]
    story = PlanStory(
        until_bd=45,
        done=frozenset({"T111", "T110", "T073", "T084", "T085", "T113", "T114", "T121", "T072", "T075", "T046"}),
        by_product=frozenset({"T062", "T063", "T070", "T074", "T081", "T082", "T083"}),
        open={
            "T043": Open(
                "blocked", 30, "Medical Mutual sends paper remittances until its ERA enrollment is through", "payer"
            ),
            "T053": Open("blocked", 20, "CMS has the surrogacy of two providers in review", "payer"),
            "T124": Open("in_progress", 8),
        },
    )
    stacks = {
        people[0]: Stack(expiring=("malpractice_face",)),
        people[1]: FULL,
        people[2]: FULL,
        people[3]: FULL,
        people[4]: FULL,
        people[5]: FULL,
        people[6]: Stack(expiring=("photo_id",)),
    }
    routes = (
        *(
            "billable",
            "taken_over",
            "loading",
            "billable",
            "committee",
            "billable",
            "approved",
            "taken_over",
            "question",
        ),
        *(
            "billable",
            "contract",
            "review",
            "billable",
            "signed",
            "denied",
            "received",
            "hold",
            "taken_over",
            "billable",
        ),
        *("renew", "closed", "billable", "sent", "ended", "withdrawn", "to_start", "review", "billable", "docs"),
    )
    cases = cases_of(clinic, people, EIGHT_PAYERS, routes, stage.rng)
    return [
        *provider_acts(clinic, people, stage.ago(82)),
        *invite_acts(clinic, people, stage.ago(81), accepted=7),
        *sending(clinic, stacks, sent_on=stage.ago(79), reviewed_on=stage.ago(77), today=stage.today, rng=stage.rng),
        *connection_acts(clinic, stage.ago(81)),
        *accepted_acts(clinic, stage.ago(76), stage.ago(45)),
        *enrollment_acts(clinic, cases, stage.ago(77), stage.today),
        *committee_acts(clinic, people, stage.ago(3), stage.today),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
    ]


def _kickoff(stage: Stage) -> list[Act]:
    clinic, people = stage.clinic, PROVIDERS["kickoff"]
    story = PlanStory(
        until_bd=3,
        open={"T004": Open("in_progress", 3), "T011": Open("in_progress", 2), "T012": Open("in_progress", 0)},
    )
    return [
        *provider_acts(clinic, people, stage.ago(2)),
        *invite_acts(clinic, people[:1], stage.ago(1), accepted=1),
        *plan_acts(clinic, story, stage.signed_on, stage.today),
        task_paper(clinic, "T004", "Letter of authorization signed.pdf", "letter_of_authorization", stage.ago(1)),
    ]


_SCRIPTS: dict[str, Callable[[Stage], list[Act]]] = {
    "late": _late,
    "tie_out": _tie_out,
    "waiting": _waiting,
    "ready": _ready,
    "live": _live,
    "kickoff": _kickoff,
}
