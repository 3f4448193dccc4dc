"""What the machine read in a document beside what a person said: readings, their pages, parts of split files, and the clinic's setting."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from migrations.helpers import one_of, refers, tenant_table

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True)
STATUSES = ("queued", "reading", "to_confirm", "confirmed", "unreadable", "split", "closed")


def upgrade() -> None:
    """Create the tables."""
    _reading()
    _reading_page()
    _reading_part()
    tenant_table(
        "reading_setting",
        sa.Column("auto_accept", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("changed_by_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", name="uq_reading_setting_tenant_id"),
        sa.CheckConstraint("threshold BETWEEN 80 AND 100", name="ck_reading_setting_threshold"),
        readers="staff",
    )


def _reading() -> None:
    tenant_table(
        "reading",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("notes", JSONB(), nullable=False),
        sa.Column("pages_total", sa.Integer(), nullable=False),
        sa.Column("pages_done", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("kind_confidence", sa.Integer(), nullable=False),
        sa.Column("guesses", JSONB(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary()),
        sa.Column("guessed_provider_id", sa.Uuid()),
        sa.Column("provider_confidence", sa.Integer(), nullable=False),
        sa.Column("provider_because", sa.Text(), nullable=False),
        sa.Column("requirement", sa.Text()),
        sa.Column("requirement_confidence", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("parts", JSONB(), nullable=False),
        sa.Column("said", JSONB()),
        sa.Column("said_by_machine", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by_name", sa.Text()),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("credential_id", sa.Uuid()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", "document_id", name="uq_reading_tenant_id_document_id"),
        one_of("reading", "status", STATUSES),
        sa.CheckConstraint("pages_done <= pages_total", name="ck_reading_pages"),
        refers("reading", "document_id", "document"),
        refers("reading", "provider_id", "provider"),
        refers("reading", "guessed_provider_id", "provider"),
        refers("reading", "credential_id", "credential"),
        readers="own",
    )
    op.create_index("ix_reading_queue", "reading", ["tenant_id", "status", "id"], schema="app")


def _reading_page() -> None:
    tenant_table(
        "reading_page",
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid()),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("turned", sa.Integer(), nullable=False),
        sa.Column("skew_tenths", sa.Integer(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("word_count", sa.Integer(), nullable=False),
        sa.Column("letters_confidence", sa.Integer(), nullable=False),
        sa.Column("picture_key", sa.Text()),
        sa.Column("sealed_words", sa.LargeBinary()),
        sa.UniqueConstraint("tenant_id", "reading_id", "number", name="uq_reading_page_tenant_id_reading_id_number"),
        one_of("reading_page", "engine", ("text", "ocr", "none")),
        refers("reading_page", "reading_id", "reading"),
        refers("reading_page", "document_id", "document"),
        refers("reading_page", "provider_id", "provider"),
        readers="own",
    )


def _reading_part() -> None:
    tenant_table(
        "reading_part",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("part_document_id", sa.Uuid(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", "part_document_id", name="uq_reading_part_tenant_id_part_document_id"),
        sa.CheckConstraint("first_page BETWEEN 1 AND last_page", name="ck_reading_part_pages"),
        refers("reading_part", "document_id", "document"),
        refers("reading_part", "part_document_id", "document"),
        readers="staff",
        grants="SELECT, INSERT",
    )
    op.create_index("ix_reading_part_original", "reading_part", ["tenant_id", "document_id"], schema="app")


def downgrade() -> None:
    """Drop them again."""
    for table in ("reading_setting", "reading_part", "reading_page", "reading"):
        op.drop_table(table, schema="app")
