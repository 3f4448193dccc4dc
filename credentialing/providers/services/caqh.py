"""CAQH ProView profiles that come in: whose they are, and keeping them sealed until a person decides what to take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, select

from credentialing.credentials.services import save_credential
from credentialing.providers.models import CaqhImport, Provider
from credentialing.providers.provenance import FactSource
from credentialing.providers.services.files import get_provider
from credentialing.providers.services.sources import latest_profiles
from infra.crypto import decrypt, encrypt
from infra.db import current_scope, current_tenant, db
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, Invalid
from infra.settings import settings
from integrations.caqh import Extract, Profile, ProviderStatus, ProViewClient, UnreadableDocument, read_document
from tenants.audit import record

CAQH_TOPIC = "credentialing.check_caqh"
_MOST_FAULTS = 50


class NoProfile(Invalid):
    """The file is no ProView profile."""

    code, title = "no-caqh-profile", "That file holds no CAQH profile"


@dataclass(frozen=True, slots=True)
class Stranger:
    """A profile that was not taken: nobody in this clinic has its NPI or CAQH ID, or the two belong to different people."""

    name: str
    npi: str
    caqh_id: str
    reason: str


@dataclass(slots=True)
class CaqhOutcome:
    """What came of a file: profiles that are new, profiles that said nothing new, and profiles of nobody here."""

    imported: list[CaqhImport] = field(default_factory=list)
    unchanged: list[CaqhImport] = field(default_factory=list)
    strangers: list[Stranger] = field(default_factory=list)


def profiles_in(content: bytes) -> list[Profile]:
    """The profiles in a file of ProView. Raises `NoProfile` saying what the file is instead."""
    try:
        found = read_document(content)
    except UnreadableDocument as error:
        raise NoProfile(f"This file cannot be read as a CAQH profile: {error}.") from error
    if isinstance(found, Profile):
        return [found]
    if isinstance(found, Extract):
        if not found.profiles:
            raise NoProfile("This extract of CAQH ProView holds no profile.")
        return list(found.profiles)
    kind = type(found).__name__
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in kind).strip()
    raise NoProfile(f"This is a ProView document of another kind ({words}); send the profile extract.")


def import_profiles(profiles: Sequence[Profile], *, document_id: UUID | None, filename: str) -> CaqhOutcome:
    """Keep profiles for the providers whose NPI or CAQH ID they name; nothing is written into a file yet. The same profile twice is
    kept once. Publishes `caqh.imported` for each new one.
    """
    outcome = CaqhOutcome()
    by_npi, by_caqh = _owners(profiles)
    latest = latest_profiles([provider.id for provider in (*by_npi.values(), *by_caqh.values())])
    for profile in profiles:
        provider = by_npi.get(profile.npi) or by_caqh.get(profile.caqh_id)
        reason = _refusal(profile, provider)
        if provider is None or reason:
            name = f"{profile.first_name} {profile.last_name}".strip() or "No name"
            outcome.strangers.append(Stranger(name, profile.npi, profile.caqh_id, reason))
            continue
        text = json.dumps(profile.raw, sort_keys=True, ensure_ascii=False)
        known = latest.get(provider.id)
        if known is not None and _opened(known) == text:
            outcome.unchanged.append(known)
            continue
        made = _kept(provider, profile, text, document_id=document_id, filename=filename)
        latest[provider.id] = made
        outcome.imported.append(made)
    _told(outcome, filename, document_id)
    return outcome


def _owners(profiles: Sequence[Profile]) -> tuple[dict[str, Provider], dict[str, Provider]]:
    npis = {profile.npi for profile in profiles if profile.npi}
    ids = {profile.caqh_id for profile in profiles if profile.caqh_id}
    rows = db().scalars(
        select(Provider).where(
            Provider.tenant_id == current_tenant(), or_(Provider.npi.in_(npis), Provider.caqh_id.in_(ids))
        )
    )
    found = rows.all()
    return {row.npi: row for row in found}, {row.caqh_id: row for row in found if row.caqh_id}


def _refusal(profile: Profile, provider: Provider | None) -> str:
    if provider is None:
        return "nobody in this clinic has this NPI or CAQH ID"
    if profile.npi and profile.npi != provider.npi:
        return f"this CAQH ID is {provider.name}'s, but the profile has another NPI"
    return ""


def _place(import_id: UUID) -> str:
    return f"caqh_import.profile.{import_id}"


def _opened(row: CaqhImport) -> str:
    return decrypt(row.sealed_profile, tenant_id=row.tenant_id, place=_place(row.id))


def _kept(provider: Provider, profile: Profile, text: str, *, document_id: UUID | None, filename: str) -> CaqhImport:
    import_id = uuid7()
    made = CaqhImport(
        id=import_id,
        tenant_id=provider.tenant_id,
        provider_id=provider.id,
        document_id=document_id,
        filename=filename,
        caqh_id=profile.caqh_id,
        attest_id=profile.attest_id,
        attested_on=profile.attested_on,
        sealed_profile=encrypt(text, tenant_id=provider.tenant_id, place=_place(import_id)),
        faults=[{"path": path, "value": value} for path, value in profile.faults[:_MOST_FAULTS]],
        imported_by_name=current_scope().actor_name,
    )
    db().add(made)
    return made


def _told(outcome: CaqhOutcome, filename: str, document_id: UUID | None) -> None:
    db().flush()
    record(
        "caqh.imported",
        f"read {filename}: {len(outcome.imported)} CAQH profiles new, {len(outcome.unchanged)} as before,"
        f" {len(outcome.strangers)} of nobody here",
        subject_kind="document" if document_id else "caqh",
        subject_id=document_id,
    )
    for row in outcome.imported:
        publish(
            "caqh.imported",
            provider_id=str(row.provider_id),
            import_id=str(row.id),
            attested_on=row.attested_on.isoformat() if row.attested_on else None,
        )


def latest_caqh_imports(*, limit: int = 50) -> Sequence[CaqhImport]:
    """The last profiles that came in for this clinic, newest first."""
    query = select(CaqhImport).where(CaqhImport.tenant_id == current_tenant())
    return db().scalars(query.order_by(CaqhImport.id.desc()).limit(limit)).all()


def providers_of(imports: Sequence[CaqhImport]) -> Mapping[UUID, Provider]:
    """The providers of these imports by id, in one query."""
    ids = {row.provider_id for row in imports}
    if not ids:
        return {}
    rows = db().scalars(select(Provider).where(Provider.tenant_id == current_tenant(), Provider.id.in_(ids)))
    return {row.id: row for row in rows}


def store_status(provider_id: UUID, *, answer: ProviderStatus) -> None:
    """Note what ProView says of a provider's profile: the day of the attestation goes into the file, the words into the trail.

    Publishes `caqh.status_checked`.
    """
    provider = get_provider(provider_id, lock=True)
    if answer.is_found and answer.attested_on is not None:
        save_credential(
            provider_id=provider.id,
            kind="caqh_profile",
            values={"number": answer.caqh_id or provider.caqh_id, "issued_on": answer.attested_on},
            source=FactSource("caqh", "status of the profile"),
        )
    status = answer.status or "no status" if answer.is_found else "no such CAQH ID"
    authorized = {True: "authorized", False: "not authorized", None: "authorization not told"}[answer.is_authorized]
    record(
        "caqh.status_checked",
        f"CAQH ProView says of {provider.name}: {status}, {authorized}",
        subject_kind="provider",
        subject_id=provider.id,
    )
    publish(
        "caqh.status_checked",
        provider_id=str(provider.id),
        status=status,
        is_authorized=answer.is_authorized,
        attested_on=answer.attested_on.isoformat() if answer.attested_on else None,
    )


def caqh_client() -> ProViewClient:
    """The client of CAQH ProView with this installation's organization and credentials. Raises `Conflict` without them."""
    config = settings()
    if not (config.caqh_username and config.caqh_organization_id):
        raise Conflict("This installation has no access to CAQH ProView's API; send the profile as a file.")
    return ProViewClient(
        organization_id=config.caqh_organization_id,
        username=config.caqh_username,
        password=config.caqh_password,
        base_url=config.caqh_url,
    )


def ask_caqh(provider_id: UUID) -> UUID:
    """Have CAQH asked where a provider's profile stands; returns the job's id. Raises `NotFound`, and `Conflict` without a CAQH ID
    or without access to the API.
    """
    provider = get_provider(provider_id)
    caqh_client()
    if not provider.caqh_id:
        raise Conflict("The file has no CAQH ID yet.")
    return later(CAQH_TOPIC, {"provider_id": str(provider.id)})
