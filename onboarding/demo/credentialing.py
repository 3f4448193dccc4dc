"""What a specialist does with files: a pile of scans to confirm, a committee that is about to meet, and a packet that is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from credentialing.committee import services as committee
from credentialing.enrollment.models import Enrollment
from credentialing.packets.services.versions import MAKE_TOPIC, order_version
from credentialing.reading.services.machine import TOPIC as READ_TOPIC
from infra.calendar import federal_calendar
from infra.db import current_tenant, db
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import PDF, pdf
from onboarding.demo.providers import DemoProvider, ids_by_npi
from onboarding.demo.story import Act, File

BOARD = "State of Ohio Counselor, Social Worker and Marriage and Family Therapist Board"
MEMBERS = (
    ("Dr. Ruth Abara", "Psychiatry", True),
    ("Owen Castellano", "Clinical social work", False),
    ("Dr. Mina Farrow", "Psychology", False),
)


def pile_acts(clinic: DemoClinic, providers: Sequence[DemoProvider], on: date, today: date) -> list[Act]:
    """Scans that the office dropped in one go, nobody having said what they are; they are read and wait for a yes."""
    first, second, third = providers[:3]
    ends = today + timedelta(days=290)
    pages = {
        "Scan_0012.pdf": _license(first, ends),
        "Scan_0013.pdf": _policy(second, today, ends),
        "Scan_0014.pdf": _license(third, today + timedelta(days=47)),
    }
    sent = [File(name, content, PDF) for name, content in pages.items()]
    topics = frozenset({"credentialing.begin_reading", READ_TOPIC})
    return [Act("a pile of scans", on, clinic.admin.key, files=sent, topics=topics)]


def _license(provider: DemoProvider, ends: date) -> bytes:
    name = f"{provider.first} {provider.last}, {provider.credential}"
    lines = [
        BOARD,
        f"This certifies that {name} is licensed to practice in the State of Ohio.",
        f"License number: {provider.license}",
        "Status: Active",
        f"Issue date: {ends - timedelta(days=730):%m/%d/%Y}",
        f"Expiration date: {ends:%m/%d/%Y}",
    ]
    return pdf("Professional License", lines)


def _policy(provider: DemoProvider, today: date, ends: date) -> bytes:
    lines = [
        "Great Lakes Mutual Insurance Company",
        f"Named insured: {provider.first} {provider.last}",
        f"Policy number: GLM-{provider.number * 7919:07d}",
        f"Policy period: {today - timedelta(days=75):%m/%d/%Y} to {ends:%m/%d/%Y}",
        "Limits of liability: $1,000,000 each claim / $3,000,000 aggregate",
    ]
    return pdf("Professional Liability Declarations Page", lines)


def committee_acts(clinic: DemoClinic, providers: Sequence[DemoProvider], on: date, today: date) -> list[Act]:
    """The members of the committee, and a meeting next week with three files on its agenda."""
    meets_on = federal_calendar().add_business_days(today, 5)

    def prepare() -> None:
        for name, discipline, is_chair in MEMBERS:
            committee.add_member(name=name, discipline=discipline, is_chair=is_chair)
        meeting = committee.plan_meeting(meets_on=meets_on, place="Video call")
        ids = ids_by_npi()
        for provider in providers[:3]:
            committee.put_on_agenda(meeting.id, provider_id=ids[provider.known_npi])

    return [Act("the committee prepares", on, "tomas", prepare)]


def packet_acts(payer_id: str, on: date) -> list[Act]:
    """One application's packet is put together: checked, joined, and kept as a version."""
    return [Act("a packet is made", on, "tomas", _ordering(payer_id), topics=frozenset({MAKE_TOPIC}))]


def _ordering(payer_id: str) -> Callable[[], None]:
    def order() -> None:
        query = select(Enrollment.id).where(Enrollment.tenant_id == current_tenant(), Enrollment.payer_id == payer_id)
        case_id = db().scalars(query.order_by(Enrollment.id)).first()
        if case_id is not None:
            order_version(case_id)

    return order
