"""What may be sent and read about providers."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.services import FileState, Line
from tenants.schemas import STATE_CODES, JobAnswer, StrictSchema, text_field

LICENSE_TYPES = [code for code in load_catalog().license_types if code != "GROUP"]


class ProviderChangeSchema(StrictSchema):
    """What may change in a file; null empties a field."""

    first_name = text_field(longest=80)
    middle_name = text_field(longest=80, allow_none=True)
    last_name = text_field(longest=80)
    suffix = text_field(longest=10, allow_none=True)
    former_names = fields.List(text_field(longest=80))
    credential = text_field(longest=60, allow_none=True)
    license_type = fields.String(
        allow_none=True,
        validate=validate.OneOf(LICENSE_TYPES, error="Give a license type: {choices}."),
    )
    license_number = text_field(longest=60, allow_none=True)
    license_state = fields.String(
        allow_none=True, validate=validate.OneOf(STATE_CODES, error="Give the two letters of a US state.")
    )
    license_expires_on = fields.Date(allow_none=True)
    taxonomy = fields.String(
        allow_none=True,
        validate=validate.Regexp(r"^[0-9A-Z]{9}X$", error="A taxonomy code has nine characters and an X."),
    )
    email = fields.Email(allow_none=True)
    phone = text_field(longest=40, allow_none=True)
    caqh_id = text_field(longest=20, allow_none=True)
    caqh_attested_on = fields.Date(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    dea_number = text_field(longest=12, allow_none=True)
    ssn = text_field(longest=11, allow_none=True)
    other_taxonomies = fields.List(
        fields.String(
            validate=validate.Regexp(r"^[0-9A-Z]{9}X$", error="A taxonomy code has nine characters and an X.")
        )
    )
    status = fields.String(validate=validate.OneOf(["active", "leaving", "left"]))


class NewProviderSchema(ProviderChangeSchema):
    """A new provider: the NPI is enough, the registry fills the rest."""

    class Meta:
        """A new file is active."""

        exclude = ("status",)
        unknown = RAISE

    npi = text_field(required=True, longest=20)


class RequirementSchema(Schema):
    """One requirement and how far it is."""

    code = fields.String()
    label = fields.String()
    status = fields.String()
    expires_on = fields.Date(allow_none=True)
    document_id = fields.UUID(allow_none=True)
    needed_for = fields.List(fields.String())
    level = fields.String()
    applies = fields.Boolean()
    why = fields.String()
    hint = fields.String()
    source = fields.String()


class RequirementListSchema(Schema):
    """All requirements of a provider; `items` and `requirements` are the same list under the two names of the API's rules."""

    items = fields.List(fields.Nested(RequirementSchema))
    requirements = fields.List(fields.Nested(RequirementSchema))
    next_cursor = fields.String(allow_none=True)


class FileCountsSchema(Schema):
    """How far a file is, counted over what applies."""

    needed = fields.Integer()
    accepted = fields.Integer()
    missing = fields.Integer()
    in_review = fields.Integer()
    expiring = fields.Integer()


class DifferenceSchema(Schema):
    """A field in which registry and file differ."""

    field = fields.String()
    label = fields.String()
    registry_says = fields.String()
    file_says = fields.String()


class ProviderSchema(Schema):
    """A provider. DEA number, SSN and date of birth are masked."""

    id = fields.UUID()
    npi = fields.String()
    name = fields.String()
    first_name = fields.String()
    middle_name = fields.String(allow_none=True)
    last_name = fields.String()
    suffix = fields.String(allow_none=True)
    former_names = fields.List(fields.String())
    credential = fields.String(allow_none=True)
    license_type = fields.String(allow_none=True)
    license_number = fields.String(allow_none=True)
    license_state = fields.String(allow_none=True)
    license_expires_on = fields.Date(allow_none=True)
    taxonomy = fields.String(allow_none=True)
    other_taxonomies = fields.List(fields.String())
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    caqh_id = fields.String(allow_none=True)
    caqh_attested_on = fields.Date(allow_none=True)
    registry_status = fields.String()
    registry_checked_at = fields.AwareDateTime(allow_none=True)
    status = fields.String()
    created_at = fields.AwareDateTime()
    version = fields.Integer()
    file = fields.Nested(FileCountsSchema)


class ProviderFileSchema(ProviderSchema):
    """A provider with their whole file."""

    dea_number = fields.String(allow_none=True)
    birth_date = fields.String(allow_none=True)
    ssn = fields.String(allow_none=True)
    registry_differences = fields.List(fields.Nested(DifferenceSchema))
    requirements = fields.List(fields.Nested(RequirementSchema))


class ProviderListSchema(Schema):
    """Providers by name."""

    items = fields.List(fields.Nested(ProviderSchema))
    next_cursor = fields.String(allow_none=True)


