"""What may be sent and read about credentials."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from credentialing.credentials.models import Credential
from credentialing.credentials.rules import section_of
from credentialing.providers.sections import find_section
from tenants.schemas import StrictSchema, text_field


class NewCredentialSchema(StrictSchema):
    """A credential: its kind (a document code, `state_license`) and values under the names of the kind's fields."""

    kind = fields.String(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class NumberReasonSchema(StrictSchema):
    """What a masked number is needed for; the reason is kept in the audit trail."""

    reason = text_field(required=True, longest=200)


class ClearNumberSchema(Schema):
    """A number in clear."""

    number = fields.String()


class CredentialSchema(Schema):
    """What a provider holds. The number of a DEA registration is masked."""

    id = fields.UUID()
    kind = fields.String()
    section = fields.String()
    number = fields.String(allow_none=True)
    state = fields.String(allow_none=True)
    issuer = fields.String(allow_none=True)
    holder_name = fields.String(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    status = fields.String()
    is_primary = fields.Boolean()
    details = fields.Dict(keys=fields.String())
    document_id = fields.UUID(allow_none=True)
    source = fields.String()
    source_detail = fields.String()
    changed_at = fields.AwareDateTime()
    version = fields.Integer()


class CredentialListSchema(Schema):
    """All that a provider holds."""

    items = fields.List(fields.Nested(CredentialSchema))
    next_cursor = fields.String(allow_none=True)


def credential_row(row: Credential) -> dict[str, Any]:
    """A credential as the API writes it."""
    names = set(CredentialSchema().fields) - {"number", "section"}
    return {
        **{name: getattr(row, name) for name in names},
        "number": row.number_shown or None,
        "section": section_of(row.kind),
    }


def field_names(kind: str) -> set[str]:
    """The names of a kind's fields that a whole replacement speaks of: all but secrets and what only the vendor may say."""
    specs = find_section(section_of(kind)).fields_for(kind)
    return {spec.name for spec in specs if not spec.is_secret and not spec.for_staff}
