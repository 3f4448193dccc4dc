"""The catalog says that no table can leak, the live login is the real one, and every guard that is taken out is noticed."""

from __future__ import annotations

import os
import uuid

import psycopg
import pytest
from sqlalchemy import create_engine, text

from infra.db import NoScope, Scope, db, unit_of_work
from infra.db.catalog import violations
from infra.db.scope import scoped
from infra.db.selfcheck import PrivilegedLogin, refuse_privileged_login
from infra.db.session import engine

A, B = uuid.UUID(int=0xA), uuid.UUID(int=0xB)
MUTANTS = {
    "row security off": "ALTER TABLE app.document DISABLE ROW LEVEL SECURITY",
    "not forced": "ALTER TABLE app.provider NO FORCE ROW LEVEL SECURITY",
    "policy dropped": "DROP POLICY tenant_isolation ON app.document",
    "using true": "ALTER POLICY tenant_isolation ON app.provider USING (true)",
    "check true": "ALTER POLICY tenant_isolation ON app.provider WITH CHECK (true)",
    "unset means all": (
        "ALTER POLICY tenant_isolation ON app.provider"
        " USING ((SELECT app.tenant_id()) IS NULL OR tenant_id = (SELECT app.tenant_id()))"
    ),
    "no initplan": "ALTER POLICY tenant_isolation ON app.provider USING (tenant_id = app.tenant_id())",
    "second permissive policy": "CREATE POLICY more ON app.document FOR SELECT TO app_rw USING (true)",
    "policy for everybody": "ALTER POLICY tenant_isolation ON app.document TO PUBLIC",
    "relay policy opened": "ALTER POLICY relay ON app.outbox TO app_rw",
    "rollup policy writes": "DROP POLICY rollup_of_mine ON app.clinic_rollup;"
    " CREATE POLICY rollup_of_mine ON app.clinic_rollup FOR ALL TO app_rw USING (tenant_id = ANY ((SELECT app.tenant_ids())::uuid[]))",
    "bypass": "ALTER ROLE app_web BYPASSRLS",
    "superuser": "ALTER ROLE app_web SUPERUSER",
    "createrole": "ALTER ROLE app_worker CREATEROLE",
    "becomes owner": "GRANT app_owner TO app_web",
    "becomes sec owner": "GRANT sec_owner TO app_worker",
    "reads all data": "GRANT pg_read_all_data TO app_web",
    "owns a table": "GRANT CREATE ON SCHEMA app TO app_web; ALTER TABLE app.document OWNER TO app_web",
    "new bare table": "CREATE TABLE app.note (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id)); ALTER TABLE app.note OWNER TO app_owner",
    "new table without tenant": "CREATE TABLE app.note (id uuid PRIMARY KEY); ALTER TABLE app.note OWNER TO app_owner",
    "nothing about providers": "CREATE TABLE app.note (tenant_id uuid NOT NULL, id uuid, PRIMARY KEY (tenant_id, id));"
    " ALTER TABLE app.note OWNER TO app_owner; CALL app.protect('app.note')",
    "provider rule dropped": "DROP POLICY own_record ON app.document",
    "staff rule dropped": "DROP POLICY staff_only ON app.clinic_rollup",
    "nullable tenant": "ALTER TABLE app.clinic_rollup DROP CONSTRAINT pk_clinic_rollup CASCADE; ALTER TABLE app.clinic_rollup ALTER tenant_id DROP NOT NULL",
    "global unique": "CREATE UNIQUE INDEX leak ON app.provider (npi, id)",
    "plain foreign key": "CREATE UNIQUE INDEX pid ON app.provider (id); ALTER TABLE app.document ADD CONSTRAINT leak FOREIGN KEY (provider_id) REFERENCES app.provider (id)",
    "definer view": "CREATE VIEW app.v AS SELECT * FROM app.document; GRANT SELECT ON app.v TO app_rw",
    "materialized view": "CREATE MATERIALIZED VIEW app.m AS SELECT * FROM app.document",
    "definer function": "CREATE FUNCTION app.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog"
    " AS 'SELECT count(*) FROM app.provider'; GRANT EXECUTE ON FUNCTION app.f() TO app_rw",
    "open search path": "ALTER FUNCTION sec.find_person(text) RESET search_path",
    "truncate": "GRANT TRUNCATE ON app.document TO app_rw",
    "references": "GRANT REFERENCES ON app.provider TO app_rw",
    "audit updatable": "GRANT UPDATE ON app.audit_event TO app_rw",
    "audit deletable": "GRANT DELETE ON app.audit_event TO app_rw",
    "people readable": "GRANT SELECT ON sec.person TO app_rw",
    "volatile context": "ALTER FUNCTION app.tenant_id() VOLATILE",
    "constant context": f"CREATE OR REPLACE FUNCTION app.tenant_id() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT '{B}'::uuid $$",
    "creates in app": "GRANT CREATE ON SCHEMA app TO app_rw",
    "reference table written": "GRANT INSERT ON ref.leie TO app_rw",
    "reference table emptied": "GRANT TRUNCATE ON ref.sam TO app_worker",
    "reference table owned by the app": "ALTER TABLE ref.leie OWNER TO app_owner",
    "reference table of a clinic": "ALTER TABLE ref.license ADD COLUMN tenant_id uuid",
    "reference table watched": "CREATE FUNCTION ref.w() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    " CREATE TRIGGER w AFTER INSERT ON ref.leie FOR EACH ROW EXECUTE FUNCTION ref.w()",
    "view over references": "CREATE VIEW ref.v AS SELECT * FROM app.provider; ALTER VIEW ref.v OWNER TO ref_owner",
    "web loads references": "GRANT EXECUTE ON FUNCTION ref.begin_load(text) TO app_web",
    "everybody loads references": "GRANT EXECUTE ON FUNCTION ref.note_attempt(text, text, text, text) TO PUBLIC",
    "loader owned by the app": "ALTER FUNCTION ref.begin_load(text) OWNER TO app_owner",
    "loader with an open search path": "ALTER FUNCTION ref.begin_load(text) RESET search_path",
    "another loader": "CREATE FUNCTION ref.wipe() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog"
    " AS 'DELETE FROM ref.leie'; ALTER FUNCTION ref.wipe() OWNER TO ref_owner; GRANT EXECUTE ON FUNCTION ref.wipe() TO app_worker",
    "becomes ref owner": "GRANT ref_owner TO app_worker",
    "creates in ref": "GRANT CREATE ON SCHEMA ref TO app_worker",
    "creates in public": "GRANT CREATE ON SCHEMA public TO PUBLIC",
}


