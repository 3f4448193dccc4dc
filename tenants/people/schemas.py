"""What may be sent about people."""

from marshmallow import Schema, fields, validate

from tenants.access.roles import Role
from tenants.schemas import StrictSchema, text_field


class SignInSchema(StrictSchema):
    """Address and password."""

    email = text_field(required=True, longest=254)
    password = text_field(required=True, longest=200)
    next = fields.String()


class LinkRequestSchema(StrictSchema):
    """Where a sign-in link shall go."""

    email = fields.Email(required=True)


class AcceptSchema(StrictSchema):
    """What an invited person chooses."""

    name = text_field(longest=120)
    password = text_field(longest=200)


class InviteSchema(StrictSchema):
    """An invitation."""

    email = fields.Email(required=True)
    name = text_field(longest=120)
    role = fields.String(required=True, validate=validate.OneOf([role.value for role in Role]))
    provider_id = fields.UUID()


class MembershipSchema(Schema):
    """A member, or an open invitation."""

    id = fields.UUID()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    provider_id = fields.UUID(allow_none=True)
    status = fields.String()
    invited_at = fields.AwareDateTime(allow_none=True)
    accepted_at = fields.AwareDateTime(allow_none=True)


class MembershipListSchema(Schema):
    """Members of a clinic."""

    items = fields.List(fields.Nested(MembershipSchema))
    next_cursor = fields.String(allow_none=True)


class RoleInClinicSchema(Schema):
    """A role; `clinic_id` null is the role at the vendor."""

    clinic_id = fields.UUID(allow_none=True)
    clinic_name = fields.String(allow_none=True)
    role = fields.String()
    provider_id = fields.UUID(allow_none=True)


class MeSchema(Schema):
    """The person behind the token."""

    id = fields.UUID()
    email = fields.String()
    name = fields.String()
    roles = fields.List(fields.Nested(RoleInClinicSchema))
