"""Webhooks against a real receiver: signed, told once, tried again, sent again, switched off, and never into our own house."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from standardwebhooks import WebhookVerificationError

from infra import clock
from infra.outbox import OutboxRow
from infra.settings import settings
from integrations.address_guard import GuardedSession
from tenants.access.roles import Role
from tenants.webhooks import outside
from tenants.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookTry
from tenants.webhooks.services import prune_log
from tests.support.cases import make_proof, make_provider, start_case, step, walk
from tests.support.receiver import Receiver
from tests.support.world import drain


@pytest.fixture
def receiver(monkeypatch):
    """A receiver that the address guard lets through, as EGRESS_ALLOW does in development."""
    made = Receiver().start()
    allowed = replace(settings(), egress_allow=frozenset({made.place}))
    monkeypatch.setattr(outside, "settings", lambda: allowed)
    monkeypatch.setattr(outside, "TIMEOUT_S", 0.6)
    yield made
    made.stop()


def enter(clinic, url, *events):
    made = clinic.admin.api.post(clinic.url("/webhooks"), {"url": url, "events": list(events)}, expect=201)
    return made["id"], made["secret"]


def deliveries(clinic, webhook_id):
    return clinic.manager.api.get(clinic.url(f"/webhooks/{webhook_id}/deliveries"))["items"]


def make_due(clinic):
    """Let the time of the next try come."""
    with clinic.work() as session:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.tenant_id == clinic.id, OutboxRow.done_at.is_(None))
            .values(next_at=clock.now() - timedelta(seconds=1))
        )


def accept_a_document(clinic):
    document_id = make_proof(clinic)
    clinic.manager.api.post(clinic.url(f"/documents/{document_id}/review"), {"decision": "accepted"})
    return document_id


def test_a_chosen_event_arrives_once_signed_and_with_ids_only(clinic, other_clinic, receiver):
    webhook_id, secret = enter(clinic, receiver.url, "document.accepted")
    document_id = accept_a_document(clinic)
    accept_a_document(other_clinic)
    make_provider(clinic)
    drain(clinic)
    drain(other_clinic)
    (call,) = receiver.calls
    body = call.opened(secret)
    assert body["type"] == "document.accepted"
    assert body["data"] == {
        "clinic_id": str(clinic.id),
        "document_id": document_id,
        "kind": "payer_letter",
        "provider_id": None,
        "task_id": None,
    }
    with pytest.raises(WebhookVerificationError):
        call.opened("whsec_" + "A" * 44)
    (made,) = deliveries(clinic, webhook_id)
    assert (made["status"], made["tries"], made["last_status"]) == ("delivered", 1, 200)
    assert made["message_id"] == call.headers["webhook-id"]
    # The work is done again, as after a worker that died at the wrong moment: nothing is sent twice.
    with clinic.work() as session:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.tenant_id == clinic.id, OutboxRow.topic.like("tenants.%webhook%"))
            .values(done_at=None)
        )
    drain(clinic)
    assert len(receiver.calls) == 1
    assert len(deliveries(clinic, webhook_id)) == 1


def test_a_failed_call_is_tried_again_with_the_same_id_until_it_arrives(clinic, receiver):
    receiver.answer = lambda number: (503, {"Retry-After": "600"}) if number < 3 else (200, {})
    webhook_id, secret = enter(clinic, receiver.url, "document.accepted")
    accept_a_document(clinic)
    drain(clinic)
    (made,) = deliveries(clinic, webhook_id)
    assert (made["status"], made["last_why"]) == ("pending", "Answered 503.")
    with clinic.work() as session:
        row = session.scalars(select(WebhookDelivery).where(WebhookDelivery.tenant_id == clinic.id)).one()
        assert row.next_try_at - clock.now() > timedelta(seconds=590)
    assert len(receiver.calls) == 1
    for _ in range(2):
        make_due(clinic)
        drain(clinic)
    make_due(clinic)
    drain(clinic)
    assert [call.headers["webhook-id"] for call in receiver.calls] == [made["message_id"]] * 3
    assert receiver.calls[2].opened(secret)["type"] == "document.accepted"
    detail = clinic.manager.api.get(clinic.url(f"/webhooks/{webhook_id}/deliveries/{made['id']}"))
    assert [(call["number"], call["status"], call["outcome"]) for call in detail["calls"]] == [
        (1, 503, "failed"),
        (2, 503, "failed"),
        (3, 200, "delivered"),
    ]
    assert all(call["latency_ms"] >= 0 for call in detail["calls"])
    assert clinic.manager.api.get(clinic.url(f"/webhooks/{webhook_id}"))["failing_since"] is None


def test_what_arrived_can_be_sent_again_and_pending_work_that_was_replaced_sends_nothing(clinic, receiver):
    webhook_id, _ = enter(clinic, receiver.url, "document.accepted")
    accept_a_document(clinic)
    drain(clinic)
    (made,) = deliveries(clinic, webhook_id)
    path = clinic.url(f"/webhooks/{webhook_id}/deliveries/{made['id']}/replay")
    receiver.answer = lambda number: (500, {})
    clinic.manager.api.post(path, expect=202)
    drain(clinic)
    receiver.answer = lambda number: (200, {})
    clinic.manager.api.post(path, expect=202)
    drain(clinic)
    make_due(clinic)
    drain(clinic)
    assert len(receiver.calls) == 3
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert deliveries(clinic, webhook_id)[0]["status"] == "delivered"
    clinic.specialist.api.post(path, expect=403)
    with clinic.work() as session:
        assert prune_log() == 0
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.tenant_id == clinic.id)
            .values(created_at=clock.now() - timedelta(days=91))
        )
        assert prune_log() == 1
        assert session.scalars(select(WebhookTry).where(WebhookTry.tenant_id == clinic.id)).all() == []


def test_both_secrets_open_a_call_while_a_rotation_overlaps_and_only_the_new_one_after(clinic, receiver):
    webhook_id, old = enter(clinic, receiver.url, "document.accepted")
    new = clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/secret"), {"overlap_hours": 2})["secret"]
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/test"), expect=202)
    drain(clinic)
    assert receiver.calls[0].opened(old) == receiver.calls[0].opened(new)
    assert receiver.calls[0].opened(new)["type"] == "webhook.test"
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/secret"), {"overlap_hours": 0})
    last = clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/secret"), {"overlap_hours": 0})["secret"]
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/test"), expect=202)
    drain(clinic)
    assert receiver.calls[1].opened(last)
    with pytest.raises(WebhookVerificationError):
        receiver.calls[1].opened(new)
    again = {"json": {"overlap_hours": 0}, "headers": {"Idempotency-Key": str(webhook_id)}}
    first, second = (
        clinic.admin.api.call("POST", clinic.url(f"/webhooks/{webhook_id}/secret"), **again) for _ in range(2)
    )
    assert first.json["secret"].startswith("whsec_")
    assert second.json["secret"] == "shown once"
    shown = json.dumps(clinic.admin.api.get(clinic.url("/webhooks")))
    trail = json.dumps(clinic.manager.api.get(clinic.url("/audit")))
    assert not any(secret in shown + trail for secret in (old, new, last))
    with clinic.work() as session:
        sealed = session.scalars(select(WebhookEndpoint.sealed_secret)).one()
        assert first.json["secret"].encode() not in sealed


def test_whatever_the_receiver_does_the_log_says_it(clinic, receiver):
    webhook_id, _ = enter(clinic, receiver.url, "document.accepted")
    elsewhere = Receiver().start()
    for answer, slow_s, why in (
        ((302, {"Location": elsewhere.url}), 0.0, "redirects are not followed"),
        ((307, {"Location": "http://169.254.169.254/latest"}), 0.0, "redirects are not followed"),
        ((404, {}), 0.0, "Answered 404."),
        ((200, {}), 1.2, "No complete answer within 0.6 s."),
    ):
        receiver.answer, receiver.slow_s = lambda number, answer=answer: answer, slow_s
        clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/test"), expect=202)
        drain(clinic)
        made = deliveries(clinic, webhook_id)[0]
        assert made["status"] == "failed"
        assert why in made["last_why"]
    elsewhere.stop()
    assert elsewhere.calls == []
    assert len(receiver.calls) == 4


def test_an_address_that_leads_inside_is_refused_when_entered_and_when_its_name_moves_later(
    clinic, receiver, monkeypatch
):
    for url in (
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://user:pw@example.com/",
        "https://localhost/",
        "ftp://example.com/",
    ):
        body = {"url": url, "events": ["document.accepted"]}
        problem = clinic.admin.api.post(clinic.url("/webhooks"), body, expect=422)
        assert problem["errors"][0]["pointer"] == "#/url", url
    answers = iter([["93.184.215.14"], ["10.0.0.7"]])
    dialed = []
    monkeypatch.setattr(
        outside,
        "GuardedSession",
        lambda allow, most, wait: GuardedSession(
            allow, most, wait, resolver=lambda host, port: next(answers), dialer=lambda *a: dialed.append(a)
        ),
    )
    webhook_id, _ = enter(clinic, "https://hooks.example.com/in", "document.accepted")
    accept_a_document(clinic)
    drain(clinic)
    (made,) = deliveries(clinic, webhook_id)
    assert "does not lead to a public address" in made["last_why"]
    assert dialed == []
    assert receiver.calls == []


def test_an_endpoint_that_fails_for_three_days_is_switched_off_and_its_people_are_told(clinic, receiver, monkeypatch):
    sent = []
    monkeypatch.setattr("tenants.webhooks.jobs.send", sent.append)
    receiver.answer = lambda number: (500, {})
    webhook_id, _ = enter(clinic, receiver.url, "document.accepted")
    accept_a_document(clinic)
    drain(clinic)
    with clinic.work() as session:
        session.execute(
            update(WebhookEndpoint)
            .where(WebhookEndpoint.tenant_id == clinic.id)
            .values(failing_since=clock.now() - timedelta(days=3))
        )
        session.execute(update(WebhookDelivery).where(WebhookDelivery.tenant_id == clinic.id).values(tries=9))
    make_due(clinic)
    drain(clinic)
    shown = clinic.manager.api.get(clinic.url(f"/webhooks/{webhook_id}"))
    assert (shown["status"], shown["status_reason"]) == ("disabled", "nothing has arrived there for three days")
    assert {mail.to for mail in sent} == {clinic.manager.email, clinic.admin.email}
    assert f"/c/{clinic.id}/webhooks/{webhook_id}" in sent[0].body
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/test"), expect=409)
    accept_a_document(clinic)
    drain(clinic)
    assert len(deliveries(clinic, webhook_id)) == 1
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/enable"))
    receiver.answer = lambda number: (200, {})
    (made,) = deliveries(clinic, webhook_id)
    clinic.admin.api.post(clinic.url(f"/webhooks/{webhook_id}/deliveries/{made['id']}/replay"), expect=202)
    drain(clinic)
    assert deliveries(clinic, webhook_id)[0]["status"] == "delivered"


def test_a_receiver_that_answers_410_is_called_no_more(clinic, receiver):
    receiver.answer = lambda number: (410, {})
    webhook_id, _ = enter(clinic, receiver.url, "document.accepted")
    accept_a_document(clinic)
    drain(clinic, only="tenants.fan_out_webhooks")
    drain(clinic, only="tenants.deliver_webhook")
    assert clinic.manager.api.get(clinic.url(f"/webhooks/{webhook_id}"))["status"] == "disabled"


def test_holds_are_told_when_they_begin_and_when_they_end(clinic, receiver):
    provider_id, _ = make_provider(clinic)
    _, secret = enter(clinic, receiver.url, "hold.added", "hold.removed")
    case_id = start_case(clinic, provider_id)
    drain(clinic)
    drain(clinic)
    walk(clinic, case_id, make_proof(clinic, provider_id))
    drain(clinic)
    told = [call.opened(secret) for call in receiver.calls]
    assert [(each["type"], each["data"]["enrollment_id"], each["data"]["payer_id"]) for each in told] == [
        ("hold.added", case_id, "aetna"),
        ("hold.removed", case_id, "aetna"),
    ]
    step(clinic, case_id, "revalidation_due", reason="The payer asked for it")
    drain(clinic)
    assert receiver.calls[-1].opened(secret)["type"] == "hold.added"
    assert not any(b"Ortiz" in call.body for call in receiver.calls)


def test_without_an_endpoint_nothing_is_recorded_and_strangers_see_none(clinic, other_clinic, receiver):
    accept_a_document(clinic)
    assert "tenants.fan_out_webhooks" not in drain(clinic)
    webhook_id, _ = enter(clinic, receiver.url, "document.accepted")
    other_clinic.manager.api.get(other_clinic.url(f"/webhooks/{webhook_id}"), expect=404)
    other_clinic.admin.api.post(other_clinic.url(f"/webhooks/{webhook_id}/test"), expect=404)
    clinic.specialist.api.post(clinic.url("/webhooks"), {"url": receiver.url, "events": []}, expect=403)
    body = {"url": receiver.url, "events": ["document.lost"]}
    assert clinic.admin.api.post(clinic.url("/webhooks"), body, expect=422)["errors"][0]["pointer"] == "#/events"
    clinic.admin.api.call("DELETE", clinic.url(f"/webhooks/{webhook_id}"))
    clinic.admin.api.get(clinic.url(f"/webhooks/{webhook_id}"), expect=404)
    with clinic.work() as session:
        assert session.scalars(select(WebhookTry).where(WebhookTry.tenant_id == clinic.id)).all() == []


def test_the_pages_take_an_endpoint_from_entry_to_removal(app, world, clinic, receiver):
    pages = clinic.admin.pages
    assert "No webhooks yet" in pages.get(clinic.page("/webhooks"))
    form = {"url": "http://example.com", "description": "Billing", "events": ["document.accepted", "hold.added"]}
    refused = pages.post(clinic.page("/webhooks"), form, expect=422)
    assert "must begin with https://" in refused
    assert 'value="hold.added" checked' in refused.replace('checked="checked"', "checked")
    made = pages.post(clinic.page("/webhooks"), form | {"url": receiver.url + "?key=hush"})
    assert "whsec_" in made
    (row,) = clinic.admin.api.get(clinic.url("/webhooks"))["items"]
    page = clinic.page(f"/webhooks/{row['id']}")
    assert "whsec_" not in pages.get(page)
    assert not any("hush" in shown for shown in (made, pages.get(page), pages.get(clinic.page("/webhooks"))))
    assert "hush" not in json.dumps(clinic.manager.api.get(clinic.url("/audit")))
    pages.post(page + "/test")
    receiver.answer = lambda number: (500, {})
    drain(clinic)
    (sent,) = deliveries(clinic, row["id"])
    assert "Answered 500." in pages.get(f"{page}/deliveries/{sent['id']}")
    assert "Failed" in pages.get(page + "?show=failed")
    receiver.answer = lambda number: (204, {})
    pages.post(f"{page}/deliveries/{sent['id']}/replay")
    drain(clinic)
    assert "Arrived" in pages.get(page)
    assert "whsec_" in pages.post(page + "/secret", {"overlap_hours": "24"})
    changed = pages.post(page + "/change", {"url": receiver.url, "description": "", "events": ["hold.removed"]})
    assert "hold.removed" in changed
    assert "hold.added" not in changed
    assert "Add webhook" not in clinic.specialist.pages.get(clinic.page("/webhooks"))
    assert "is removed" in pages.post(page + "/delete")
    assert "hold.removed" in world.person("Any Body").pages.get("/api/docs")
    provider_id, _ = make_provider(clinic)
    own = world.join(clinic, world.person("Riley Provider"), Role.PROVIDER, provider_id)
    assert own.pages.get_status(clinic.page("/webhooks")) == 403
