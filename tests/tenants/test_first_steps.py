"""A clinic is there for its people and for nobody else."""

from __future__ import annotations


def test_account_manager_sees_their_clinic_and_nobody_elses(clinic, other_clinic):
    me = clinic.manager.api.get("/api/v1/me")
    assert [role["clinic_id"] for role in me["roles"] if role["clinic_id"]] == [str(clinic.id)]
    assert clinic.manager.api.get(clinic.url(""))["name"] == "Harbor Counseling"
    clinic.manager.api.get(other_clinic.url(""), expect=404)
