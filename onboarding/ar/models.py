"""Tables of the AR transfer. No patient's name is kept in the clear: lines carry the ids of the exporting system only."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from infra.db import Cents, TenantModel, belongs_to, belongs_to_clinic

_STATUSES = "status IN ('queued', 'reading', 'reconciling', 'needs_mapping', 'ready', 'tied_out', 'accepted', 'failed')"


class ArImport(TenantModel):
    """One file of old receivables or remittances, what was read of it, and how it ties out.

    `totals` holds every amount by payer and bucket, so that a changed control total is compared without reading the
    file again. Cents are algebraic sums of the balances; `credits_cents` is what of the accepted ones is a credit.
    """

    __tablename__ = "ar_import"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "document_id"),
        belongs_to("ar_import", "same_file_as"),
        belongs_to("ar_import", "superseded_by"),
        CheckConstraint(_STATUSES, name="status"),
        CheckConstraint("format IN ('csv', 'tsv', 'xlsx', 'x12_835')", name="format"),
        CheckConstraint("rows_received = rows_accepted + rows_rejected + rows_duplicate", name="rows_add_up"),
        CheckConstraint("received_cents = accepted_cents + rejected_cents + duplicate_cents", name="cents_add_up"),
        Index("ix_ar_import_file", "tenant_id", "file_sha256"),
        Index("ix_ar_import_document", "tenant_id", "document_id"),
    )

    document_id: Mapped[UUID]
    filename: Mapped[str]
    file_sha256: Mapped[str]
    job_id: Mapped[UUID | None]
    wanted_format: Mapped[str] = mapped_column(default="auto")
    format: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="queued")
    error: Mapped[str | None]
    as_of: Mapped[date | None]
    scheme: Mapped[str] = mapped_column(default="standard")
    allow_foreign_payee: Mapped[bool] = mapped_column(default=False)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed_sample: Mapped[bytes | None]
    control: Mapped[dict[str, Any]] = mapped_column(default=dict)
    stated_total_cents: Mapped[Cents | None]
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows_received: Mapped[int] = mapped_column(default=0)
    rows_accepted: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    rows_duplicate: Mapped[int] = mapped_column(default=0)
    received_cents: Mapped[Cents] = mapped_column(default=0)
    accepted_cents: Mapped[Cents] = mapped_column(default=0)
    rejected_cents: Mapped[Cents] = mapped_column(default=0)
    duplicate_cents: Mapped[Cents] = mapped_column(default=0)
    credits_cents: Mapped[Cents] = mapped_column(default=0)
    compared: Mapped[int] = mapped_column(default=0)
    differences: Mapped[list[Any]] = mapped_column(default=list)
    basis: Mapped[str] = mapped_column(default="")
    read_at: Mapped[datetime | None]
    same_file_as: Mapped[UUID | None]
    superseded_by: Mapped[UUID | None]
    accepted_by_name: Mapped[str | None]
    accepted_at: Mapped[datetime | None]
    accepted_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def is_remittance(self) -> bool:
        """Say whether the file is an 835: claims that payers settled, no open balances."""
        return self.format == "x12_835"


class ArLine(TenantModel):
    """One open balance taken over. `bucket_basis` says whether the file named the bucket or the service date gave it."""

    __tablename__ = "ar_line"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("ar_import", "import_id"),
        UniqueConstraint("tenant_id", "import_id", "line_number"),
        CheckConstraint("responsibility IN ('insurance', 'patient', 'both')", name="responsibility"),
        CheckConstraint("bucket_basis IN ('file', 'service_date')", name="bucket_basis"),
        CheckConstraint("balance_cents = insurance_cents + patient_cents", name="balance_adds_up"),
        Index("ix_ar_line_deadline", "tenant_id", "filing_deadline", "id"),
    )

    import_id: Mapped[UUID]
    line_number: Mapped[int]
    external_claim_id: Mapped[str]
    external_account: Mapped[str]
    payer_name: Mapped[str]
    payer_key: Mapped[str]
    payer_id: Mapped[str | None]
    service_on: Mapped[date]
    filing_deadline: Mapped[date | None]
    charge_cents: Mapped[Cents | None]
    balance_cents: Mapped[Cents]
    insurance_cents: Mapped[Cents]
    patient_cents: Mapped[Cents]
    responsibility: Mapped[str]
    bucket: Mapped[str]
    bucket_basis: Mapped[str]


class ArReject(TenantModel):
    """A row that was not taken over: its text as it came (sealed, for it names patients) and every reason."""

    __tablename__ = "ar_reject"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("ar_import", "import_id"),
        UniqueConstraint("tenant_id", "import_id", "line_number"),
        CheckConstraint("outcome IN ('rejected', 'duplicate')", name="outcome"),
    )

    import_id: Mapped[UUID]
    line_number: Mapped[int]
    outcome: Mapped[str]
    sealed_text: Mapped[bytes]
    reasons: Mapped[list[Any]]
    balance_cents: Mapped[Cents | None]


class Remittance(TenantModel):
    """One payment of an 835, or a notice that there is none. `summary` has its claims, cents and adjustments added up."""

    __tablename__ = "remittance"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("ar_import", "import_id"),
        UniqueConstraint("tenant_id", "import_id", "position"),
        Index("ix_remittance_trace", "tenant_id", "trace"),
    )

    import_id: Mapped[UUID]
    position: Mapped[int]
    payer_name: Mapped[str]
    payer_key: Mapped[str]
    payee_name: Mapped[str]
    payee_npi: Mapped[str]
    payment_cents: Mapped[Cents]
    payment_on: Mapped[date | None]
    method: Mapped[str]
    trace: Mapped[str]
    is_duplicate: Mapped[bool]
    summary: Mapped[dict[str, Any]]
    problems: Mapped[list[Any]]


class RemittanceClaim(TenantModel):
    """One claim as its payer settled it. `claim_id` is the number that the biller sent."""

    __tablename__ = "remittance_claim"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("remittance", "remittance_id"),
        UniqueConstraint("tenant_id", "remittance_id", "position"),
    )

    remittance_id: Mapped[UUID]
    position: Mapped[int]
    claim_id: Mapped[str]
    payer_control_number: Mapped[str]
    status_code: Mapped[str]
    charge_cents: Mapped[Cents]
    paid_cents: Mapped[Cents]
    patient_cents: Mapped[Cents]
    rendering_npi: Mapped[str]
    service_on: Mapped[date | None]
    adjustments: Mapped[list[Any]]
