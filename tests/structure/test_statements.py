"""A page costs the same few SQL statements whatever the data: every page of the navigation, for a small and a large clinic."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from credentialing.enrollment.services import NewEnrollment, start_many
from infra import clock
from infra.ids import uuid7
from infra.outbox import OutboxRow
from tenants.access.roles import Role
from tests.support.cases import make_proof, make_provider, step
from tests.support.clients import assert_valid_html
from tests.support.counting import counted_statements
from tests.support.imports import Files

MOST = 20
PAYERS = ("aetna", "cigna_evernorth", "oh_medicaid_ffs")


def fill(world, name, size):
    """A clinic with `size` of everything that a page lists. Returns it, and the first of each kind by its name in an address."""
    clinic, first, files = world.clinic(name), {}, Files()
    providers = [make_provider(clinic, f"Ortiz{number:02}")[0] for number in range(size)]
    first["provider_id"] = providers[0]
    person = world.join(clinic, world.person("Riley Provider"), Role.PROVIDER, providers[0])
    clinic.people[Role.PROVIDER] = person
    with clinic.work():
        made = start_many([NewEnrollment(provider_id, PAYERS[0]) for provider_id in providers])
        start_many([NewEnrollment(providers[0], payer) for payer in PAYERS[1 : 1 + size]])
        cases = [result.enrollment.id for result in made]
    first["enrollment_id"] = cases[0]
    for case in cases:
        step(clinic, case, "gathering")
    for number in range(size):
        first.setdefault("document_id", make_proof(clinic, providers[number]))
        content = b"Claim ID,Patient,Payer,DOS,Charge,Balance,Resp\n" + b"".join(
            b"C%d-%d,Doe,PAYER %d,2026-10-01,100.00,%d.00,INS\n" % (number, row, row, 60 + row) for row in range(size)
        )
        if number < 2:
            first["import_id"] = files.read(clinic, content, f"aging-{number}.csv", as_of="2026-11-01")["id"]
        elif number < 8:
            files.ask(clinic, files.available(clinic, content, f"aging-{number}.csv"))
        body = {"kind": "fhir_r4", "name": f"EHR {number}", "base_url": f"https://ehr{number}.example.test/r4"}
        clinic.manager.api.post(clinic.url("/ehr-connections"), body, expect=201)
        world.join(clinic, world.person(f"Casey Colleague{number}"), Role.CLINIC_ADMIN)
    with clinic.work() as session:
        session.add_all(
            OutboxRow(id=uuid7(), topic="tenants.nothing", payload={}, dead_at=clock.now(), last_error="lost")
            for _ in range(size)
        )
        first["task_id"] = session.execute(
            text("SELECT id FROM app.plan_task WHERE client_visible ORDER BY code LIMIT 1")
        ).scalar_one()
    return clinic, first


def addresses_of(app, clinic, first):
    """The addresses of all pages of a clinic by their rule: those that need no other facts."""
    values, found = {"clinic_id": clinic.id, **first}, {}
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in rule.methods or rule.rule.startswith(("/api/", "/static", "/dev", "/healthz", "/readyz")):
                continue
            if rule.arguments <= values.keys() and not rule.rule.endswith((".csv", "/file", "/rejects")):
                built = rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)
                found[rule.rule] = built[1]
    return found


def statements_of(app, clinic, first, role, *, parsed):
    """How many statements each page costs that a person of this role may open, by its rule; `parsed` checks its HTML too."""
    client, counts = clinic.people[role].pages.client, {}
    for rule, address in addresses_of(app, clinic, first).items():
        with counted_statements() as sent:
            answer = client.get(address)
        if answer.status_code == 200:
            counts[rule] = len(sent)
            if parsed and answer.mimetype == "text/html":
                assert_valid_html(answer.get_data(as_text=True), address)
    return counts


@pytest.mark.timeout(170)
def test_no_page_asks_more_of_the_database_for_a_large_clinic(app, world):
    small, large = fill(world, "One of Each", 1), fill(world, "Twenty-five of Each", 25)
    rows, wrong = [], []
    for role in (Role.ACCOUNT_MANAGER, Role.CLINIC_ADMIN, Role.PROVIDER):
        few = statements_of(app, *small, role, parsed=False)
        many = statements_of(app, *large, role, parsed=True)
        assert few.keys() == many.keys()
        for rule in sorted(few):
            rows.append(f"{role.value:16} {rule:64} {few[rule]:3} {many[rule]:3}")
            if many[rule] > few[rule] or many[rule] > MOST:
                wrong.append(rows[-1])
    print("statements of each page, for one and for twenty-five of everything", *rows, sep="\n")  # noqa: T201
    assert len(rows) > 30
    assert not wrong, "\n".join(wrong)
