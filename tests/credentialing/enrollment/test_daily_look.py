"""What is noticed each day, who looks after a case, and when the matrix is complete."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from credentialing.enrollment.services import panel_counts, payers_by_provider, unbillable_pairs
from infra import clock
from infra.db import current_tenant
from infra.outbox import later
from tenants.audit.models import AuditEvent
from tests.support.cases import make_proof, make_provider, start_case, step, walk
from tests.support.world import drain


def acts(clinic, action):
    with clinic.work() as session:
        query = select(func.count()).select_from(AuditEvent)
        return session.scalar(query.where(AuditEvent.tenant_id == current_tenant(), AuditEvent.action == action))


def look(clinic):
    with clinic.work():
        later("credentialing.check_follow_ups")
    drain(clinic, only="credentialing.check_follow_ups")


def test_each_day_overdue_follow_ups_and_coming_recredentialings_are_noticed(clinic):
    late, _ = make_provider(clinic)
    loaded, _ = make_provider(clinic, "Lee")
    start_case(clinic, late)
    case = start_case(clinic, loaded)
    walk(clinic, case, make_proof(clinic, loaded))
    look(clinic)
    assert acts(clinic, "enrollment.follow_ups_overdue") == 0
    with clock.freeze(datetime(2029, 9, 3, 15, tzinfo=UTC)):  # Labor Day
        look(clinic)
        look(clinic)
    assert acts(clinic, "enrollment.recredential_due") == 1
    assert acts(clinic, "enrollment.follow_ups_overdue") == 2
    assert clinic.manager.api.get(clinic.url(f"/enrollments/{case}"))["next_follow_up"] == "2029-09-04"


def test_the_matrix_is_complete_once_every_provider_has_a_case(clinic):
    first, _ = make_provider(clinic)
    second, _ = make_provider(clinic, "Lee")
    start_case(clinic, first)
    assert acts(clinic, "enrollment.matrix_built") == 0
    start_case(clinic, second)
    third, _ = make_provider(clinic, "Kim")
    start_case(clinic, third)
    assert acts(clinic, "enrollment.matrix_built") == 1


def test_a_case_is_handed_only_to_somebody_of_the_vendor(clinic):
    provider_id, _ = make_provider(clinic)
    case = start_case(clinic, provider_id)
    api, url = clinic.manager.api, clinic.url(f"/enrollments/{case}")
    assert api.patch(url, {"owner_id": str(clinic.specialist.id)})["owner"] == "Sam Specialist"
    api.patch(url, {"owner_id": str(clinic.admin.id)}, expect=422)
    clinic.manager.pages.post(clinic.page(f"/enrollments/{case}/owner"), {"owner_id": str(clinic.manager.id)})
    assert api.get(url)["owner"] == "Morgan Manager"


def test_other_rooms_are_told_counts_and_pairs(clinic):
    provider_id, npi = make_provider(clinic)
    walk(clinic, start_case(clinic, provider_id), make_proof(clinic, provider_id))
    pending = start_case(clinic, provider_id, "medicare_ffs", "medicare")
    denied = start_case(clinic, provider_id, "cigna_evernorth")
    step(clinic, denied, "closed_panel", reason="Full")
    with clinic.work():
        counts, pairs, payers = panel_counts(), unbillable_pairs(), payers_by_provider([provider_id])
    assert (counts.billable, counts.pending, counts.blocked) == (1, 1, 1)
    assert {(str(pair.enrollment_id), pair.npi) for pair in pairs} == {(pending, npi), (denied, npi)}
    assert payers == {provider_id: ["aetna", "cigna_evernorth", "medicare_ffs"]}
