"""What may be sent and read about documents."""

from marshmallow import Schema, fields, validate

from tenants.schemas import LinkSchema, StrictSchema, text_field


class NewDocumentSchema(StrictSchema):
    """The promise of a file."""

    filename = text_field(required=True, longest=255)
    content_type = text_field(required=True, longest=120)
    size = fields.Integer(required=True, strict=True)
    sha256 = text_field(required=True, longest=64)
    kind = text_field(longest=60)
    provider_id = fields.UUID()
    task_id = fields.UUID()


class CompletedPartSchema(StrictSchema):
    """A part that the browser says has arrived; the store is asked all the same."""

    number = fields.Integer(required=True)
    etag = fields.String()


class CompleteSchema(StrictSchema):
    """Nothing needs to be said; browsers name the parts that they sent."""

    parts = fields.List(fields.Nested(CompletedPartSchema))


class ReviewSchema(StrictSchema):
    """What a person says of a file."""

    decision = fields.String(required=True, validate=validate.OneOf(["accepted", "rejected"]))
    reason = text_field(longest=500)
    expires_on = fields.Date()
    kind = text_field(longest=60)


class ReviewFormSchema(ReviewSchema):
    """The same on a page, with the page to go back to."""

    back = fields.String()


class SortSchema(StrictSchema):
    """What a file is; `provider_id` says whose, `back` where a page goes on."""

    kind = text_field(required=True, longest=60)
    provider_id = fields.UUID()
    back = fields.String()


class DocumentSchema(Schema):
    """A document."""

    id = fields.UUID()
    filename = fields.String()
    content_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    kind = fields.String(allow_none=True)
    provider_id = fields.UUID(allow_none=True)
    task_id = fields.UUID(allow_none=True)
    status = fields.String()
    status_reason = fields.String(allow_none=True)
    detected_type = fields.String(allow_none=True)
    review_status = fields.String()
    review_reason = fields.String(allow_none=True)
    reviewed_by = fields.String(attribute="reviewed_by_name", allow_none=True)
    reviewed_at = fields.AwareDateTime(allow_none=True)
    expires_on = fields.Date(allow_none=True)
    uploaded_by = fields.String(attribute="uploaded_by_name")
    created_at = fields.AwareDateTime()


class DocumentListSchema(Schema):
    """Documents, newest first."""

    items = fields.List(fields.Nested(DocumentSchema))
    next_cursor = fields.String(allow_none=True)


class PartSchema(Schema):
    """One part to PUT."""

    number = fields.Integer()
    url = fields.String()
    size = fields.Integer()


class UploadTargetSchema(LinkSchema):
    """Where the bytes go: one exact request, or parts and where to say that all have arrived."""

    parts = fields.List(fields.Nested(PartSchema))
    complete = fields.String()


class UploadSchema(Schema):
    """A promised document and where its bytes go."""

    document = fields.Nested(DocumentSchema)
    upload = fields.Nested(UploadTargetSchema)


class DownloadSchema(Schema):
    """A one-minute address."""

    url = fields.String()
    expires_at = fields.AwareDateTime()
