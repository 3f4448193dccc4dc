"""What packets tell the pre-submission check: how the signature under each provider's file stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credentialing.enrollment.rules import Signature
from credentialing.enrollment.services.packet_facts import Known, add_packet_knowledge
from credentialing.packets.services.signatures import signature_states
from credentialing.providers.models import Provider


def tell_signatures(providers: Sequence[Provider], today: date, known: Known) -> None:
    """Write down how the newest signature of each provider stands; who never signed on screen is left to the documents."""
    for provider_id, state in signature_states(providers).items():
        row = state.attestation
        if row is not None and state.status != "none":
            known.signatures[provider_id] = Signature(
                "stale" if state.status == "stale" else "signed",
                row.signed_at.date(),
                state.changed,
                str(row.document_id or ""),
            )


add_packet_knowledge(tell_signatures)
