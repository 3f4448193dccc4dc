"""What providers hold, as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from credentialing.credentials.rules import section_of
from credentialing.credentials.schemas import (
    ClearNumberSchema,
    CredentialListSchema,
    CredentialSchema,
    NewCredentialSchema,
    NumberReasonSchema,
    credential_row,
    field_names,
)
from credentialing.credentials.services import (
    credentials_of,
    get_credential,
    remove_credential,
    reveal_number,
    save_credential,
)
from credentialing.credentials.values import check_kind
from credentialing.providers.permissions import PROVIDER_FILE, PROVIDER_READ, PROVIDER_REVEAL
from credentialing.providers.provenance import typed
from credentialing.providers.sections import find_section, load_values
from credentialing.providers.sections.schemas import pointing_into
from credentialing.providers.services import get_provider
from infra.web.idempotency import shown_once
from infra.web.pages import set_version, wanted_version
from infra.web.query import IF_MATCH
from tenants.access.gate import access

blp = Blueprint("credentials_api", __name__, url_prefix="/api/v1", description="What a provider holds")
_BASE = "/clinics/<uuid:clinic_id>/providers/<uuid:provider_id>/credentials"


@blp.get(_BASE)
@access(PROVIDER_READ)
@blp.response(200, CredentialListSchema)
def list_credentials(clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Licenses, registrations, certificates, policies, profiles and agreements of a provider, in the order of their entry."""
    provider = get_provider(provider_id)
    return {"items": [credential_row(row) for row in credentials_of([provider.id])[provider.id]], "next_cursor": None}


@blp.get(f"{_BASE}/<uuid:credential_id>")
@access(PROVIDER_READ)
@blp.response(200, CredentialSchema)
def read_credential(clinic_id: UUID, provider_id: UUID, credential_id: UUID) -> dict[str, Any]:
    """One credential."""
    found = get_credential(provider_id, credential_id)
    set_version(found.version)
    return credential_row(found)


@blp.post(_BASE)
@access(PROVIDER_FILE)
@blp.arguments(NewCredentialSchema)
@blp.response(201, CredentialSchema)
def create_credential(body: dict[str, Any], clinic_id: UUID, provider_id: UUID) -> dict[str, Any]:
    """Add a credential; when the provider already holds the one that is meant (same number and state), that one is changed."""
    values = _loaded(body)
    with pointing_into("values"):
        made = save_credential(provider_id=provider_id, kind=body["kind"], values=values, source=typed())
    return credential_row(made)


@blp.put(f"{_BASE}/<uuid:credential_id>")
@access(PROVIDER_FILE)
@blp.doc(parameters=[IF_MATCH])
@blp.arguments(NewCredentialSchema)
@blp.response(200, CredentialSchema)
def put_credential(body: dict[str, Any], clinic_id: UUID, provider_id: UUID, credential_id: UUID) -> dict[str, Any]:
    """Replace a credential: what is not named is emptied, except a masked number."""
    values = _loaded(body)
    with pointing_into("values"):
        saved = save_credential(
            provider_id=provider_id,
            kind=body["kind"],
            values={**dict.fromkeys(field_names(body["kind"])), **values},
            source=typed(),
            credential_id=credential_id,
            if_version=wanted_version(),
        )
    set_version(saved.version)
    return credential_row(saved)


@blp.post(f"{_BASE}/<uuid:credential_id>/reveal")
@access(PROVIDER_REVEAL)
@blp.arguments(NumberReasonSchema)
@blp.response(200, ClearNumberSchema)
def reveal_credential(body: dict[str, Any], clinic_id: UUID, provider_id: UUID, credential_id: UUID) -> dict[str, Any]:
    """A masked number in clear, for a reason; who, what and why go into the audit trail."""
    number = reveal_number(provider_id=provider_id, credential_id=credential_id, reason=body["reason"])
    return {"number": shown_once(number)}


@blp.delete(f"{_BASE}/<uuid:credential_id>")
@access(PROVIDER_FILE)
@blp.response(204)
def delete_credential(clinic_id: UUID, provider_id: UUID, credential_id: UUID) -> None:
    """Take a credential out of the file; its history stays."""
    remove_credential(provider_id=provider_id, credential_id=credential_id, source=typed())


def _loaded(body: dict[str, Any]) -> dict[str, Any]:
    section = find_section(section_of(check_kind(body["kind"])))
    with pointing_into("values"):
        return load_values(section, body["values"])
