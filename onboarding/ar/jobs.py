"""Reading an import: fetch the file, read it with no transaction open, store all of it together with the job's end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO, Any
from uuid import UUID

from infra.jobs.work import LeaseLost, Work
from infra.outbox import job, on
from infra.problems import ProductError
from infra.storage import storage
from integrations.tabular import sniff
from onboarding.ar.reading import CannotImport, NeedsMapping, ReadTask, read_aging
from onboarding.ar.remittance_reading import RemittanceFile, read_remittances
from onboarding.ar.services.imports import document_checked as note_checked
from onboarding.ar.services.reading import (
    ask_for_mapping,
    begin_reading,
    begin_reconciling,
    fail_import,
    store_aging,
    store_remittances,
)
from onboarding.ar.spool import Spool

_HEAD_BYTES = 64 * 1024
_MEMORY_BYTES = 16 * 1024 * 1024


@on("document.available", "document.quarantined")
@job("onboarding.ar_document_checked")
def document_checked(work: Work, *, event: str, facts: dict[str, Any]) -> None:
    """Begin, or fail, the imports that waited for this document's scan."""
    with work.finish():
        note_checked(UUID(facts["document_id"]), available=event == "document.available")


@job("onboarding.import_ar", timeout_s=1800, max_attempts=5, max_backoff_s=60)
def import_ar(work: Work, *, import_id: str) -> dict[str, str] | None:
    """Read one file. Killed at any moment it is read again from the start: rows are stored with the job's end or not at all."""
    row_id = UUID(import_id)
    with work.transaction():
        task = begin_reading(row_id)
    if task is None:
        return {"status": "nothing to read"}
    try:
        with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES) as copy:
            total = _fetch(task.object_key, copy)
            _read(work, task, copy, total)
    except CannotImport as wrong:
        with work.finish({"status": "failed"}):
            fail_import(row_id, str(wrong))
    except LeaseLost:
        raise
    except Exception as error:
        if work.is_last_attempt:
            words = error.detail if isinstance(error, ProductError) else "Reading stopped on our side; it is noted."
            with work.transaction():
                fail_import(row_id, words)
        raise
    return None


def _fetch(object_key: str, copy: IO[bytes]) -> int:
    """Copy the object to a temporary file and count its lines or claims, so that progress has a total."""
    lines = 0
    for chunk in storage().chunks(object_key):
        lines += chunk.count(b"\n")
        copy.write(chunk)
    copy.seek(0)
    return lines


def _read(work: Work, task: ReadTask, copy: IO[bytes], lines: int) -> None:
    head = copy.read(_HEAD_BYTES)
    copy.seek(0)
    file_format = detect_format(head, task.wanted_format)
    if file_format == "x12_835":
        copy.seek(0)
        _read_remittances(work, task, copy)
        return

    def progress(done: int) -> None:
        work.progress(done, max(done, lines))

    with Spool() as accepted, Spool() as rejects:
        try:
            reader = read_aging(copy, task, file_format=file_format, lines=accepted, rejects=rejects)
        except NeedsMapping as asked:
            with work.finish({"status": "needs_mapping"}):
                ask_for_mapping(task.import_id, asked, file_format)
            return
        found = reader.run(progress)
        with work.transaction():
            begin_reconciling(task.import_id)
        with work.finish({"rows": len(found.facts)}) as session:
            store_aging(session, task.import_id, found)


def _read_remittances(work: Work, task: ReadTask, copy: IO[bytes]) -> None:
    with Spool() as claims, Spool() as rejects:
        progress: Callable[[int], None] = lambda done: work.progress(done, 0)  # noqa: E731 - the total is not known
        found = read_remittances(copy, task, RemittanceFile(claims, rejects), progress)
        with work.transaction():
            begin_reconciling(task.import_id)
        with work.finish({"payments": len(found.payments)}) as session:
            store_remittances(session, task.import_id, found)


def detect_format(head: bytes, wanted: str) -> str:
    """What the first bytes prove: `csv`, `tsv`, `xlsx` or `x12_835`.

    Raises:
        CannotImport: The file is something else, or something else than was asked for.
    """
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"ISA"):
        found = "x12_835"
    elif head.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        raise CannotImport(
            "This is no table: a PDF, a picture or an old .xls workbook. Export the report as CSV or .xlsx."
        )
    else:
        dialect = sniff(head)
        found = "xlsx" if dialect.kind == "workbook" else "tsv" if dialect.delimiter == "\t" else "csv"
    is_text = {found, wanted} <= {"csv", "tsv"}
    if wanted not in ("auto", found) and not is_text:
        raise CannotImport(f"The file was announced as {wanted} and is {found}. Import it again as what it is.")
    return found
