"""What runs out is seen, told once, held, put into the plan, and released when renewed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from credentialing.credentials.services import save_credential
from credentialing.enrollment.models import Enrollment
from credentialing.monitoring import services
from credentialing.monitoring.models import CheckDue, Expirable, Lapse, Reminder
from credentialing.providers.provenance import FactSource
from credentialing.verification.models import Verification
from infra import clock
from infra.ids import uuid7
from onboarding.plan.models import PlanTask
from tenants.access.roles import Role
from tenants.documents.models import Document
from tests.support.cases import make_provider
from tests.support.world import drain, failures

PERSON = FactSource("person")
NOON = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


def hold_license(clinic, provider_id, *, state="OH", ends, issued=None, number="I.1"):
    with clinic.work():
        values = {"number": number, "state": state, "expires_on": ends, "status": "active"}
        if issued:
            values["issued_on"] = issued
        return save_credential(provider_id=provider_id, kind="state_license", values=values, source=PERSON).id


def holds(clinic, on):
    rows = clinic.manager.api.get(clinic.url(f"/holds?on={on.isoformat()}"))["items"]
    return {(row["payer_id"], row["location_id"]): row["reason"] for row in rows}


def loaded(clinic, provider_id, payer_id="aetna", line="commercial", location_id=None):
    """A case that its payer has loaded, with proof."""
    with clinic.work() as session:
        case = Enrollment(
            id=uuid7(),
            provider_id=provider_id,
            payer_id=payer_id,
            line_of_business=line,
            location_id=location_id,
            status="loaded_verified",
            status_since_on=date(2026, 11, 2),
            requested_on=date(2026, 9, 1),
            effective_on=date(2026, 11, 1),
            loaded_on=date(2026, 11, 2),
            proof_reference="PORTAL-1",
            proof_kind="portal",
            owner_id=clinic.manager.id,
            owner_name=clinic.manager.name,
        )
        session.add(case)
        return case.id


def test_a_lapse_holds_opens_a_task_and_a_renewal_releases(clinic):
    provider, _ = make_provider(clinic)
    case = loaded(clinic, provider)
    ends = date(2026, 11, 30)
    with clock.freeze(datetime(2026, 11, 24, 17, tzinfo=UTC)):
        hold_license(clinic, provider, ends=ends)
        drain(clinic)
        assert holds(clinic, date(2026, 11, 30)) == {}
        assert holds(clinic, date(2026, 12, 1)) == {("aetna", None): "License expired on Nov 30 (OH)."}
    with clock.freeze(NOON):
        with clinic.work():
            assert services.refresh_watch().lapsed == 1
        with clinic.work():
            assert services.refresh_watch().lapsed == 0
        drain(clinic)
        assert holds(clinic, clock.today())[("aetna", None)] == "License expired on Nov 30 (OH)."
        grid = clinic.manager.api.get(clinic.url("/panel"))
        assert [cell["word"] for cell in grid["cells"]] == ["Lapsed"]
        with clinic.work() as session:
            task = session.scalars(select(PlanTask).where(PlanTask.code.like("LAPSE-%"))).one()
            assert "License (OH) of Dana Ortiz expired on Mon, Nov 30" in task.title
            assert (task.owner, task.gate, task.status) == ("prov", "G7_steady", "not_started")
            assert session.get(Enrollment, (clinic.id, case)).next_follow_up_on == date(2026, 12, 1)
        hold_license(clinic, provider, ends=date(2028, 11, 30), issued=date(2026, 12, 1))
        drain(clinic)
        assert holds(clinic, clock.today()) == {}
        with clinic.work() as session:
            assert session.scalars(select(PlanTask.status).where(PlanTask.code.like("LAPSE-%"))).one() == "verified"
            assert session.scalars(select(Lapse.closed_how)).all() == ["renewed"]
            assert session.scalars(select(Enrollment.next_follow_up_on)).all() == [None]
    actions = [row["action"] for row in clinic.manager.api.get(clinic.url("/audit"))["items"]]
    assert actions.count("credential.lapsed") == actions.count("credential.restored") == 1
    assert failures(clinic) == []


def test_services_in_the_gap_before_a_late_renewal_stay_held(clinic):
    provider, _ = make_provider(clinic)
    loaded(clinic, provider)
    with clock.freeze(NOON):
        hold_license(clinic, provider, ends=date(2026, 11, 20))
        drain(clinic)
        hold_license(clinic, provider, ends=date(2028, 11, 30), issued=date(2026, 11, 28))
        drain(clinic)
        assert [holds(clinic, date(2026, 11, day)) != {} for day in (20, 21, 27, 28)] == [False, True, True, False]


def test_a_license_of_another_state_holds_only_what_is_there(clinic):
    provider, _ = make_provider(clinic)
    api = clinic.manager.api
    place = api.post(
        clinic.url("/locations"), {"name": "Covington", "address": "1 Main St, Covington, KY 41011"}, expect=201
    )["id"]
    loaded(clinic, provider, location_id=UUID(place))
    loaded(clinic, provider)
    with clock.freeze(NOON):
        hold_license(clinic, provider, ends=date(2027, 11, 30))
        hold_license(clinic, provider, state="KY", ends=date(2026, 11, 30), number="K.9")
        drain(clinic)
        assert holds(clinic, clock.today()) == {("aetna", place): "License expired on Nov 30 (KY)."}
        with clinic.work() as session:
            assert session.scalars(select(Lapse.state)).all() == ["KY"]


def test_a_late_attestation_is_told_and_holds_nothing(clinic):
    provider, _ = make_provider(clinic)
    loaded(clinic, provider)
    with clock.freeze(NOON):
        with clinic.work():
            values = {"issued_on": date(2026, 8, 1), "expires_on": date(2026, 11, 29)}
            save_credential(provider_id=provider, kind="caqh_profile", values=values, source=PERSON)
        drain(clinic)
        assert holds(clinic, clock.today()) == {}
        with clinic.work() as session:
            assert session.scalars(select(Lapse.holds)).all() == [False]
            assert session.scalars(select(PlanTask).where(PlanTask.code.like("LAPSE-%"))).all() == []


def test_everybody_is_told_once_by_one_mail_and_not_when_acted_on(clinic, world, monkeypatch):
    provider, _ = make_provider(clinic)
    person = world.join(clinic, world.person("Dana Provider"), Role.PROVIDER, provider)
    sent = []
    monkeypatch.setattr("credentialing.monitoring.jobs.send", lambda mail: sent.append((mail.to, mail.subject)))
    monday = datetime(2026, 11, 30, 17, tzinfo=UTC)
    with clock.freeze(monday):
        hold_license(clinic, provider, ends=date(2026, 12, 28))
        with clinic.work():
            values = {"expires_on": date(2026, 12, 20)}
            save_credential(provider_id=provider, kind="malpractice_face", values=values, source=PERSON)
        drain(clinic)
        for _ in range(2):
            with clinic.work():
                services.remind()
        drain(clinic)
        assert sorted(to for to, _ in sent) == sorted([person.email, clinic.admin.email])
        with clinic.work():
            item = next(row.item for row in services.open_reminders(person.id))
            assert item.kind == "state_license"
            services.say_acted(item.id, expected_on=date(2026, 12, 18), reason="Renewal filed with the board")
    with clock.freeze(monday + timedelta(days=14)):
        with clinic.work():
            services.remind()
            assert services.open_reminders(person.id) == []
        drain(clinic)
        assert sorted(to for to, _ in sent[2:]) == sorted([clinic.admin.email, clinic.manager.email])
    with clock.freeze(monday + timedelta(days=21)):
        with clinic.work():
            services.remind()
        drain(clinic)
        with clinic.work() as session:
            told = session.execute(
                select(Reminder.person_id, Reminder.days_before, Reminder.level).where(
                    Reminder.item_key.like("state_license%")
                )
            ).all()
        assert {(row.person_id, row.level) for row in told if row.days_before == 7} == {
            (person.id, "first"),
            (clinic.admin.id, "clinic"),
            (clinic.manager.id, "account"),
        }
    assert failures(clinic) == []


def test_nobody_is_reminded_at_night_or_on_a_weekend(clinic):
    for instant, expected in (
        (datetime(2026, 11, 30, 11, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 30, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 4, 0, tzinfo=UTC), True),  # still Monday evening in the clinic
    ):
        with clock.freeze(instant), clinic.work():
            assert services.is_time_to_remind() is expected


def test_checks_are_asked_for_at_hire_and_every_month(clinic):
    make_provider(clinic)
    day = datetime(2026, 12, 1, 17, tzinfo=UTC)
    asked = []
    for step in range(40):
        with clock.freeze(day + timedelta(days=step)), clinic.work() as session:
            asked.append(services.ask_for_checks())
            if step == 0:
                session.add_all(
                    Verification(
                        provider_id=row.provider_id,
                        source=row.source,
                        result="clear",
                        matched=True,
                        verified_at=day,
                        evidence={},
                        verified_by_name="Test",
                    )
                    for row in session.scalars(select(CheckDue)).all()
                )
    assert [(step, count) for step, count in enumerate(asked) if count] == [(0, 3), (30, 3), (33, 3), (36, 3), (39, 3)]
    with clinic.work() as session:
        assert set(session.scalars(select(CheckDue.due_on))) == {date(2026, 12, 31)}


def test_the_clinics_own_papers_are_watched_once_and_a_second_license_beside_the_first(clinic):
    provider, _ = make_provider(clinic, license_type="PMHNP")
    make_provider(clinic, "Ruiz")
    hold_license(clinic, provider, ends=date(2028, 10, 31), number="APRN.CNP.1")
    hold_license(clinic, provider, ends=date(2027, 10, 31), number="RN.2")
    with clinic.work() as session:
        session.add(
            Document(
                id=uuid7(),
                filename="w9.pdf",
                content_type="application/pdf",
                size=9,
                sha256="0" * 64,
                kind="w9",
                object_key="tenants/test",
                uploaded_by_name="Test",
                status="available",
                review_status="accepted",
            )
        )
    with clinic.work() as session:
        services.refresh_watch()
        rows = session.execute(select(Expirable.kind, Expirable.provider_id, Expirable.ends_on, Expirable.holds)).all()
    assert {(row.kind, row.provider_id) for row in rows} == {("state_license", provider), ("w9", None)}
    licenses = sorted((row.ends_on, row.holds) for row in rows if row.kind == "state_license")
    assert licenses == [(date(2027, 10, 31), False), (date(2028, 10, 31), True)]


def test_the_watch_list_follows_its_sources(clinic):
    make_provider(clinic, license_expires_on=date(2027, 3, 31))
    drain(clinic)
    with clinic.work() as session:
        rows = session.execute(select(Expirable.kind, Expirable.state, Expirable.ends_on, Expirable.holds)).all()
    assert [tuple(row) for row in rows] == [("state_license", "OH", date(2027, 3, 31), True)]
