"""What is read once in a unit of work is read again after anything was written."""

from __future__ import annotations

from sqlalchemy import select, text

from infra.db import db
from infra.db.once import once
from tenants.clinics.models import Clinic
from tenants.clinics.services import get_clinic
from tests.support.counting import counted_statements


def name_of(clinic):
    return once("name", lambda: db().scalar(select(Clinic.name).where(Clinic.id == clinic.id)))


def test_a_part_of_a_page_reads_what_another_has_read_only_after_a_write(clinic, other_clinic):
    with clinic.work(), counted_statements() as sent:
        assert [name_of(clinic) for _ in range(3)] == ["Harbor Counseling"] * 3
        assert len(sent) == 2  # the scope, and the name
        get_clinic().name = "Harbor"
        assert name_of(clinic) == "Harbor"
        db().execute(text("UPDATE app.clinic SET name = 'Harbor West' WHERE id = :id"), {"id": clinic.id})
        assert name_of(clinic) == "Harbor West"
        before = len(sent)
        db().execute(select(Clinic.id).where(Clinic.id == clinic.id).with_for_update())
        name_of(clinic)
        assert len(sent) == before + 2  # whoever waited for a lock looks again
        db().rollback()
        assert name_of(clinic) == "Harbor Counseling"
    with other_clinic.work():
        assert name_of(other_clinic) == "Lakeside Behavioral Health"
