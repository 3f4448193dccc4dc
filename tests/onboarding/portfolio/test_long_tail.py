"""The long tail stands beside the gates and never in them; the rollup row follows what happens outside of the plan."""

from __future__ import annotations

from datetime import date

from credentialing.enrollment.services import NewEnrollment, start_many
from credentialing.providers.services import NewProvider, create_provider
from integrations.npi import npi_check_digit
from onboarding.portfolio.services import long_tail
from tests.onboarding.plan.test_plan_api import plan_of
from tests.onboarding.portfolio.test_pages import counted_statements
from tests.support.world import drain, failures

PAYERS = ("caresource_oh_medicaid", "molina_oh_medicaid", "medicare_ffs")


def npis(first, count):
    stems = [f"1{700000000 + 37 * n}"[:9] for n in range(first, first + count)]
    return [stem + npi_check_digit(stem) for stem in stems]


def staffed(clinic, numbers):
    with clinic.work():
        made = [
            create_provider(NewProvider(npi=npi, first_name="Ana", last_name=f"Ruiz {npi}", license_type="lisw"))
            for npi in numbers
        ]
        start_many([NewEnrollment(person.id, payer) for person in made for payer in PAYERS])
    drain(clinic, only="onboarding.refresh_rollup")


def test_the_home_draws_every_payer_and_the_portfolio_counts_every_pair(clinic):
    gates = plan_of(clinic)["gates"]
    staffed(clinic, npis(1, 2))
    with clinic.work():
        tail = long_tail()
    assert {each.payer_id for each in tail} == set(PAYERS)
    assert sum(each.waiting + each.billable + each.stopped for each in tail) == 6
    assert all(each.last_expected is None or each.last_expected > date(2026, 1, 1) for each in tail)
    row = clinic.manager.api.get("/api/v1/portfolio")["items"][0]
    assert row["panels"] == {"billable": 0, "pending": 6, "blocked": 0}
    assert "CareSource" in clinic.manager.pages.get(clinic.page())
    assert [g["forecast_p50"] for g in plan_of(clinic)["gates"]] == [g["forecast_p50"] for g in gates]
    assert [topic for topic, _ in failures(clinic) if topic.startswith("onboarding.")] == []


def test_the_home_asks_the_database_as_often_for_two_providers_as_for_five(clinic):
    pages = clinic.manager.pages
    staffed(clinic, npis(10, 2))
    pages.get(clinic.page())
    with counted_statements() as few:
        pages.get(clinic.page())
    staffed(clinic, npis(20, 3))
    with counted_statements() as more:
        pages.get(clinic.page())
    assert len(few) == len(more) <= 20, "\n".join(more)
