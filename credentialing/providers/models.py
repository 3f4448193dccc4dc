"""Tables of the provider's file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from credentialing.providers.rules import display_name
from infra.db import TenantModel, belongs_to, belongs_to_clinic

PROVIDER_STATUSES = ("active", "leaving", "left")
FACT_SOURCES = "source IN ('person', 'provider', 'roster', 'nppes', 'caqh', 'document', 'source')"
"""The CHECK of every column `source` that says where a fact came from; `provenance.FactSource.kind` is one of these."""


class Provider(TenantModel):
    """A clinician of the clinic. Date of birth, SSN and DEA number are sealed (`infra.crypto`) and shown masked.

    The columns of license, DEA and CAQH are a summary of the primary row of `Credential`, and `former_names` of the section of
    that name: lists and rules read them here without a join. `credentials.services` and `services.sections` keep them in step;
    nothing else writes them.
    """

    __tablename__ = "provider"
    __table_args__ = (
        belongs_to_clinic(),
        UniqueConstraint("tenant_id", "npi"),
        CheckConstraint("registry_status IN ('pending', 'found', 'not_found', 'unavailable')", name="registry_status"),
        CheckConstraint("status IN ('active', 'leaving', 'left')", name="status"),
        Index("ix_provider_name", "tenant_id", "last_name", "first_name", "id"),
    )

    npi: Mapped[str]
    first_name: Mapped[str]
    middle_name: Mapped[str | None]
    last_name: Mapped[str]
    suffix: Mapped[str | None]
    former_names: Mapped[list[str]] = mapped_column(default=list)
    credential: Mapped[str | None]
    license_type: Mapped[str | None]
    license_number: Mapped[str | None]
    license_state: Mapped[str | None]
    license_expires_on: Mapped[date | None]
    taxonomy: Mapped[str | None]
    other_taxonomies: Mapped[list[str]] = mapped_column(default=list)
    email: Mapped[str | None]
    phone: Mapped[str | None]
    caqh_id: Mapped[str | None]
    caqh_attested_on: Mapped[date | None]
    sealed_birth_date: Mapped[bytes | None]
    sealed_dea_number: Mapped[bytes | None]
    sealed_ssn: Mapped[bytes | None]
    ssn_tail: Mapped[str | None]
    registry_status: Mapped[str] = mapped_column(default="pending")
    registry_record: Mapped[dict[str, Any] | None]
    registry_checked_at: Mapped[datetime | None]
    registry_kept: Mapped[dict[str, Any]] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name

    @property
    def name(self) -> str:
        """First and last name, as it is spoken; the NPI while nobody has told us a name."""
        return f"{self.first_name} {self.last_name}".strip() or f"NPI {self.npi}"

    @property
    def display_name(self) -> str:
        """The name for a page's head: `Dana R. Ortiz, LISW`."""
        if not (self.first_name or self.last_name):
            return self.name
        last = f"{self.last_name} {self.suffix}" if self.suffix else self.last_name
        return display_name(self.first_name, last, middle=self.middle_name or "", credential=self.credential or "")


class FileEntry(TenantModel):
    """One entry of a section of the provider's file: a job, a degree, a reference, the answer to a disclosure question.

    `values` are what the section's schema allows (`sections.catalog`). A removed entry stays for the history.
    """

    __tablename__ = "file_entry"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        CheckConstraint(FACT_SOURCES, name="source"),
        Index("ix_file_entry_provider", "tenant_id", "provider_id", "section", "position"),
    )

    provider_id: Mapped[UUID]
    section: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
    source: Mapped[str]
    source_detail: Mapped[str] = mapped_column(default="")
    document_id: Mapped[UUID | None]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads this name


class FieldChange(TenantModel):
    """Who changed which field of a file when, from what to what and from what source. Append-only; secrets only masked."""

    __tablename__ = "field_change"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint(FACT_SOURCES, name="source"),
        Index("ix_field_change_provider", "tenant_id", "provider_id", "section", "created_at"),
    )

    provider_id: Mapped[UUID]
    section: Mapped[str]
    entry_id: Mapped[UUID | None]
    field: Mapped[str]
    old_shown: Mapped[str | None]
    new_shown: Mapped[str | None]
    source: Mapped[str]
    source_detail: Mapped[str] = mapped_column(default="")
    document_id: Mapped[UUID | None]
    changed_by_id: Mapped[UUID | None]
    changed_by_name: Mapped[str]


