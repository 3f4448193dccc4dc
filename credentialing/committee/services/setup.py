"""Whether a clinic has a committee at all, its charter and its members."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from credentialing.committee.models import CommitteeCharter, CommitteeMember
from credentialing.committee.rules import Program, quorum_needed
from credentialing.committee.rules.voting import QuorumKind
from credentialing.providers.services import get_provider
from infra.db import current_tenant, db
from infra.db.find import find
from infra.db.session import in_unit_of_work
from infra.problems import Conflict, NotFound
from tenants.audit import record
from tenants.clinics.services import get_clinic

TRAIT = "delegated"


def is_delegated() -> bool:
    """Tell whether a payer has delegated credentialing to this clinic; False outside of a unit of work."""
    return in_unit_of_work() and bool(get_clinic().traits.get(TRAIT))


def need_committee() -> None:
    """Raise `NotFound` in a clinic without a committee: there none of its pages exist."""
    if not is_delegated():
        raise NotFound("This clinic has no committee. Say in its details that it credentials by delegation.")


def charter() -> CommitteeCharter:
    """The charter of this clinic; the usual one, not stored yet, when nobody has changed it."""
    need_committee()
    query = select(CommitteeCharter).where(CommitteeCharter.tenant_id == current_tenant())
    return db().scalars(query).one_or_none() or CommitteeCharter(
        program=Program.ACCREDITATION.value, quorum_kind="majority", quorum_count=3, version=0
    )


def change_charter(*, program: Program, quorum_kind: QuorumKind, quorum_count: int) -> CommitteeCharter:
    """Set by whose limits files are judged and what makes a quorum; meetings that have begun keep theirs."""
    row = charter()
    row.program, row.quorum_kind, row.quorum_count = program.value, quorum_kind, quorum_count
    if row.version == 0:
        row.version = 1
        db().add(row)
    db().flush()
    record(
        "committee.charter_changed",
        f"set the committee's charter: {program.value}, quorum by {quorum_kind}",
        subject_kind="committee",
        subject_id=row.id,
        facts={"program": program.value, "quorum_kind": quorum_kind, "quorum_count": quorum_count},
    )
    return row


def members() -> Sequence[CommitteeMember]:
    """Voting members, the chair first, then by name."""
    need_committee()
    query = select(CommitteeMember).where(
        CommitteeMember.tenant_id == current_tenant(), CommitteeMember.status == "active"
    )
    return db().scalars(query.order_by(CommitteeMember.is_chair.desc(), CommitteeMember.name, CommitteeMember.id)).all()


def members_by_id() -> dict[UUID, CommitteeMember]:
    """Every member who ever was one: meetings of the past name them."""
    query = select(CommitteeMember).where(CommitteeMember.tenant_id == current_tenant())
    return {member.id: member for member in db().scalars(query)}


def add_member(
    *, name: str, discipline: str, is_chair: bool = False, provider_id: UUID | None = None
) -> CommitteeMember:
    """Add a voting member. There is one chair: a new one takes the chair over. Raises `NotFound` for an unknown provider."""
    need_committee()
    if provider_id is not None:
        get_provider(provider_id)
    if is_chair:
        for other in members():
            other.is_chair = False
    member = CommitteeMember(name=name, discipline=discipline, is_chair=is_chair, provider_id=provider_id)
    db().add(member)
    db().flush()
    _record(member, "joined", f"made {name} a member of the committee{', in the chair' if is_chair else ''}")
    return member


def end_member(member_id: UUID) -> CommitteeMember:
    """Let a member leave; what they voted on stays. Raises `NotFound`, `Conflict`."""
    need_committee()
    member = find(CommitteeMember, member_id, lock=True)
    if member.status != "active":
        raise Conflict("That member has left already.")
    member.status, member.is_chair = "left", False
    db().flush()
    _record(member, "left", f"noted that {member.name} left the committee")
    return member


def _record(member: CommitteeMember, verb: str, words: str) -> None:
    record(f"committee_member.{verb}", words, subject_kind="committee_member", subject_id=member.id)


def quorum_of(row: CommitteeCharter, voting_members: int) -> int:
    """How many members must take part, by this charter."""
    kind: QuorumKind = "count" if row.quorum_kind == "count" else "majority"
    return quorum_needed(kind, row.quorum_count, voting_members)