class NewImportSchema(StrictSchema):
    """A roster to take over: a stored document, and which column holds which field when the guess is not right."""

    document_id = fields.UUID(required=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    preview = fields.Boolean(
        metadata={"description": "Only say what each row would do; nothing is written until `…/apply`."}
    )


class RowCountsSchema(Schema):
    """What became of the rows; `received` is the sum of the others."""

    received = fields.Integer()
    created = fields.Integer(attribute="created_count")
    updated = fields.Integer(attribute="updated_count")
    unchanged = fields.Integer(attribute="unchanged_count")
    rejected = fields.Integer(attribute="rejected_count")


class PreviewCountsSchema(Schema):
    """What the rows of a previewed roster would do; `total` is the sum of the others once the preview is complete."""

    total = fields.Integer()
    created = fields.Integer(attribute="will_create")
    updated = fields.Integer(attribute="will_update")
    unchanged = fields.Integer(attribute="will_stay")
    rejected = fields.Integer(attribute="will_reject")


class RejectSchema(Schema):
    """Why a row was not taken, and what was expected."""

    line = fields.Integer()
    field = fields.String()
    reason = fields.String()


class RosterImportRowSchema(Schema):
    """A roster that was taken over, or is being read, in a list."""

    id = fields.UUID()
    document_id = fields.UUID()
    filename = fields.String()
    status = fields.String()
    failure = fields.String(allow_none=True)
    mapping = fields.Dict(keys=fields.String(), values=fields.String())
    is_previewed = fields.Boolean()
    preview = fields.Function(lambda row: PreviewCountsSchema().dump(row) if row.is_previewed else None)
    rows = fields.Function(lambda row: RowCountsSchema().dump(row))
    job_id = fields.UUID(allow_none=True)
    started_by = fields.String(attribute="started_by_name")
    created_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)


class RosterImportSchema(RosterImportRowSchema):
    """A roster with the first thousand rows that were not taken; `…/rejects` has all of them as a file to correct."""

    rejects = fields.List(fields.Nested(RejectSchema))


class RosterChangeSchema(Schema):
    """A field that a row changes, as it may be shown; `title` names the credential or entry, empty for the person."""

    kind = fields.String()
    title = fields.String()
    is_new = fields.Boolean()
    field = fields.String()
    label = fields.String()
    old = fields.String()
    new = fields.String()


class RowReasonSchema(Schema):
    """What is wrong with a row, and what was expected."""

    field = fields.String()
    reason = fields.String()


class RosterRowSchema(Schema):
    """One row of a roster: what it does or did, or why it is not taken."""

    line = fields.Integer()
    outcome = fields.String()
    npi = fields.String()
    name = fields.String()
    provider_id = fields.UUID(allow_none=True)
    changes = fields.List(fields.Nested(RosterChangeSchema))
    reasons = fields.List(fields.Nested(RowReasonSchema))


class RosterRowListSchema(Schema):
    """Rows of a roster in the order of the file."""

    items = fields.List(fields.Nested(RosterRowSchema))
    next_cursor = fields.String(allow_none=True)


class RosterImportListSchema(Schema):
    """The last imports, newest first."""

    items = fields.List(fields.Nested(RosterImportRowSchema))
    next_cursor = fields.String(allow_none=True)


class ImportStartedSchema(JobAnswer):
    """A roster that is about to be read."""

    import_id = fields.UUID()
    import_url = fields.String()


class TaxonomySchema(Schema):
    """A specialty that the holder of an NPI reported."""

    code = fields.String()
    description = fields.String()
    is_primary = fields.Boolean()
    state = fields.String(allow_none=True)
    license_number = fields.String(allow_none=True)


class AddressSchema(Schema):
    """An address in the registry."""

    purpose = fields.String()
    line1 = fields.String()
    line2 = fields.String(allow_none=True)
    city = fields.String()
    state = fields.String(allow_none=True)
    postal_code = fields.String()
    phone = fields.String(allow_none=True)


class RegistryRecordSchema(Schema):
    """An entry of the NPI registry; `status` A is active."""

    npi = fields.String()
    kind = fields.String()
    first_name = fields.String(allow_none=True)
    middle_name = fields.String(allow_none=True)
    last_name = fields.String(allow_none=True)
    credential = fields.String(allow_none=True)
    organization_name = fields.String(allow_none=True)
    status = fields.String()
    enumerated_on = fields.Date(allow_none=True)
    updated_on = fields.Date(allow_none=True)
    taxonomies = fields.List(fields.Nested(TaxonomySchema))
    addresses = fields.List(fields.Nested(AddressSchema))


def requirement_rows(state: FileState) -> list[dict[str, Any]]:
    """The requirements of a file as the API writes them."""
    return [_requirement(line) for line in state.lines]


def _requirement(line: Line) -> dict[str, Any]:
    asked = line.requirement
    return {
        "code": asked.code,
        "label": asked.label,
        "status": line.status,
        "expires_on": line.state.expires_on,
        "document_id": line.state.document_id,
        "needed_for": list(line.needed_for),
        "level": asked.level,
        "applies": asked.applies,
        "why": asked.why,
        "hint": asked.hint,
        "source": asked.source,
    }


def file_counts(state: FileState) -> dict[str, int]:
    """The counts of a file as the API writes them."""
    return {
        "needed": len(state.needed),
        "accepted": state.done,
        "missing": len(state.missing),
        "in_review": state.in_review,
        "expiring": len(state.expiring),
    }
