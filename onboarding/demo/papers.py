"""The credential documents of a clinic's providers: sent by the clinic, reviewed by the specialist, in every state that there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from credentialing.requirements.catalog import load_catalog
from credentialing.requirements.rules import requirements_for
from infra.db import current_tenant, db
from onboarding.demo.clinics import DemoClinic
from onboarding.demo.files import EICAR, PDF, TEXT, pdf
from onboarding.demo.providers import DemoProvider, ids_by_npi
from onboarding.demo.story import Act, File
from tenants.documents.models import Document
from tenants.documents.services import review_document
from tenants.documents.states import DocumentStatus

REJECTIONS = {
    "malpractice_face": "The policy limits are cut off at the edge of the scan. Send the whole declarations page.",
    "w9": "The W-9 is not signed. Sign and date it, then send it again.",
    "cv": "There is a gap from March to November 2023. Add a line that explains it.",
    "photo_id": "The photo is too dark to read the expiry date.",
}
_FAR = {
    "state_license": 420,
    "dea": 700,
    "board_cert": 900,
    "malpractice_face": 230,
    "caqh_profile": 75,
    "photo_id": 1100,
}
_FRESH = {"attestation_release": 80, "w9": 330, "cv": 330, "claims_history": 340, "supervision_agreement": 300}
CHECK_FILES = "credentialing.check_files"


@dataclass(frozen=True, slots=True)
class Stack:
    """How far one provider's papers are: `missing` from the end of the list, what was rejected or awaits review, what ends soon."""

    missing: int = 0
    pending: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    expiring: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()


FULL = Stack()


def kinds_asked(clinic: DemoClinic, provider: DemoProvider) -> list[str]:
    """What applies to this provider and is a file, in the order of the catalog."""
    traits = [name for name, holds in clinic.traits.items() if holds]
    asked = [each for each in requirements_for(provider.license_type, "OH", traits=traits) if each.applies]
    return [each.code for each in asked if each.code not in {"npi1", "npi2"}]


def name_of(provider: DemoProvider, kind: str) -> str:
    """The file's name, as offices name their scans."""
    return f"{provider.last} {load_catalog().documents[kind].label}.pdf".replace("/", "-")


def expiry_of(kind: str, stack: Stack, today: date, rng: Random) -> date | None:
    """The day that stands on the paper as its last one; None for what never ends."""
    if kind in stack.expired:
        return today - timedelta(days=6 + rng.randrange(12))
    if kind in stack.expiring:
        return today + timedelta(days=9 + rng.randrange(14))
    days = _FAR.get(kind) or _FRESH.get(kind)
    return today + timedelta(days=days + rng.randrange(40)) if days else None


def paper(clinic: DemoClinic, provider: DemoProvider, kind: str) -> File:
    """One document as the clinic sends it."""
    label = load_catalog().documents[kind].label
    lines = [f"{provider.first} {provider.last}, {provider.credential}", f"NPI {provider.known_npi}", clinic.name]
    return File(name_of(provider, kind), pdf(label, lines), PDF, kind, lambda: ids_by_npi()[provider.known_npi])


def sending(
    clinic: DemoClinic,
    stacks: Mapping[DemoProvider, Stack],
    *,
    sent_on: date,
    reviewed_on: date,
    today: date,
    rng: Random,
) -> list[Act]:
    """Two acts: the clinic sends what it has, the specialist reviews it."""
    sent: list[File] = []
    verdicts: list[tuple[str, str | None, date | None]] = []
    for provider, stack in stacks.items():
        kinds = kinds_asked(clinic, provider)
        for kind in kinds[: len(kinds) - stack.missing]:
            sent.append(paper(clinic, provider, kind))
            if kind not in stack.pending:
                reason = REJECTIONS.get(kind, "This is another document.") if kind in stack.rejected else None
                verdicts.append((name_of(provider, kind), reason, expiry_of(kind, stack, today, rng)))
    return [
        Act("papers sent", sent_on, clinic.admin.key, files=sent),
        Act(
            "papers reviewed",
            reviewed_on,
            "tomas",
            _reviewing(verdicts),
            latest=frozenset({CHECK_FILES, "onboarding.complete_tasks"}),
        ),
    ]


def _reviewing(verdicts: list[tuple[str, str | None, date | None]]) -> Callable[[], None]:
    def review() -> None:
        ids = documents_named([name for name, _, _ in verdicts])
        for name, reason, expires_on in verdicts:
            if name in ids:
                review_document(
                    ids[name], accept=reason is None, reason=reason, expires_on=expires_on if reason is None else None
                )

    return review


def documents_named(names: list[str]) -> dict[str, UUID]:
    """Available documents by name; the newest of a name."""
    rows = db().execute(
        select(Document.filename, Document.id)
        .where(
            Document.tenant_id == current_tenant(),
            Document.filename.in_(names),
            Document.status == DocumentStatus.AVAILABLE,
        )
        .order_by(Document.id)
    )
    return {row[0]: row[1] for row in rows}


def infected(clinic: DemoClinic, provider: DemoProvider, on: date) -> Act:
    """A file that the scan puts in quarantine: the EICAR test file, under an innocent name."""
    name = f"{provider.last} claims history from old laptop.txt"
    owner: Callable[[], UUID] = lambda: ids_by_npi()[provider.known_npi]  # noqa: E731 - asked when the act is played
    return Act("a file with a virus", on, clinic.admin.key, files=[File(name, EICAR, TEXT, "claims_history", owner)])


def never_arrived(clinic: DemoClinic, provider: DemoProvider, today: date) -> Act:
    """An upload that was begun and did not end: the office's line went down."""
    owner: Callable[[], UUID] = lambda: ids_by_npi()[provider.known_npi]  # noqa: E731 - asked when the act is played
    promised = File(f"{provider.last} diploma.pdf", pdf("Diploma"), PDF, "diploma", owner, arrives=False)
    return Act("an upload that stopped", today, clinic.admin.key, files=[promised])
