"""What may be sent and read about packets, forms and signatures."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from credentialing.packets.models import METHODS
from tenants.schemas import StrictSchema, text_field


class PacketFixSchema(StrictSchema):
    """Which defect a click mends."""

    code = text_field(required=True, longest=60)
    subject = fields.String(load_default="", validate=validate.Length(max=300))


class PacketSetupSchema(StrictSchema):
    """What stays out of a packet (keys of its parts) and what the cover letter says beside the usual."""

    left_out = fields.List(text_field(longest=80), load_default=list)
    letter_note = fields.String(load_default="", validate=validate.Length(max=2000))


class NewPacketFormSchema(StrictSchema):
    """An uploaded PDF that becomes a form. Without `payer_id` it goes to every payer that asks for `kind`."""

    name = text_field(required=True, longest=120)
    document_id = fields.UUID(required=True)
    payer_id = text_field(longest=60)
    kind = text_field(longest=60)
    kept_pages = fields.Integer(validate=validate.Range(min=1, max=60))


class PacketFormChangeSchema(StrictSchema):
    """What may be said of a form beside its map."""

    name = text_field(required=True, longest=120)
    payer_id = text_field(longest=60, load_default=None)
    kind = text_field(longest=60, load_default=None)
    kept_pages = fields.Integer(validate=validate.Range(min=1, max=60), load_default=None)


class FormMapEntrySchema(StrictSchema):
    """What goes into a field: a fact by its path or a text; `is` ticks a checkbox when the fact says so."""

    fact = fields.String()
    text = fields.String(validate=validate.Length(max=500))
    is_ = fields.String(data_key="is", attribute="is")


class FormMapSchema(StrictSchema):
    """The map of a form: full field name to what goes into it."""

    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(FormMapEntrySchema),
        required=True,
        data_key="fields",
        attribute="fields",
    )


class SignAttestationSchema(StrictSchema):
    """A provider's signature: `facts_hash` is what the page was made of, `drawing` the path of a drawn signature."""

    facts_hash = text_field(required=True, longest=64)
    signed_name = text_field(required=True, longest=160)
    method = fields.String(required=True, validate=validate.OneOf(METHODS))
    drawing = fields.String(load_default=None, validate=validate.Length(max=20_000))
    agreed = fields.Boolean(
        required=True, validate=validate.Equal(True, error="Tick that you have read it and that it is true.")
    )


class PacketDefectSchema(Schema):
    """One thing that is wrong. `action` says what one click can do, `subject` what it is about, `source` where the rule comes from."""

    code = fields.String()
    message = fields.String()
    fix = fields.String()
    severity = fields.String()
    action = fields.String()
    subject = fields.String()
    source = fields.String()


class PacketPartSchema(Schema):
    """Something that the packet may hold, and whether it goes in."""

    key = fields.String()
    title = fields.String()
    group = fields.String()
    kind = fields.String()
    is_in = fields.Boolean()
    why_not = fields.String()
    document_id = fields.UUID(attribute="document.id", allow_none=True)
    form_id = fields.UUID(attribute="form.id", allow_none=True)


class PacketMadePartSchema(Schema):
    """A part of a version as it was sent."""

    key = fields.String()
    title = fields.String()
    filename = fields.String()
    sha256 = fields.String()
    size = fields.Integer()
    first_page = fields.Integer(allow_none=True)
    pages = fields.Integer()
    note = fields.String()


class PacketVersionSchema(Schema):
    """A version of a packet; it never changes."""

    number = fields.Integer()
    pages = fields.Integer()
    parts = fields.List(fields.Nested(PacketMadePartSchema))
    changes = fields.List(fields.String())
    defects = fields.List(fields.Dict())
    content_hash = fields.String()
    pdf_document_id = fields.UUID()
    zip_document_id = fields.UUID()
    made_by = fields.String(attribute="made_by_name")
    made_at = fields.AwareDateTime(attribute="created_at")


class PacketVersionListSchema(Schema):
    """Versions, newest first."""

    items = fields.List(fields.Nested(PacketVersionSchema))
    next_cursor = fields.String(allow_none=True)