class RosterImport(TenantModel):
    """One roster file: what each row would do (the preview), and after it was applied what became of each row.

    The four `will_…` counts are the preview's, the others count what was applied; both sums are `total` when done.
    """

    __tablename__ = "roster_import"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("document", "document_id"),
        CheckConstraint(
            "status IN ('queued', 'reading', 'needs_mapping', 'preview', 'applying', 'done', 'failed', 'discarded')",
            name="status",
        ),
        CheckConstraint("received = created_count + updated_count + unchanged_count + rejected_count", name="adds_up"),
        Index("ix_roster_import_newest", "tenant_id", "created_at"),
    )

    document_id: Mapped[UUID]
    filename: Mapped[str]
    status: Mapped[str] = mapped_column(default="queued")
    is_previewed: Mapped[bool] = mapped_column(default=False)
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int] = mapped_column(default=0)
    will_create: Mapped[int] = mapped_column(default=0)
    will_update: Mapped[int] = mapped_column(default=0)
    will_stay: Mapped[int] = mapped_column(default=0)
    will_reject: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0)
    created_count: Mapped[int] = mapped_column(default=0)
    updated_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]
    job_id: Mapped[UUID | None]
    started_by_name: Mapped[str]
    applied_by_name: Mapped[str | None]
    finished_at: Mapped[datetime | None]


class RosterImportRow(TenantModel):
    """One row of a roster: which provider it names and what it does or why it is refused. No secret value stands here.

    `changes` are `{kind, title, is_new, field, label, old, new}` as shown on the page; `reasons` are `{field, reason}`.
    """

    __tablename__ = "roster_import_row"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("roster_import", "import_id"),
        UniqueConstraint("tenant_id", "import_id", "position"),
        CheckConstraint("outcome IN ('created', 'updated', 'unchanged', 'rejected')", name="outcome"),
        Index("ix_roster_import_row_outcome", "tenant_id", "import_id", "outcome", "position"),
    )

    import_id: Mapped[UUID]
    position: Mapped[int]
    line: Mapped[int]
    npi: Mapped[str]
    name: Mapped[str]
    provider_id: Mapped[UUID | None]
    outcome: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(default=list)
    reasons: Mapped[list[Any]] = mapped_column(default=list)


class RosterColumn(TenantModel):
    """What a column of this name means in this clinic's rosters, as a person said; an empty field is "leave out"."""

    __tablename__ = "roster_column"
    __table_args__ = (belongs_to_clinic(), UniqueConstraint("tenant_id", "header"))

    header: Mapped[str]
    field: Mapped[str]
    decided_by_name: Mapped[str]
    decided_at: Mapped[datetime]


class SourceDecision(TenantModel):
    """What a person decided where a source and the file differ: took the source's value or kept ours. Append-only.

    `says_mark` recognizes the source's value without holding it, so a kept difference is shown again only when the source
    says something new.
    """

    __tablename__ = "source_decision"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        CheckConstraint("source IN ('nppes', 'caqh')", name="source"),
        CheckConstraint("decision IN ('taken', 'kept', 'reopened')", name="decision"),
        Index("ix_source_decision_provider", "tenant_id", "provider_id", "source", "id"),
    )

    provider_id: Mapped[UUID]
    source: Mapped[str]
    path: Mapped[str]
    label: Mapped[str]
    decision: Mapped[str]
    says_mark: Mapped[str]
    says_shown: Mapped[str]
    file_shown: Mapped[str]
    decided_by_id: Mapped[UUID | None]
    decided_by_name: Mapped[str]


class CaqhImport(TenantModel):
    """A CAQH ProView profile that came in for a provider, sealed as it came; the newest one of a provider counts."""

    __tablename__ = "caqh_import"
    __table_args__ = (
        belongs_to_clinic(),
        belongs_to("provider", "provider_id"),
        belongs_to("document", "document_id"),
        Index("ix_caqh_import_provider", "tenant_id", "provider_id", "id"),
    )

    provider_id: Mapped[UUID]
    document_id: Mapped[UUID | None]
    filename: Mapped[str]
    caqh_id: Mapped[str]
    attest_id: Mapped[str]
    attested_on: Mapped[date | None]
    sealed_profile: Mapped[bytes]
    faults: Mapped[list[Any]] = mapped_column(default=list)
    imported_by_name: Mapped[str]
