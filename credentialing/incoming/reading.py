"""Reading a stored file of CAQH ProView: fetched with no unit of work open, stored in one. For the page and for the API."""

from __future__ import annotations

from uuid import UUID

from credentialing.providers.services.caqh import CaqhOutcome, import_profiles, profiles_in
from infra.db import Scope, unit_of_work
from infra.problems import Conflict, TooLarge
from infra.storage import storage
from tenants.documents.services import get_document
from tenants.documents.states import DocumentStatus

MOST_BYTES = 8 * 1024 * 1024


def read_caqh_file(scope: Scope, document_id: UUID) -> CaqhOutcome:
    """Read the profiles in a stored, scanned file. Raises `NotFound`, `Conflict` before the scan, `TooLarge`, and `NoProfile`."""
    with unit_of_work(scope):
        document = get_document(document_id)
    if document.status != DocumentStatus.AVAILABLE:
        raise Conflict(f"This file is {document.status.replace('_', ' ')}; it is read once it is available.")
    if document.size > MOST_BYTES:
        raise TooLarge(f"A CAQH file may have at most {MOST_BYTES // (1024 * 1024)} MiB.")
    profiles = profiles_in(b"".join(storage().chunks(document.object_key)))
    with unit_of_work(scope):
        return import_profiles(profiles, document_id=document.id, filename=document.filename)
