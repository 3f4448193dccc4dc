"""What the page of a clinic's details sends."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from tenants.clinics.schemas import ClinicChangeSchema, TraitsSchema, timezone_field
from tenants.schemas import state_field, text_field


class ClinicDetailsFormSchema(ClinicChangeSchema):
    """All facts of a clinic as the form sends them: a box that is not ticked is not sent and means no, an empty field means none."""

    name = text_field(required=True, longest=160)
    state = state_field(required=True)
    timezone = timezone_field(required=True)
    version = fields.Integer(required=True)
    has_sud = fields.Boolean()
    has_prior_vendor = fields.Boolean()
    edi_change = fields.Boolean()
    has_medicare = fields.Boolean()
    has_auth_services = fields.Boolean()
    facility = fields.Boolean()
    delegated = fields.Boolean()

    class Meta(ClinicChangeSchema.Meta):
        """The traits come as boxes of their own."""

        exclude = ("traits",)

    @post_load
    def gather(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put the boxes where the API has them, and say none for what was left empty."""
        traits = {name: bool(data.pop(name, False)) for name in TraitsSchema().fields}
        return {"npi": None, "tin": None, "ehr": None, **data, "traits": traits}
