"""Every packet that was made, version by version, as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import select

from credentialing.enrollment.models import Enrollment
from credentialing.packets.models import PacketVersion
from credentialing.packets.permissions import PACKET_READ
from credentialing.payers.book import payer
from credentialing.providers.models import Provider
from infra.db import current_tenant, db
from tenants.exports.registry import Export, declare_export

COLUMNS = (
    "Provider",
    "NPI",
    "Payer",
    "Line of business",
    "Case",
    "Version",
    "Pages",
    "Documents",
    "Open defects",
    "Made at (UTC)",
    "Made by",
    "SHA-256",
)


def _rows(filters: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    made, case = PacketVersion, Enrollment
    query = (
        select(made, case.line_of_business, case.status, Provider)
        .join(case, (case.tenant_id == made.tenant_id) & (case.id == made.enrollment_id))
        .join(Provider, (Provider.tenant_id == made.tenant_id) & (Provider.id == made.provider_id))
        .where(made.tenant_id == current_tenant())
        .order_by(Provider.last_name, Provider.first_name, Provider.id, made.enrollment_id, made.number)
    )
    for version, line, status, each in db().execute(query.execution_options(yield_per=500)):
        known = payer(version.payer_id)
        yield (
            each.name,
            each.npi,
            known.name if known else version.payer_id,
            line,
            status,
            version.number,
            version.pages,
            len(version.parts),
            len(version.defects),
            version.created_at,
            version.made_by_name,
            version.content_hash,
        )


declare_export(Export("packets", "Packets", PACKET_READ, COLUMNS, _rows))
