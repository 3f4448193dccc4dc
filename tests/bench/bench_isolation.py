"""What row-level security costs: the same page of 50 rows and the same transaction with and without it, on 200,000 rows of 200 clinics."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import psycopg

from infra.db.migrate import migrate
from infra.dev.stack import Stack

CLINICS, EACH, ROUNDS = 200, 1000, 400
PAGE = "SELECT * FROM app.audit_event WHERE tenant_id = %s ORDER BY sequence DESC LIMIT 50"
SCOPE = "SELECT set_config('app.tenant_id', %s, true)"
FILL = """
INSERT INTO app.clinic (tenant_id, id, created_at, vendor_id, name, state, timezone, contract_on, status, traits, version)
  SELECT md5(c::text)::uuid, md5(c::text)::uuid, now(), gen_random_uuid(), 'clinic ' || c, 'OH', 'America/New_York', '2026-11-02',
    'onboarding', '{}', 1 FROM generate_series(1, %(clinics)s) c;
INSERT INTO app.audit_event (tenant_id, id, created_at, sequence, actor_name, action, subject_kind, summary, facts, previous_hash, hash)
  SELECT md5((n %% %(clinics)s + 1)::text)::uuid, gen_random_uuid(), now(), n / %(clinics)s + 1, 'x', 'x', 'x', 'x', '{}', 'x', 'x'
  FROM generate_series(0, %(clinics)s * %(each)s - 1) n;
"""


def read_page(connection: psycopg.Connection, tenant: str, *, scoped: bool) -> float:
    """The seconds that one transaction takes which reads a page."""
    began = time.perf_counter()
    if scoped:
        connection.execute(SCOPE, [tenant])
    rows = connection.execute(PAGE, [tenant]).fetchall()
    connection.commit()
    taken = time.perf_counter() - began
    assert len(rows) == 50
    return taken


def medians_ms(web_dsn: str, admin_dsn: str, tenants: list[str]) -> tuple[float, float]:
    """Medians with and without isolation, in milliseconds, measured in turn so that both meet the same machine."""
    ours, reference = [], []
    with psycopg.connect(web_dsn) as web, psycopg.connect(admin_dsn) as admin:
        for number in range(ROUNDS):
            tenant = tenants[number % len(tenants)]
            reference.append(read_page(admin, tenant, scoped=False))
            ours.append(read_page(web, tenant, scoped=True))
    return statistics.median(ours) * 1000, statistics.median(reference) * 1000


def main() -> None:
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory(prefix="onpanel-bench-") as folder:
        stack = Stack(Path(folder) / "state", services={"postgres"}, durable=False)
        try:
            stack.start()
            migrate(stack.env["MIGRATOR_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))
            admin = stack.admin_dsn.rsplit("/", 1)[0] + "/onpanel"
            with psycopg.connect(admin, autocommit=True, cursor_factory=psycopg.ClientCursor) as connection:
                connection.execute(FILL, {"clinics": CLINICS, "each": EACH})
                connection.execute("ANALYZE")
                tenants = [row[0] for row in connection.execute("SELECT tenant_id::text FROM app.clinic").fetchall()]
            ours, reference = medians_ms(stack.env["DATABASE_URL"], admin, tenants)
        finally:
            stack.remove()
    line = {
        "bench": "isolation_page_of_50",
        "rows": CLINICS * EACH,
        "ms": round(ours, 3),
        "reference_ms": round(reference, 3),
    }
    print(
        f"isolation_page_of_50: {ours:.2f} ms as app_web with scope, {reference:.2f} ms as superuser without: {ours / reference:.2f}x"
    )
    print(json.dumps(line | {"ratio": round(ours / reference, 2)}))


if __name__ == "__main__":
    main()
