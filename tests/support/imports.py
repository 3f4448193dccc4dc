"""Files as this clinic's available documents, and imports that were read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from infra.ids import uuid7
from infra.storage import storage
from infra.storage.client import object_key
from tenants.documents.models import Document
from tests.support.world import TestClinic, drain

FIXTURES = Path(__file__).parents[1] / "fixtures"


class Files:
    """Puts bytes on the shelf as the scan leaves them, and imports them through the API."""

    def available(self, clinic: TestClinic, content: bytes, filename: str, *, status: str = "available") -> str:
        document_id = uuid7()
        key = object_key(clinic.id, "documents", document_id)
        storage().put(key, content, content_type="application/octet-stream")
        with clinic.work() as session:
            session.add(
                Document(
                    id=document_id,
                    filename=filename,
                    content_type="text/csv",
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    status=status,
                    object_key=key,
                    uploaded_by_name="Casey Clinic",
                )
            )
        return str(document_id)

    def fixture(self, clinic: TestClinic, path: str) -> str:
        return self.available(clinic, (FIXTURES / path).read_bytes(), Path(path).name)

    def ask(self, clinic: TestClinic, document_id: str, **body: Any) -> dict[str, Any]:
        return clinic.manager.api.post(clinic.url("/ar-imports"), {"document_id": document_id, **body}, expect=202)

    def read(self, clinic: TestClinic, source: str | bytes, filename: str = "aging.csv", **body: Any) -> dict[str, Any]:
        """Import a fixture (a path) or bytes, perform the job, and return the import."""
        document_id = (
            self.fixture(clinic, source) if isinstance(source, str) else self.available(clinic, source, filename)
        )
        made = self.ask(clinic, document_id, **body)
        drain(clinic)
        return self.get(clinic, made["id"])

    def get(self, clinic: TestClinic, import_id: str) -> dict[str, Any]:
        return clinic.manager.api.get(clinic.url(f"/ar-imports/{import_id}"))
