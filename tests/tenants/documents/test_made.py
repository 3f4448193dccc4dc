"""Files that the product makes are there at once, downloadable, and told apart from uploads."""

from __future__ import annotations

from infra.storage import storage
from tenants.documents.made import record_made, shelve, store_made
from tenants.documents.services import downloadable, list_documents
from tests.support.world import drain


def test_a_made_file_is_available_at_once_and_never_doubled(clinic):
    shelved = shelve(clinic.id, b"%PDF-1.7 evidence", content_type="application/pdf")
    for _ in range(2):
        with clinic.work():
            record_made(shelved, filename="../checks/LEIE check.pdf", kind="verification_evidence")
    with clinic.work():
        (document,) = list_documents(kind="verification_evidence")
        assert (document.filename, document.status, document.review_status) == (
            "LEIE check.pdf",
            "available",
            "accepted",
        )
        key = downloadable(document.id).object_key
    assert b"".join(storage().chunks(key)) == b"%PDF-1.7 evidence"
    assert "tenants.scan_document" not in drain(clinic)


def test_store_made_does_both_in_one_call(clinic, other_clinic):
    with clinic.work():
        made = store_made(filename="minutes.pdf", content_type="application/pdf", content=b"%PDF-1.7", kind="minutes")
    with other_clinic.work():
        assert made.id not in {row.id for row in list_documents()}
