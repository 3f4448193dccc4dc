"""The blueprint of the provider pages, its places in the navigation, and the words it lends to documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, url_for

from credentialing.providers.permissions import PROVIDER_LIST, PROVIDER_READ
from credentialing.providers.services import provider_names
from credentialing.providers.tabs import LIST, add_provider_tab, provider_tabs
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.services import document_kinds
from infra.db import current_tenant
from infra.web.chrome import NavEntry, add_to_navigation
from tenants.access.roles import Role
from tenants.documents.labels import Owner, set_kinds_lookup, set_owners_lookup

bp = Blueprint("providers", __name__, template_folder="../templates")
bp.add_app_template_global(provider_tabs, "provider_tabs")
add_to_navigation(NavEntry("Providers", LIST, PROVIDER_LIST, 30, "providers"))
add_to_navigation(
    NavEntry(
        "My file",
        "providers.me_file",
        PROVIDER_READ,
        35,
        "providers",
        needs_clinic=False,
        roles=frozenset({Role.PROVIDER}),
    )
)
add_provider_tab("All providers", LIST, PROVIDER_LIST, 10)


def _owners(provider_ids: Sequence[UUID]) -> Mapping[UUID, Owner]:
    clinic_id = current_tenant()
    return {
        key: Owner(name, url_for("providers.file_page", clinic_id=clinic_id, provider_id=key))
        for key, name in provider_names(provider_ids).items()
    }


def license_label(code: str | None) -> str:
    """A license type in words, without what stands in brackets."""
    kind = load_catalog().license_types.get(code or "")
    return kind.label.split(" (")[0] if kind else "License type not known yet"


set_owners_lookup(_owners)
set_kinds_lookup(document_kinds)
