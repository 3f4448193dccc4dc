"""The signature of a provider under their file: who signed what, whether it still holds, and the job that seals the PDF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from credentialing.credentials.models import Credential
from credentialing.packets.facts.attested import Attested, attested_facts, changed_names, facts_hash
from credentialing.packets.models import Attestation
from credentialing.packets.statements import STATEMENTS, TEXT_VERSION
from credentialing.providers.models import FileEntry, Provider
from credentialing.providers.services import get_provider
from infra import clock
from infra.db import current_scope, current_tenant, db
from infra.db.find import find
from infra.ids import uuid7
from infra.outbox import later, publish
from infra.problems import Conflict, Forbidden, invalid
from tenants.audit import record

SIGNATURES = "signatures"
"""Under this name the packet check keeps the states of signatures for pages that show them beside."""
SEAL_TOPIC = "credentialing.seal_attestation"
_PATH = re.compile(r"[MLQCZ0-9 .,-]+")
MOST_PATH = 20_000
LEAST_STROKES = 2


class FileChanged(Conflict):
    """The file was changed since the page that was signed was opened."""

    code, title = "file-changed", "Your file was changed while you read it"


@dataclass(frozen=True, slots=True)
class SignatureState:
    """How a provider's newest signature stands: `status` none, signed or stale; `changed` names what changed since."""

    status: str
    attestation: Attestation | None = None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """What a provider sends to sign: the hash of the facts that they read, the name as typed, and the path when they drew."""

    facts_hash: str
    signed_name: str
    method: str
    drawing: str | None
    ip: str
    user_agent: str
    email: str


def signature_states(
    providers: Sequence[Provider],
    *,
    held: Mapping[UUID, Sequence[Credential]] | None = None,
    entries: Mapping[UUID, Mapping[str, Sequence[FileEntry]]] | None = None,
) -> dict[UUID, SignatureState]:
    """The newest signature of each provider and whether their file still says the same; three queries for any number."""
    ids = [provider.id for provider in providers]
    newest = newest_attestations(ids)
    signed = [provider for provider in providers if provider.id in newest]
    now = attested_facts(signed, held=held, entries=entries)
    return {provider_id: _state(newest.get(provider_id), now.get(provider_id)) for provider_id in ids}


def _state(attestation: Attestation | None, now: Attested | None) -> SignatureState:
    if attestation is None or now is None:
        return SignatureState("none")
    if attestation.facts_hash == facts_hash(now):
        return SignatureState("signed", attestation)
    return SignatureState("stale", attestation, tuple(changed_names(attestation.facts_said, now)))


def newest_attestations(provider_ids: Sequence[UUID]) -> dict[UUID, Attestation]:
    """The last signature of each of these providers, one query; those who never signed are left out."""
    if not provider_ids:
        return {}
    rows = db().scalars(
        select(Attestation)
        .ext(distinct_on(Attestation.provider_id))
        .where(Attestation.tenant_id == current_tenant(), Attestation.provider_id.in_(list(provider_ids)))
        .order_by(Attestation.provider_id, Attestation.signed_at.desc(), Attestation.id.desc())
    )
    return {row.provider_id: row for row in rows}


def attestations_of(provider_id: UUID, *, limit: int = 20) -> Sequence[Attestation]:
    """The signatures of a provider, newest first. Raises `NotFound`."""
    get_provider(provider_id)
    return attestations_in(provider_id, limit=limit)


def attestations_in(provider_id: UUID, *, limit: int = 20) -> Sequence[Attestation]:
    """The signatures of a provider who was found already, newest first."""
    query = select(Attestation).where(Attestation.tenant_id == current_tenant(), Attestation.provider_id == provider_id)
    return db().scalars(query.order_by(Attestation.signed_at.desc(), Attestation.id.desc()).limit(limit)).all()


def get_attestation(attestation_id: UUID) -> Attestation:
    """One signature of this clinic. Raises `NotFound`."""
    return find(Attestation, attestation_id)


def own_provider_id() -> UUID:
    """The record of the provider who is acting. Raises `Forbidden` for anybody else."""
    found = current_scope().provider_id
    if found is None:
        raise Forbidden("Only the provider can sign, signed in as themselves.")
    return found


def to_sign(provider_id: UUID) -> tuple[Provider, Attested]:
    """The provider and what they would sign for now. Raises `NotFound`."""
    provider = get_provider(provider_id)
    return provider, attested_facts([provider])[provider.id]


def sign(signing: Signing) -> Attestation:
    """Sign one's own file. The sealed PDF is made by a job. Publishes `attestation.signed`.

    Raises `Forbidden` for anybody but the provider, `FileChanged` when the file is no longer what was read, `Invalid` for a name
    that is not the provider's or for a drawing without strokes.

    Source:
        NCQA: an electronic signature is good when it is unique and only the signer can enter it (domain.md 2.1).
    """
    scope, provider_id = current_scope(), own_provider_id()
    if scope.actor_id is None:
        raise Forbidden("Only the provider can sign, signed in as themselves.")
    provider, facts = to_sign(provider_id)
    if signing.facts_hash != facts_hash(facts):
        raise FileChanged("Something in your file was changed since you opened this page. Read it again, then sign.")
    if not _is_own_name(signing.signed_name, provider):
        raise invalid("signed_name", f"Type your name as it stands in your file: {provider.name}.")
    attestation = Attestation(
        id=uuid7(),
        provider_id=provider.id,
        text_version=TEXT_VERSION,
        statements=list(STATEMENTS),
        facts=[[name, words] for name, words in facts.items()],
        facts_hash=signing.facts_hash,
        signed_name=signing.signed_name.strip(),
        method=signing.method,
        drawing=checked_drawing(signing.drawing) if signing.method == "drawn" else None,
        signed_at=clock.now(),
        signer_id=scope.actor_id,
        signer_name=scope.actor_name,
        signer_email=signing.email,
        ip=signing.ip[:64],
        user_agent=signing.user_agent[:300],
    )
    attestation.job_id = later(SEAL_TOPIC, {"attestation_id": str(attestation.id)}, dedupe_key=str(attestation.id))
    db().add(attestation)
    db().flush()
    record(
        "attestation.signed",
        "signed the attestation",
        subject_kind="provider",
        subject_id=provider.id,
        facts={"facts_hash": attestation.facts_hash, "text_version": TEXT_VERSION},
    )
    publish("attestation.signed", provider_id=str(provider.id), attestation_id=str(attestation.id))
    return attestation


def _plain(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name.casefold().replace("'", ""))
    return re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char)))


def _is_own_name(written: str, provider: Provider) -> bool:
    words, first, last = _plain(written), _plain(provider.first_name), _plain(provider.last_name)
    return bool(words) and words[: len(first)] == first and words[-len(last) :] == last if first and last else False


def checked_drawing(path: str | None) -> str:
    """A drawn signature as an SVG path of our own pad: absolute commands and numbers, nothing else. Raises `Invalid`."""
    text = (path or "").strip()
    if not text or text.count("M") + text.count("L") + text.count("Q") < LEAST_STROKES + 3:
        raise invalid("drawing", "Draw your signature in the box, or type your name instead.")
    if len(text) > MOST_PATH or not _PATH.fullmatch(text):
        raise invalid("drawing", "The drawing could not be read. Clear it and sign again.")
    return text
