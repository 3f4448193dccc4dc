"""The file's services: credentials and columns in step, entries that an import may repeat, history without secrets, own rows only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select, text

from credentialing.credentials.models import Credential
from credentialing.credentials.services import clear_number, credentials_of, remove_credential, save_credential
from credentialing.providers.models import FieldChange, FileEntry, Provider
from credentialing.providers.provenance import FactSource, history_of
from credentialing.providers.services import change_provider, get_provider
from credentialing.providers.services.sections import entries_of, file_gaps, remove_entry, save_entry, save_facts
from credentialing.requirements.services import file_of
from infra.db import Scope, unit_of_work
from infra.ids import uuid7
from infra.problems import Invalid, NotFound
from tenants.audit.models import AuditEvent
from tests.support.cases import make_provider

CAQH = FactSource("caqh", "ProView of Nov 20")
TYPED = FactSource("person")
SECRETS = ("219099999", "219-09-9999", "BD1234563", "AB1234563", "1975-03-09")


def _held(provider_id, kind="state_license"):
    return [row for row in credentials_of([provider_id])[provider_id] if row.kind == kind]


def test_columns_and_rows_stay_in_step_in_both_directions(clinic):
    provider_id, _ = make_provider(clinic, license_number="I.1200456", license_state="OH")
    with clinic.work():
        (row,) = _held(provider_id)
        assert (row.number, row.state, row.source, row.is_primary) == ("I.1200456", "OH", "person", True)
        save_credential(
            provider_id=provider_id, kind="state_license", source=CAQH,
            values={"number": "i1200456", "state": "OH", "expires_on": date(2028, 1, 31)},
        )  # fmt: skip
        assert get_provider(provider_id).license_expires_on == date(2028, 1, 31)
        second = save_credential(
            provider_id=provider_id, kind="state_license", source=TYPED, values={"number": "KY9", "state": "KY"}
        )
        assert len(_held(provider_id)) == 2
        assert get_provider(provider_id).license_state == "OH"
        save_credential(
            provider_id=provider_id, kind="state_license", source=TYPED,
            values={"is_primary": True}, credential_id=second.id,
        )  # fmt: skip
        assert get_provider(provider_id).license_number == "KY9"
        assert [row.is_primary for row in _held(provider_id)] == [False, True]
        change_provider(provider_id, changes={"license_number": "I.1200456", "license_state": "OH"})
        assert [row.is_primary for row in _held(provider_id)] == [True, False]
        change_provider(provider_id, changes={"license_number": "I.1200457"})
        assert [row.number for row in _held(provider_id)] == ["I.1200457", "KY9"]
        remove_credential(provider_id=provider_id, credential_id=row.id, source=TYPED)
        assert get_provider(provider_id).license_number == "KY9"


def test_the_caqh_clock_and_the_dea_number_follow_the_summary(clinic):
    provider_id, _ = make_provider(clinic, dea_number="BD1234563", caqh_id="123", caqh_attested_on=date(2026, 9, 1))
    with clinic.work() as session:
        (caqh,), (dea,) = _held(provider_id, "caqh_profile"), _held(provider_id, "dea")
        assert (caqh.number, caqh.expires_on) == ("123", date(2026, 12, 30))
        assert (dea.number, dea.number_shown, clear_number(dea)) == (None, "•••••••63", "BD1234563")
        save_credential(
            provider_id=provider_id, kind="caqh_profile", source=TYPED, values={"issued_on": date(2026, 11, 1)}
        )
        with pytest.raises(Invalid) as refused:
            save_credential(provider_id=provider_id, kind="dea", source=TYPED, values={"number": "BD1234567"})
        assert refused.value.errors[0].pointer == "#/number"
        save_credential(
            provider_id=provider_id, kind="dea", source=TYPED, values={"number": "AB1234563"}, credential_id=dea.id
        )
        session.flush()
        provider = get_provider(provider_id)
        assert provider.caqh_attested_on == date(2026, 11, 1)
        assert _held(provider_id, "caqh_profile")[0].expires_on == date(2027, 3, 1)
        assert b"1234563" not in bytes(session.scalars(select(Credential.sealed_number)).all()[0] or b"")


def test_secrets_are_never_in_clear_in_history_audit_or_rows(clinic, caplog):
    provider_id, _ = make_provider(clinic, dea_number="BD1234563", birth_date=date(1975, 3, 9))
    with clinic.work():
        save_facts(provider_id=provider_id, section="identity", values={"ssn": "219-09-9999"}, source=TYPED)
        save_credential(provider_id=provider_id, kind="dea", source=TYPED, values={"number": "AB1234563"})
        change_provider(provider_id, changes={"birth_date": date(1975, 3, 10)})
    with clinic.work() as session:
        shown = {(row.section, row.field): row.new_shown for row in history_of(provider_id)}
        assert shown[("identity", "ssn")] == "•••-••-9999"
        assert shown[("identity", "birth_date")] == "••••-••-••"
        assert shown[("dea", "number")] == "•••••••63"
        kept = [
            str(row)
            for table in (FieldChange, AuditEvent, FileEntry, Provider, Credential)
            for row in session.execute(select(*table.__table__.columns).where(table.tenant_id == clinic.id))
        ]
    everything = " ".join(kept) + caplog.text
    assert not [secret for secret in SECRETS if secret in everything]


def test_an_import_may_say_the_same_twice(clinic):
    provider_id, _ = make_provider(clinic)
    job = {"kind": "job", "employer": "Harbor Counseling", "started": date(2021, 4, 1), "is_current": True}
    with clinic.work():
        first = save_entry(provider_id=provider_id, section="work_history", values=job, source=CAQH)
        again = save_entry(
            provider_id=provider_id, section="work_history", source=CAQH,
            values=job | {"employer": "harbor  counseling", "position": "Therapist"},
        )  # fmt: skip
        other = save_entry(
            provider_id=provider_id, section="work_history", source=TYPED, values=job | {"started": "2019-01"}
        )
        assert first.id == again.id != other.id
        assert again.values["started"] == "2021-04"
        history = history_of(provider_id, section="work_history", entry_id=first.id)
        assert {(row.field, row.old_shown, row.new_shown, row.source) for row in history[:2]} == {
            ("position", None, "Therapist", "caqh"),
            ("employer", "Harbor Counseling", "harbor  counseling", "caqh"),
        }
        with pytest.raises(Invalid):
            save_entry(
                provider_id=provider_id, section="work_history", source=TYPED,
                entry_id=other.id, values={"is_current": False, "ended": "2018-12"},
            )  # fmt: skip
        remove_entry(provider_id=provider_id, section="work_history", entry_id=other.id, source=TYPED)
        assert [row.id for row in entries_of([provider_id])[provider_id]["work_history"]] == [first.id]
        with pytest.raises(NotFound):
            remove_entry(provider_id=provider_id, section="work_history", entry_id=other.id, source=TYPED)


def test_fields_that_save_themselves_at_the_same_time_are_all_kept(clinic):
    provider_id, _ = make_provider(clinic)
    row, policy = uuid7(), uuid7()
    fields = {"employer": "Harbor", "position": "Therapist", "started": "2021-04", "city": "Dayton", "state": "OH"}
    parts = {"issuer": "CPH", "number": "P-1", "coverage": "occurrence", "limits_each_cents": 100_000_000}

    def save(job):
        name, value, is_entry = job
        with clinic.work():
            if is_entry:
                save_entry(
                    provider_id=provider_id, section="work_history", values={name: value}, source=TYPED, new_id=row
                )
            else:
                save_credential(
                    provider_id=provider_id, kind="malpractice_face", values={name: value}, source=TYPED, new_id=policy
                )

    jobs = [(*pair, True) for pair in fields.items()] + [(*pair, False) for pair in parts.items()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, jobs))
    with clinic.work():
        (entry,) = entries_of([provider_id])[provider_id]["work_history"]
        (held,) = _held(provider_id, "malpractice_face")
    assert entry.values == fields
    assert (held.issuer, held.number) == ("CPH", "P-1")
    assert held.details == {"coverage": "occurrence", "limits_each_cents": 100_000_000}


def test_former_names_are_one_list_however_they_came(clinic):
    provider_id, _ = make_provider(clinic, former_names=["Marsh"])
    with clinic.work():
        save_entry(provider_id=provider_id, section="former_names", values={"last_name": "Vega"}, source=TYPED)
        assert get_provider(provider_id).former_names == ["Marsh", "Vega"]
        change_provider(provider_id, changes={"former_names": ["Vega", "Lund"]})
        rows = entries_of([provider_id])[provider_id]["former_names"]
        assert [row.values["last_name"] for row in rows] == ["Vega", "Lund"]


def test_what_is_missing_names_the_field_and_the_payers(clinic, monkeypatch):
    from credentialing.requirements import services as requirements

    provider_id, _ = make_provider(clinic, license_type="PMHNP", license_number="A1", license_state="OH")
    monkeypatch.setattr(requirements, "_payers_lookup", lambda ids: {key: ["aetna", "medicare_b"] for key in ids})
    with clinic.work():
        gaps = file_gaps(get_provider(provider_id))
    said = {(gap.section, gap.text) for gap in gaps}
    assert ("licenses", "Expires on is missing") in said
    assert ("identity", "Date of birth is missing") in said
    assert ("dea", "No DEA registration yet") in said
    assert ("disclosures", "11 questions are not answered") in said
    assert next(gap.needed_for for gap in gaps if gap.section == "licenses")[0] == "aetna"
    assert not [gap for gap in gaps if gap.section in ("references", "hospital", "training")]


def test_a_disclosed_yes_asks_for_its_explanation_as_a_document(clinic):
    provider_id, _ = make_provider(clinic)

    def asked():
        with clinic.work():
            lines = file_of(get_provider(provider_id)).lines
            return any(line.requirement.applies for line in lines if line.requirement.code == "disclosure_explanations")

    assert not asked()
    with clinic.work():
        answer = {"question": "conviction", "answer": True}
        save_entry(provider_id=provider_id, section="disclosures", values=answer, source=TYPED)
    assert asked()
    with clinic.work():
        save_entry(provider_id=provider_id, section="disclosures", values=answer | {"answer": False}, source=TYPED)
    assert not asked()


def test_the_database_gives_a_provider_their_own_rows_only(clinic):
    mine, _ = make_provider(clinic, "Ortiz", license_number="A1")
    theirs, _ = make_provider(clinic, "Lee", license_number="B2")
    with clinic.work():
        other_job = save_entry(
            provider_id=theirs, section="work_history", values={"kind": "job", "employer": "X"}, source=TYPED
        )
    own = Scope(tenant_id=clinic.id, actor_id=uuid7(), actor_name="Dana Ortiz", provider_id=mine)
    with unit_of_work(own) as session:
        save_entry(provider_id=mine, section="languages", values={"language": "Spanish"}, source=FactSource("provider"))
        for table in ("credential", "file_entry", "field_change"):
            owners = set(session.execute(text(f"SELECT DISTINCT provider_id FROM app.{table}")).scalars())
            assert owners == {mine}, table
        assert credentials_of([mine, theirs])[theirs] == []
        with pytest.raises(NotFound):
            save_entry(
                provider_id=theirs, section="work_history", values={"employer": "Y"}, source=FactSource("provider")
            )
        changed = session.execute(
            text("UPDATE app.file_entry SET position = 9 WHERE id = :id"), {"id": other_job.id}
        ).rowcount
        assert changed == 0
    stray = FieldChange(provider_id=theirs, section="identity", field="phone", source="provider", changed_by_name="x")
    with unit_of_work(own) as session:
        session.add(stray)
        with pytest.raises(Exception, match="row-level security"):
            session.flush()
        session.rollback()
