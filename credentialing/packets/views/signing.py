"""A provider reads the attestation and signs it, mostly on a phone."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from credentialing.packets.facts.attested import facts_hash
from credentialing.packets.letters import DRAWN_HEIGHT, DRAWN_WIDTH
from credentialing.packets.permissions import ATTESTATION_SIGN
from credentialing.packets.schemas import SignAttestationSchema
from credentialing.packets.services import signatures
from credentialing.packets.services.signatures import FileChanged, SignatureState
from credentialing.packets.statements import INTRODUCTION, STATEMENTS, TITLE
from credentialing.packets.views.blueprint import bp
from infra.db import unit_of_work
from infra.problems import Invalid, NotFound
from infra.web.pages import errors_by_field, read_form, render
from tenants.access.chrome import crumbs
from tenants.access.gate import access, actor, member, signed_in
from tenants.access.identity import Identity, Member
from tenants.access.roles import Role


@bp.get("/me/attestation")
@signed_in(session=False)
def my_attestations() -> ResponseReturnValue:
    """Where the person who is signed in has to sign: straight to the page when there is one clinic only."""
    places = _places(actor())
    if not places:
        raise NotFound
    if len(places) == 1:
        return redirect(url_for("packets.sign_page", clinic_id=places[0][0].clinic_id))
    return render("packets/my_attestations.html", places=places)


def _places(identity: Identity) -> list[tuple[Member, SignatureState]]:
    found = []
    for membership in identity.memberships:
        if membership.role is Role.PROVIDER and membership.provider_id is not None:
            with unit_of_work(identity.scope_in(membership)):
                provider, _ = signatures.to_sign(membership.provider_id)
                found.append((membership, signatures.signature_states([provider])[provider.id]))
    return found


@bp.get("/c/<uuid:clinic_id>/me/attestation")
@access(ATTESTATION_SIGN)
def sign_page(clinic_id: UUID) -> ResponseReturnValue:
    """The text, the file as it is now, and the signature."""
    return _sign(clinic_id)


def _sign(clinic_id: UUID, error: Invalid | None = None) -> str:
    provider, facts = signatures.to_sign(signatures.own_provider_id())
    crumbs(("Your panels", url_for("panel.my_panel")), (TITLE, None))
    return render(
        "packets/sign.html",
        clinic_id=clinic_id,
        provider=provider,
        title=TITLE,
        introduction=INTRODUCTION,
        statements=STATEMENTS,
        facts=facts,
        facts_hash=facts_hash(facts),
        state=signatures.signature_states([provider])[provider.id],
        earlier=signatures.attestations_of(provider.id),
        clinic_name=member().clinic_name,
        pad=(DRAWN_WIDTH, DRAWN_HEIGHT),
        values=request.form if error else {},
        errors=errors_by_field(error),
    )


@bp.post("/c/<uuid:clinic_id>/me/attestation")
@access(ATTESTATION_SIGN)
def sign(clinic_id: UUID) -> ResponseReturnValue:
    """Sign."""
    who = actor()
    try:
        body = read_form(SignAttestationSchema())
        body.pop("agreed")
        signatures.sign(
            signatures.Signing(
                **body, ip=request.remote_addr or "unknown", user_agent=str(request.user_agent), email=who.email
            )
        )
    except Invalid as error:
        return _sign(clinic_id, error), 422
    except FileChanged as error:
        flash(error.detail, "error")
        return redirect(url_for("packets.sign_page", clinic_id=clinic_id))
    flash("Signed. Thank you. The sealed copy is made in a moment and stands below.", "success")
    return redirect(url_for("packets.sign_page", clinic_id=clinic_id))