class AttestationStateSchema(Schema):
    """How the provider's signature stands: none, signed or stale."""

    status = fields.String()
    signed_at = fields.AwareDateTime(attribute="attestation.signed_at", allow_none=True)
    signed_name = fields.String(attribute="attestation.signed_name", allow_none=True)
    document_id = fields.UUID(attribute="attestation.document_id", allow_none=True)
    changed = fields.List(fields.String())


class WholePacketSchema(Schema):
    """The packet of a case: whether it is ready, what is wrong, what goes in, how it is signed, and its newest version."""

    enrollment_id = fields.UUID()
    provider_id = fields.UUID()
    payer_id = fields.String()
    ready = fields.Boolean()
    defects = fields.List(fields.Nested(PacketDefectSchema))
    parts = fields.List(fields.Nested(PacketPartSchema))
    letter_note = fields.String()
    signature = fields.Nested(AttestationStateSchema)
    latest_version = fields.Nested(PacketVersionSchema, allow_none=True)


class PacketLineSchema(Schema):
    """A packet in the list."""

    enrollment_id = fields.UUID(attribute="case.id")
    provider_id = fields.UUID(attribute="case.provider_id")
    provider = fields.String(attribute="provider_name")
    payer_id = fields.String(attribute="case.payer_id")
    status = fields.String(attribute="case.status")
    ready = fields.Boolean(attribute="is_ready")
    blocking = fields.Integer(attribute="blocking_count")
    signature = fields.String()
    latest_version = fields.Integer(attribute="version.number", allow_none=True)


class PacketListSchema(Schema):
    """Packets of applications that are not sent yet, those with the most to mend first."""

    items = fields.List(fields.Nested(PacketLineSchema))
    next_cursor = fields.String(allow_none=True)


class PacketFixedSchema(Schema):
    """What was done about a defect."""

    done = fields.String(attribute="sentence")
    job_id = fields.UUID(allow_none=True)


class PacketFormLineSchema(Schema):
    """A form in the list; `guessed` are the fields whose fact nobody has looked at yet."""

    id = fields.UUID()
    name = fields.String()
    kind = fields.String(allow_none=True)
    payer_id = fields.String(allow_none=True)
    document_id = fields.UUID()
    status = fields.String()
    problem = fields.String(allow_none=True)
    kept_pages = fields.Integer(allow_none=True)
    guessed = fields.List(fields.String())
    job_id = fields.UUID(allow_none=True)


class PacketFormSchema(PacketFormLineSchema):
    """A form with its fields and its map."""

    layout = fields.Dict()
    map = fields.Dict(attribute="field_map")


class PacketFormListSchema(Schema):
    """Forms in use, by name."""

    items = fields.List(fields.Nested(PacketFormLineSchema))
    next_cursor = fields.String(allow_none=True)


class AttestationSchema(Schema):
    """One signature: who, when, from where, under what."""

    id = fields.UUID()
    provider_id = fields.UUID()
    text_version = fields.String()
    statements = fields.List(fields.String())
    facts_hash = fields.String()
    signed_name = fields.String()
    method = fields.String()
    signed_at = fields.AwareDateTime()
    signer = fields.String(attribute="signer_name")
    ip = fields.String()
    user_agent = fields.String()
    document_id = fields.UUID(allow_none=True)
    job_id = fields.UUID(allow_none=True)


class ToSignSchema(Schema):
    """What a provider would sign for now."""

    text_version = fields.String()
    title = fields.String()
    statements = fields.List(fields.String())
    facts = fields.Dict(keys=fields.String(), values=fields.String())
    facts_hash = fields.String()
    signature = fields.Nested(AttestationStateSchema)


class AttestationListSchema(Schema):
    """Signatures of a provider, newest first, and how the newest stands."""

    items = fields.List(fields.Nested(AttestationSchema))
    next_cursor = fields.String(allow_none=True)
    current = fields.Nested(AttestationStateSchema)
