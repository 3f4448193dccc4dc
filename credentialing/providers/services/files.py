"""Making, changing, reading and listing the files of providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_

from credentialing.credentials import services as credentials
from credentialing.credentials import summary
from credentialing.credentials.models import Credential
from credentialing.credentials.values import BAD_DEA
from credentialing.providers.models import Provider
from credentialing.providers.provenance import FactSource, note_changes, shown, typed
from credentialing.providers.registry import check_npi
from credentialing.providers.rules import license_type_for, ssn_digits
from credentialing.providers.services.names import names_to_entries
from infra.crypto import decrypt, encrypt, mask
from infra.db import current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, NotFound, StaleVersion, invalid
from integrations.dea import dea_is_valid
from tenants.audit import record

SEALED = {"birth_date": "sealed_birth_date", "dea_number": "sealed_dea_number", "ssn": "sealed_ssn"}
BIRTH_DATE_SHOWN = "••••-••-••"
REGISTRY_TOPIC = "credentialing.prefill_provider"
PanelStrip = Mapping[UUID, Sequence[tuple[str, str, str]]]


class ProviderExists(Conflict):
    """The clinic already has a provider with this NPI."""

    code, title = "provider-exists", "This clinic already has a provider with that NPI"


@dataclass(frozen=True, slots=True)
class NewProvider:
    """What is known of a new provider; the registry fills what is empty. `license_type` is a code of requirements.yaml."""

    npi: str
    first_name: str = ""
    middle_name: str | None = None
    last_name: str = ""
    suffix: str | None = None
    former_names: list[str] = field(default_factory=list)
    credential: str | None = None
    license_type: str | None = None
    license_number: str | None = None
    license_state: str | None = None
    license_expires_on: date | None = None
    taxonomy: str | None = None
    email: str | None = None
    phone: str | None = None
    caqh_id: str | None = None
    caqh_attested_on: date | None = None
    birth_date: date | None = None
    dea_number: str | None = None
    ssn: str | None = None
    other_taxonomies: list[str] = field(default_factory=list)


def create_provider(new: NewProvider, *, source: FactSource | None = None) -> Provider:
    """Open the file of a provider and have the registry asked. Publishes `provider.created`.

    Raises `Invalid` for a wrong check digit (NPI or DEA number) and `ProviderExists`.
    """
    npi = check_npi(new.npi)
    if db().scalars(select(Provider.id).where(Provider.tenant_id == current_tenant(), Provider.npi == npi)).first():
        raise ProviderExists
    provider = add_provider(npi, asdict(new), source=source)
    db().flush()
    record("provider.created", f"added {provider.name}", subject_kind="provider", subject_id=provider.id)
    publish("provider.created", provider_id=str(provider.id))
    return provider


def add_provider(npi: str, facts: Mapping[str, Any], *, source: FactSource | None = None) -> Provider:
    """Add the row of a provider from plain facts and ask for the registry job; no audit, no event: for callers that make many."""
    provider = Provider(
        id=uuid7(),
        tenant_id=current_tenant(),
        npi=npi,
        first_name="",
        last_name="",
        former_names=[],
        other_taxonomies=[],
    )
    changes = _assign(provider, facts)
    db().add(provider)
    db().flush()
    _note(provider, changes, source or typed(), [], is_new=True)
    later(REGISTRY_TOPIC, {"provider_id": str(provider.id)})
    return provider


def apply_facts(
    provider: Provider,
    facts: Mapping[str, Any],
    *,
    source: FactSource | None = None,
    held: list[Credential] | None = None,
) -> list[str]:
    """Write facts into a file, sealing what must be sealed, noting who said so, and bringing the rows of license, DEA and CAQH
    into step (`credentials.summary`). Returns the names of the fields that changed.

    `source` is by default whoever types now. `held` saves the query for the provider's credentials in a batch. Raises `Invalid`
    for a DEA number whose check digit is wrong and for what is no SSN.
    """
    changes = _assign(provider, facts)
    if changes:
        _note(provider, changes, source or typed(), held)
    return list(changes)


Changes = dict[str, tuple[str | None, str | None]]


def _assign(provider: Provider, facts: Mapping[str, Any]) -> Changes:
    changes: Changes = {}
    for name, value in facts.items():
        if name == "npi":
            continue
        if name in SEALED:
            changes |= _seal(provider, name, value)
        elif getattr(provider, name) != (value if value is not None else _empty(name)):
            changes[name] = (shown(getattr(provider, name)), shown(value))
            setattr(provider, name, value if value is not None else _empty(name))
    if provider.license_type is None and (provider.taxonomy or provider.credential):
        guess = license_type_for([provider.taxonomy or ""], provider.credential, provider.license_state)
        if guess is not None:
            provider.license_type = guess.code
            changes["license_type"] = (None, guess.code)
    return changes


def _note(
    provider: Provider, changes: Changes, source: FactSource, held: list[Credential] | None, *, is_new: bool = False
) -> None:
    """The history of what changed: of columns here, of what stands in rows of its own there."""
    own = {name: pair for name, pair in changes.items() if name not in summary.MIRRORED and name != "former_names"}
    note_changes(provider.id, "identity", None, own, source)
    if "former_names" in changes:
        names_to_entries(provider, source, is_new=is_new)
    mirrored = summary.MIRRORED & changes.keys()
    if not mirrored:
        return
    rows = held if held is not None else credentials.credentials_of([provider.id])[provider.id]
    for row in summary.mirror(provider, mirrored, source, rows):
        if not is_new:
            db().flush()
            credentials.announce(row)


def _empty(name: str) -> Any:
    if name in {"first_name", "last_name"}:
        return ""
    return [] if name in {"former_names", "other_taxonomies"} else None


def _seal(provider: Provider, name: str, value: Any) -> Changes:
    text = value.isoformat() if isinstance(value, date) else (value or "").strip().upper()
    if name == "dea_number" and text and not dea_is_valid(text):
        raise invalid("dea_number", BAD_DEA)
    if name == "ssn" and text:
        digits = ssn_digits(text)
        if digits is None:
            raise invalid("ssn", "That is no social security number: it has nine digits and begins with 001 to 899.")
        text = digits
    old = sealed_shown(provider)[name]
    if text == (opened(provider, name) or ""):
        return {}
    place = f"provider.{name}.{provider.id}"
    setattr(provider, SEALED[name], encrypt(text, tenant_id=provider.tenant_id, place=place) if text else None)
    if name == "ssn":
        provider.ssn_tail = text[-4:] or None
    return {name: (old, sealed_shown(provider)[name])}


def opened(provider: Provider, name: str) -> str | None:
    """The value of a sealed field in clear: only for comparing and masking inside the product. None when there is none."""
    sealed = getattr(provider, SEALED[name])
    if sealed is None:
        return None
    return decrypt(sealed, tenant_id=provider.tenant_id, place=f"provider.{name}.{provider.id}")


def sealed_shown(provider: Provider) -> dict[str, str | None]:
    """The sealed fields as pages, the API and the history show them: DEA number by its last two digits, SSN by its last four,
    date of birth only as on file.
    """
    dea = opened(provider, "dea_number")
    return {
        "dea_number": mask(dea) if dea else None,
        "birth_date": BIRTH_DATE_SHOWN if provider.sealed_birth_date else None,
        "ssn": f"•••-••-{provider.ssn_tail}" if provider.sealed_ssn else None,
    }


def reveal(provider_id: UUID, *, field_name: str, reason: str) -> str:
    """A sealed field in clear. The act and its reason go into the audit trail. Raises `Invalid`, `NotFound`."""
    if field_name not in SEALED:
        raise invalid("field", f"Give one of: {', '.join(sorted(SEALED))}.")
    if len(reason.strip()) < 5:
        raise invalid("reason", "Say why you need it; the reason is kept.")
    provider = get_provider(provider_id)
    value = opened(provider, field_name)
    if value is None:
        raise NotFound("The file has no such value.")
    record(
        "provider.revealed",
        f"looked at the {field_name.replace('_', ' ')} of {provider.name}: {reason.strip()[:200]}",
        subject_kind="provider",
        subject_id=provider.id,
    )
    return value


def change_provider(
    provider_id: UUID,
    *,
    changes: Mapping[str, Any],
    if_version: int | None = None,
    source: FactSource | None = None,
) -> Provider:
    """Change facts of a file. Publishes `provider.changed` with the names of the fields.

    `source` is by default whoever types now. Raises `NotFound`, `StaleVersion` when `if_version` is no longer current, and
    `Invalid` for a wrong DEA check digit or SSN.
    """
    provider = get_provider(provider_id, lock=True)
    if if_version is not None and provider.version != if_version:
        raise StaleVersion
    changed = apply_facts(provider, changes, source=source)
    if not changed:
        return provider
    db().flush()
    words = ", ".join(sorted(name.replace("_", " ") for name in changed))
    record("provider.changed", f"changed {words} of {provider.name}", subject_kind="provider", subject_id=provider.id)
    publish("provider.changed", provider_id=str(provider.id), fields=sorted(changed))
    return provider


def get_provider(provider_id: UUID, *, lock: bool = False) -> Provider:
    """One provider of this clinic; `lock` holds the row until the commit. Raises `NotFound`."""
    return find(Provider, provider_id, lock=lock)


def list_providers(
    *,
    limit: int = 50,
    after: tuple[str, str, UUID] | None = None,
    search: str = "",
    statuses: Sequence[str] = (),
) -> Sequence[Provider]:
    """Providers by name; `after` is last name, first name and id of the last one seen; `search` a beginning of a name or NPI."""
    query = select(Provider).where(Provider.tenant_id == current_tenant())
    if statuses:
        query = query.where(Provider.status.in_(statuses))
    if search.strip():
        wanted = search.strip().lower()
        query = query.where(
            or_(
                func.starts_with(func.lower(Provider.last_name), wanted),
                func.starts_with(func.lower(Provider.first_name), wanted),
                func.starts_with(func.lower(Provider.first_name + " " + Provider.last_name), wanted),
                func.starts_with(Provider.npi, wanted),
            )
        )
    if after is not None:
        query = query.where(tuple_(Provider.last_name, Provider.first_name, Provider.id) > tuple_(*after))
    order = (Provider.last_name, Provider.first_name, Provider.id)
    return db().scalars(query.order_by(*order).limit(limit)).all()


def provider_names(provider_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of providers by id, in one query."""
    if not provider_ids:
        return {}
    rows = db().scalars(
        select(Provider).where(Provider.tenant_id == current_tenant(), Provider.id.in_(set(provider_ids)))
    )
    return {provider.id: provider.name for provider in rows}


def _no_panel(providers: Sequence[Provider]) -> PanelStrip:
    return {}


_panel_lookup: Callable[[Sequence[Provider]], PanelStrip] = _no_panel


def set_panel_lookup(lookup: Callable[[Sequence[Provider]], PanelStrip]) -> None:
    """Register who knows the panels: providers to rows of (payer's short name, status word, tone). Called once, at import."""
    global _panel_lookup
    _panel_lookup = lookup


def panel_strips(providers: Sequence[Provider]) -> PanelStrip:
    """For each provider the payers and how far each is; empty while nobody knows."""
    return _panel_lookup(providers) if providers else {}
