"""Audit trail, documents, and the rollup row of each clinic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import execute, one_of, tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    """Create the tables of `tenants`."""
    _audit()
    _documents()
    _rollup()


def _audit() -> None:
    tenant_table(
        "audit_event",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("tenant_id", "sequence", name="uq_audit_event_tenant_id_sequence"),
        readers="everyone",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_audit_event_subject", "audit_event", ["tenant_id", "subject_kind", "subject_id"], schema="app")
    execute(
        "CREATE POLICY staff_only ON app.audit_event AS RESTRICTIVE FOR SELECT TO app_rw"
        " USING ((SELECT app.provider_id() IS NULL))"
    )
    tenant_table(
        "audit_head",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_audit_head_tenant_id"),
        readers="everyone",
        grants="SELECT, INSERT, UPDATE",
    )


def _documents() -> None:
    tenant_table(
        "document",
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("task_id", sa.Uuid()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_reason", sa.Text()),
        sa.Column("detected_type", sa.Text()),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("upload_id", sa.Text()),
        sa.Column("uploaded_by", sa.Uuid()),
        sa.Column("uploaded_by_name", sa.Text(), nullable=False),
        sa.Column("scanned_at", INSTANT),
        sa.Column("review_status", sa.Text(), nullable=False),
        sa.Column("review_reason", sa.Text()),
        sa.Column("reviewed_by_name", sa.Text()),
        sa.Column("reviewed_at", INSTANT),
        sa.Column("expires_on", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        one_of("document", "status", ("awaiting_upload", "scanning", "available", "quarantined", "abandoned")),
        one_of("document", "review_status", ("pending", "accepted", "rejected")),
        sa.CheckConstraint("size > 0", name="ck_document_size"),
        readers="own",
    )
    op.create_index("ix_document_provider", "document", ["tenant_id", "provider_id", "created_at"], schema="app")


def _rollup() -> None:
    op.create_table(
        "clinic_rollup",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("gates_reached", sa.Integer(), nullable=False),
        sa.Column("gates_total", sa.Integer(), nullable=False),
        sa.Column("go_live_target", sa.Date()),
        sa.Column("forecast_p50", sa.Date()),
        sa.Column("forecast_p80", sa.Date()),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.Column("blocked_on", sa.Text()),
        sa.Column("waiting_days", sa.Integer(), nullable=False),
        sa.Column("open_tasks", sa.Integer(), nullable=False),
        sa.Column("overdue_tasks", sa.Integer(), nullable=False),
        sa.Column("panels_billable", sa.Integer(), nullable=False),
        sa.Column("panels_pending", sa.Integer(), nullable=False),
        sa.Column("panels_blocked", sa.Integer(), nullable=False),
        sa.Column("revenue_at_risk_cents", sa.BigInteger(), nullable=False),
        sa.Column("next_act", sa.Text(), nullable=False),
        sa.Column("refreshed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_clinic_rollup"),
        sa.UniqueConstraint("tenant_id", name="uq_clinic_rollup_tenant_id"),
        sa.ForeignKeyConstraint(["tenant_id"], ["app.clinic.tenant_id"], name="fk_clinic_rollup_tenant_id"),
        schema="app",
    )
    execute("CALL app.protect('app.clinic_rollup')")
    execute("CALL app.protect_staff('app.clinic_rollup')")
    execute(
        "CREATE POLICY rollup_of_mine ON app.clinic_rollup FOR SELECT TO app_rw"
        " USING (tenant_id = ANY ((SELECT app.tenant_ids())::uuid[]))"
    )
    execute("GRANT SELECT, INSERT, UPDATE ON app.clinic_rollup TO app_rw")


def downgrade() -> None:
    """Drop them again."""
    for name in ("clinic_rollup", "document", "audit_head", "audit_event"):
        op.drop_table(name, schema="app")
