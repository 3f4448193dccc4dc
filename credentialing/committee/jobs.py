"""What runs for the committee: the sealed minutes of a meeting that is closed, and the letter about a decision."""

from __future__ import annotations

from uuid import UUID

from credentialing.committee.models import CommitteeCase, CommitteeDecision, CommitteeMeeting
from credentialing.committee.services.decisions import LETTER_TOPIC
from credentialing.committee.services.meetings import MINUTES_TOPIC
from credentialing.committee.services.papers import letter_data, minutes_data, template
from infra import clock
from infra.db.find import find
from infra.jobs.work import Work
from infra.outbox import job, publish
from infra.outbox.registry import GiveUp
from integrations.pdf.typeset import typeset
from tenants.audit import record
from tenants.documents.made import record_made, shelve
from tenants.documents.seals import sealed

PDF = "application/pdf"


@job(MINUTES_TOPIC, timeout_s=120)
def make_minutes(work: Work, *, meeting_id: str) -> None:
    """Set the minutes, seal them, and store them as a document of the clinic."""
    row_id = UUID(meeting_id)
    with work.transaction():
        meeting = find(CommitteeMeeting, row_id)
        if meeting.status != "closed":
            raise GiveUp("the meeting is not closed")
        data, made_at, day = minutes_data(row_id), meeting.closed_at or clock.now(), meeting.meets_on
    plain = typeset(template("minutes"), data, made_at=made_at)
    content = sealed(plain, name=data["clinic"], reason="Minutes of the credentialing committee")
    shelved = shelve(work.tenant_id, content, content_type=PDF, document_id=work.id)
    with work.finish({"document_id": str(work.id)}):
        document = record_made(shelved, filename=f"Committee minutes {day.isoformat()}.pdf", kind="committee_minutes")
        find(CommitteeMeeting, row_id, lock=True).minutes_document_id = document.id
        record(
            "committee_meeting.minutes_made",
            f"sealed the minutes of {day.isoformat()}",
            subject_kind="committee_meeting",
            subject_id=row_id,
            facts={"sha256": shelved.sha256},
        )
        publish("committee.minutes_made", meeting_id=meeting_id, document_id=str(document.id))


@job(LETTER_TOPIC, timeout_s=120)
def write_decision_letter(work: Work, *, decision_id: str) -> None:
    """Write the letter to the provider about a decision, for a person to send by its due day."""
    row_id = UUID(decision_id)
    with work.transaction():
        decision = find(CommitteeDecision, row_id)
        data, made_at, day = letter_data(row_id), decision.created_at, decision.decided_on
    content = typeset(template("letter"), data, made_at=made_at)
    shelved = shelve(work.tenant_id, content, content_type=PDF, document_id=work.id)
    with work.finish({"document_id": str(work.id)}):
        decision = find(CommitteeDecision, row_id)
        document = record_made(
            shelved,
            filename=f"Committee decision {day.isoformat()}.pdf",
            kind="committee_letter",
        )
        find(CommitteeCase, decision.case_id, lock=True).letter_document_id = document.id
