"""kill -9 of worker, relay and Redis in the middle of scans: nothing is lost and nothing is doubled."""

from __future__ import annotations

import hashlib
import os
import random
import time

import pytest
import requests
from redis import Redis
from sqlalchemy import func, select

from infra.db import Scope, unit_of_work
from infra.outbox import OutboxRow
from tenants.audit.models import AuditEvent
from tests.support.live import Live, until

DOCUMENTS = 12
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def live(app, tmp_path):
    made = Live(tmp_path)
    made.start("worker", "worker.2", "relay", "scheduler")
    yield made
    made.stop()


def upload(clinic, number: int) -> str:
    body = b"%PDF-1.4\n% document " + str(number).encode() + b"\n" + random.Random(number).randbytes(40_000)
    made = clinic.admin.api.post(
        clinic.url("/documents"),
        {
            "filename": f"license-{number}.pdf",
            "content_type": "application/pdf",
            "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        },
        expect=201,
    )
    put = requests.put(made["upload"]["url"], data=body, headers=made["upload"]["headers"], timeout=30)
    assert put.status_code == 200, put.text[:300]
    clinic.admin.api.post(clinic.url(f"/documents/{made['document']['id']}/complete"), expect=202)
    return made["document"]["id"]


def statuses(clinic) -> list[str]:
    return [item["status"] for item in clinic.admin.api.get(clinic.url("/documents") + "?limit=200")["items"]]


def test_scans_survive_killed_workers_relay_and_a_wiped_redis(live, clinic):
    redis = Redis.from_url(os.environ["REDIS_URL"])
    for number in range(DOCUMENTS):
        upload(clinic, number)
        if number == 3:
            live.kill("worker")
            live.start("worker")
        if number == 5:
            live.kill("relay")
            redis.flushdb()
        if number == 7:
            live.start("relay")
            live.kill("worker.2")
        if number == 9:
            live.start("worker.2")
    # A lease of a killed worker runs for 30 s and a handed-over row for 45 s; both end by themselves.
    until(lambda: statuses(clinic) == ["available"] * DOCUMENTS, 150, "every document was scanned")
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        uploaded = session.scalar(
            select(func.count()).where(AuditEvent.tenant_id == clinic.id, AuditEvent.action == "document.uploaded")
        )
        scans = session.execute(
            select(func.count(), func.count(OutboxRow.done_at)).where(
                OutboxRow.tenant_id == clinic.id, OutboxRow.topic == "tenants.scan_document"
            )
        ).one()
    assert uploaded == DOCUMENTS
    assert tuple(scans) == (DOCUMENTS, DOCUMENTS)
    assert clinic.manager.api.get(clinic.url("/audit/verify"))["intact"] is True
    time.sleep(0.1)
