"""What may be sent and read about sources and differences."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from credentialing.providers.rules.sources import SOURCES
from tenants.schemas import StrictSchema


class SourceDifferenceSchema(Schema):
    """One question: the source says this, the file that. `is_addition`: the file lacks it, nothing is contradicted."""

    source = fields.String()
    path = fields.String()
    label = fields.String()
    says = fields.String()
    file_says = fields.String()
    is_addition = fields.Boolean()


class SourceDifferenceListSchema(Schema):
    """The differences that nobody has decided yet."""

    items = fields.List(fields.Nested(SourceDifferenceSchema))
    next_cursor = fields.String(allow_none=True)


class DecisionSchema(StrictSchema):
    """What to do about differences: `take` the source's, `keep` ours, or `reopen` what was kept."""

    source = fields.String(required=True, validate=validate.OneOf(SOURCES))
    decision = fields.String(required=True, validate=validate.OneOf(["take", "keep", "reopen"]))
    paths = fields.List(fields.String(), required=True, validate=validate.Length(min=1, max=200))


class DecidedSchema(Schema):
    """What somebody decided, and when."""

    source = fields.String()
    path = fields.String()
    label = fields.String()
    decision = fields.String()
    says = fields.String(attribute="says_shown")
    file_said = fields.String(attribute="file_shown")
    decided_by = fields.String(attribute="decided_by_name")
    decided_at = fields.AwareDateTime(attribute="created_at")


class DecidedListSchema(Schema):
    """Decisions about a provider, newest first."""

    items = fields.List(fields.Nested(DecidedSchema))
    next_cursor = fields.String(allow_none=True)


class NewCaqhImportSchema(StrictSchema):
    """A stored file of CAQH ProView."""

    document_id = fields.UUID(required=True)


class CaqhProfileSchema(Schema):
    """A profile that came in for a provider."""

    id = fields.UUID()
    provider_id = fields.UUID()
    document_id = fields.UUID(allow_none=True)
    filename = fields.String()
    caqh_id = fields.String()
    attested_on = fields.Date(allow_none=True)
    imported_by = fields.String(attribute="imported_by_name")
    created_at = fields.AwareDateTime()


class StrangerSchema(Schema):
    """A profile that was not taken, and why."""

    name = fields.String()
    npi = fields.String()
    caqh_id = fields.String()
    reason = fields.String()


class CaqhOutcomeSchema(Schema):
    """What came of a file: new profiles, profiles that said nothing new, profiles of nobody here."""

    imported = fields.List(fields.Nested(CaqhProfileSchema))
    unchanged = fields.List(fields.Nested(CaqhProfileSchema))
    strangers = fields.List(fields.Nested(StrangerSchema))


class CaqhProfileListSchema(Schema):
    """The last profiles that came in, newest first."""

    items = fields.List(fields.Nested(CaqhProfileSchema))
    next_cursor = fields.String(allow_none=True)
