"""Fields that several schemas share, and the base that refuses unknown fields."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

STATE_CODES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC"
    " ND OH OK OR PA PR RI SC SD TN TX UT VT VA VI WA WV WI WY"
).split()


class StrictSchema(Schema):
    """A schema that refuses what it does not know."""

    class Meta:
        """Unknown fields are an error, so that a typing mistake is not silently lost."""

        unknown = RAISE
        ordered = True


class TrimmedText(fields.String):
    """Text without spaces around it, so that a few spaces are no name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return text.strip()


def text_field(*, required: bool = False, longest: int = 200, **options: Any) -> fields.String:
    """A text of 1 to `longest` characters."""
    return TrimmedText(required=required, validate=validate.Length(min=1, max=longest), **options)


class LinkSchema(Schema):
    """A presigned request."""

    method = fields.String()
    url = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    expires_at = fields.AwareDateTime()


class JobAnswer(Schema):
    """A job that was begun."""

    job_id = fields.UUID()
    status_url = fields.String()


def state_field(*, required: bool = False) -> fields.String:
    """A two-letter code of a US state or territory."""
    return fields.String(
        required=required, validate=validate.OneOf(STATE_CODES, error="Give the two letters of a US state.")
    )