@pytest.fixture(scope="module")
def admin(app):
    """An administrator's engine on this worker's database; tests roll back what they change."""
    made = create_engine(os.environ["TEST_ADMIN_DSN"].replace("postgresql://", "postgresql+psycopg://", 1))
    yield made
    made.dispose()


def test_catalog_has_no_violation(admin):
    with admin.connect() as connection:
        assert violations(connection) == []


@pytest.mark.parametrize("name", MUTANTS)
def test_a_guard_taken_out_is_noticed(admin, name):
    with admin.connect() as connection, connection.begin() as transaction:
        connection.execution_options(no_parameters=True).exec_driver_sql("SET LOCAL lock_timeout = '20s'")
        connection.execution_options(no_parameters=True).exec_driver_sql(MUTANTS[name])
        assert violations(connection), f"the lint does not see: {name}"
        transaction.rollback()


def test_live_login_is_unprivileged(app):
    refuse_privileged_login(engine())
    with engine().connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar() == "app_web"


def test_privileged_login_is_refused(admin):
    with pytest.raises(PrivilegedLogin, match="superuser"):
        refuse_privileged_login(admin)


def test_no_scope_raises_and_raw_connection_sees_nothing(clinic):
    with pytest.raises(NoScope):
        db()
    with engine().connect() as connection:
        for table in ("clinic", "membership", "document", "provider", "audit_event", "outbox", "clinic_rollup"):
            assert connection.execute(text(f"SELECT count(*) FROM app.{table}")).scalar() == 0, table


def test_scope_never_switches(clinic, other_clinic):
    with clinic.work() as session:
        with pytest.raises(NoScope), scoped(other_clinic.scope):
            pass
        with pytest.raises(NoScope), unit_of_work(Scope(tenant_id=other_clinic.id)):
            pass
        assert {row[0] for row in session.execute(text("SELECT tenant_id FROM app.membership"))} == {clinic.id}


def test_rows_cannot_be_written_for_another_clinic(clinic, other_clinic):
    insert = text(
        "INSERT INTO app.outbox (tenant_id, id, created_at, topic, payload, actor_name, next_at, attempts, max_attempts,"
        " fence, progress_done, progress_total) VALUES (:other, gen_random_uuid(), now(), 'x', '{}', 'x', now(), 0, 1, 0, 0, 0)"
    )
    with pytest.raises(Exception, match="row-level security"), clinic.work() as session:
        session.execute(insert, {"other": other_clinic.id})
    with clinic.work() as session:
        moved = session.execute(
            text("UPDATE app.membership SET name = 'x' WHERE tenant_id = :o"), {"o": other_clinic.id}
        )
        assert moved.rowcount == 0


def test_web_login_cannot_read_identity_tables(app):
    dsn = os.environ["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM sec.person")
