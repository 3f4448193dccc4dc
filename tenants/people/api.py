"""`/me` and the members of a clinic."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from tenants.access.gate import access, actor, member, signed_in
from tenants.access.roles import Role
from tenants.people import links, services
from tenants.people.models import Membership
from tenants.people.permissions import PEOPLE_END, PEOPLE_INVITE, PEOPLE_READ
from tenants.people.schemas import InviteSchema, MembershipListSchema, MembershipSchema, MeSchema

blp = Blueprint("people_api", __name__, url_prefix="/api/v1", description="People and memberships")


@blp.get("/me")
@signed_in(session=False)
@blp.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Who the token belongs to, and their roles."""
    identity = actor()
    roles: list[dict[str, Any]] = [
        {"clinic_id": m.clinic_id, "clinic_name": m.clinic_name, "role": m.role.value, "provider_id": m.provider_id}
        for m in identity.memberships
    ]
    if identity.vendor_role is not None:
        roles.append({"clinic_id": None, "clinic_name": None, "role": identity.vendor_role.value, "provider_id": None})
    return {"id": identity.id, "email": identity.email, "name": identity.name, "roles": roles}


@blp.get("/clinics/<uuid:clinic_id>/members")
@access(PEOPLE_READ)
@blp.response(200, MembershipListSchema)
def list_members(clinic_id: UUID) -> dict[str, Any]:
    """Members and open invitations."""
    return {"items": services.list_members(), "next_cursor": None}


@blp.post("/clinics/<uuid:clinic_id>/members")
@access(PEOPLE_INVITE)
@blp.arguments(InviteSchema)
@blp.response(201, MembershipSchema)
def invite(body: dict[str, Any], clinic_id: UUID) -> Membership:
    """Invite a person by e-mail."""
    return services.invite(
        email=body["email"],
        name=body.get("name", ""),
        role=Role(body["role"]),
        provider_id=body.get("provider_id"),
        inviter=member().role,
    )


@blp.delete("/clinics/<uuid:clinic_id>/members/<uuid:membership_id>")
@access(PEOPLE_END)
@blp.response(204)
def end_membership(clinic_id: UUID, membership_id: UUID) -> None:
    """End a membership, or withdraw an invitation."""
    services.end_membership(membership_id)


@blp.post("/clinics/<uuid:clinic_id>/members/<uuid:membership_id>/sign-in-link")
@access(PEOPLE_INVITE)
@blp.response(202, MembershipSchema)
def send_sign_in_link(clinic_id: UUID, membership_id: UUID) -> Membership:
    """Mail a provider or clinic administrator a link that signs them in once; 409 for the vendor's staff."""
    return links.send_link(membership_id)
