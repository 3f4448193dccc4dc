"""What packets tell the pre-submission check: how the signature under each file stands, what was read in its documents (numbers,
names, addresses), what CAQH says of its addresses, and which exclusion lists have a hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from credentialing.enrollment.rules import AddressSaid, Exclusion, Paper, Signature
from credentialing.enrollment.services.packet_facts import Known, add_packet_knowledge, one_line
from credentialing.packets.services.signatures import SIGNATURES, signature_states
from credentialing.providers.models import Provider
from credentialing.providers.services.sources import latest_profiles, opened_profile
from credentialing.reading.models import Reading
from credentialing.reading.services.machine import sealed_number_of
from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.sources import PAPERS_OF_THE_CLINIC
from credentialing.screening.models import ScreeningMatch
from infra.db import current_tenant, db
from integrations.reading.taxpayer import LOOKS_UNSIGNED
from tenants.documents.models import Document

# From how sure the machine must be (percent) before its word against a person's is worth a defect.
SURE_OF_KIND, SURE_OF_FIELD = 90, 0.85
# Documents that print an address of the provider or the clinic, as sentences call them.
ADDRESS_ON = {"w9": "the W-9", "state_license": "the license", "malpractice_face": "the liability policy"}
LISTS = {"leie": "OIG LEIE", "sam": "SAM.gov"}
# Documents that speak of the provider by name; a W-9 and a bank letter speak of the clinic.
NAMES_THE_PROVIDER = frozenset(
    "state_license dea cds board_cert diploma residency photo_id cv claims_history cpr background_check".split()
)


def tell_signatures(providers: Sequence[Provider], today: date, known: Known) -> None:
    """Write down how the newest signature of each provider stands; who never signed on screen is left to the documents."""
    states = signature_states(providers, held=known.held, entries=known.entries)
    known.more[SIGNATURES] = states
    for provider_id, state in states.items():
        row = state.attestation
        if row is not None and state.status != "none":
            known.signatures[provider_id] = Signature(
                "stale" if state.status == "stale" else "signed",
                row.signed_at.date(),
                state.changed,
                str(row.document_id or ""),
            )


def tell_papers(providers: Sequence[Provider], today: date, known: Known) -> None:
    """Write down what was read in the documents of these providers, and in the clinic's W-9, that nobody has rejected; one query."""
    rows = db().execute(
        select(Reading, Document.kind)
        .join(Document, (Document.tenant_id == Reading.tenant_id) & (Document.id == Reading.document_id))
        .where(
            Reading.tenant_id == current_tenant(),
            or_(
                Reading.provider_id.in_([provider.id for provider in providers]),
                and_(Document.provider_id.is_(None), Document.kind.in_(PAPERS_OF_THE_CLINIC)),
            ),
            Reading.status.in_(("to_confirm", "confirmed", "closed")),
            Document.status == "available",
            Document.review_status != "rejected",
            Document.kind.is_not(None),
        )
        .order_by(Reading.id)
    )
    newest = {(reading.provider_id, kind): reading for reading, kind in rows}
    for (provider_id, kind), reading in newest.items():
        if kind is None:
            continue
        for owner in [provider_id] if provider_id else [each.id for each in providers if (each.id, kind) not in newest]:
            known.papers.setdefault(owner, []).append(_paper(reading, kind))
            known.addresses.setdefault(owner, []).extend(_address(reading, kind))


def tell_caqh(providers: Sequence[Provider], today: date, known: Known) -> None:
    """Write down the practice addresses of the newest CAQH profile of each provider, one query."""
    known_there = [provider.id for provider in providers if provider.caqh_id]
    for provider_id, row in latest_profiles(known_there).items():
        for place in opened_profile(row).locations:
            if place.is_current is False or (place.ended_on is not None and place.ended_on < today):
                continue
            text = one_line(place.line1, place.line2, place.city, place.state, place.postal_code)
            known.addresses.setdefault(provider_id, []).append(AddressSaid("CAQH", text))


def tell_exclusions(providers: Sequence[Provider], today: date, known: Known) -> None:
    """Write down the hits of exclusion lists that nobody has cleared and that the latest check still found, one query."""
    rows = db().scalars(
        select(ScreeningMatch).where(
            ScreeningMatch.tenant_id == current_tenant(),
            ScreeningMatch.provider_id.in_([provider.id for provider in providers]),
            ScreeningMatch.state != "cleared",
            ScreeningMatch.ended_at.is_(None),
        )
    )
    for row in rows:
        hit = Exclusion(LISTS.get(row.source, row.source.upper()), row.state == "confirmed", row.basis == "name_only")
        if hit not in known.exclusions.setdefault(row.provider_id, []):
            known.exclusions[row.provider_id].append(hit)


def _paper(reading: Reading, kind: str) -> Paper:
    documents = load_catalog().documents
    values = _values(reading)
    confirmed = reading.said is not None
    label = documents[kind].label if kind in documents else kind
    read_kind = str((reading.said or {}).get("kind") or reading.kind or "")
    signed_on = _day(values.get("signed_on"))
    shown = str(values.get("number") or "")
    number = (sealed_number_of(reading) or "") if "•" in shown else shown
    return Paper(
        document_id=str(reading.document_id),
        kind=kind,
        label=label,
        read_kind=read_kind,
        read_label=documents[read_kind].label if read_kind in documents else read_kind,
        # Who accepted it elsewhere said by that what it is.
        sure=confirmed or (reading.status != "closed" and reading.kind_confidence >= SURE_OF_KIND),
        holder=str(values.get("holder_name") or "") if kind in NAMES_THE_PROVIDER or kind == "w9" else "",
        tin=number if kind in ("w9", "irs_letter") else "",
        signed_on=signed_on,
        is_signed=bool(signed_on) if confirmed and kind == "w9" else None,
        tin_shown=shown,
        is_confirmed=confirmed,
        looks_unsigned=kind == "w9" and LOOKS_UNSIGNED in reading.notes,
    )


def _address(reading: Reading, kind: str) -> list[AddressSaid]:
    text = str(_values(reading).get("address") or "") if kind in ADDRESS_ON else ""
    return [AddressSaid(ADDRESS_ON[kind], text, kind, reading.said is not None)] if text else []


def _values(reading: Reading) -> Mapping[str, Any]:
    """What a person said of the fields; before that what the machine is sure of."""
    if reading.said is not None:
        said: Mapping[str, Any] = reading.said.get("fields") or {}
        return said
    return {row["name"]: row["value"] for row in reading.fields if row.get("confidence", 0) >= SURE_OF_FIELD}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


add_packet_knowledge(tell_signatures)
add_packet_knowledge(tell_papers)
add_packet_knowledge(tell_caqh)
add_packet_knowledge(tell_exclusions)
