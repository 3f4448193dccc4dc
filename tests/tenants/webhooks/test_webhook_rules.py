"""What may leave, what an answer means, when to try again and when to stop, by value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tenants.webhooks.events import all_public_events, public_event
from tenants.webhooks.rules import (
    MAX_ATTEMPTS,
    RETRY_AFTER_S,
    is_persistent,
    judge,
    live_secrets,
    next_try_in_s,
    public_facts,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("outcome", "statuses"),
    [("delivered", (200, 204, 299)), ("failed", (301, 307, 400, 404, 429, 500, None)), ("gone", (410,))],
)
def test_what_an_answer_means(outcome, statuses):
    assert {judge(status, "It did not answer.").outcome for status in statuses} == {outcome}


def test_ten_tries_over_three_days_and_no_eleventh():
    waits = [next_try_in_s(failed) for failed in range(1, MAX_ATTEMPTS + 1)]
    assert waits == [*RETRY_AFTER_S, None]
    assert MAX_ATTEMPTS == 10
    assert timedelta(days=3) < timedelta(seconds=sum(RETRY_AFTER_S)) < timedelta(days=4)


def test_the_receiver_can_put_off_but_not_hurry():
    assert next_try_in_s(1, retry_after_s=120) == 120
    assert next_try_in_s(2, retry_after_s=1) == 300
    assert next_try_in_s(1, retry_after_s=10**9) == 24 * 3600
    assert next_try_in_s(2, jitter=1.0) == 360


def test_an_endpoint_fails_for_good_after_three_days_and_a_given_up_delivery():
    assert is_persistent(NOW - timedelta(days=3), NOW, gave_up=True)
    assert not is_persistent(NOW - timedelta(days=3), NOW, gave_up=False)
    assert not is_persistent(NOW - timedelta(days=2), NOW, gave_up=True)
    assert not is_persistent(None, NOW, gave_up=True)


def test_only_declared_fields_in_the_form_of_ids_dates_counts_and_codes_leave():
    row = str(uuid4())
    facts = {
        "provider_id": row,
        "payer_id": "oh_medicaid_ffs",
        "on": "2026-11-24",
        "at": "2026-11-24T10:00:00+00:00",
        "days_before": 30,
        "fields": ["license_number", "email"],
        "task_id": None,
        "kind": "Ana Ruiz, 123-45-6789",
        "state": "OH",
        "secret": "whsec_x",
    }
    declared = [name for name in facts if name != "secret"]
    assert public_facts(declared, facts) == {k: v for k, v in facts.items() if k not in {"kind", "secret"}}
    assert public_facts(["enrollment_ids"], {"enrollment_ids": [row] * 500})["enrollment_ids"] == [row] * 200
    assert public_facts(["provider_ids"], {"provider_ids": ["not an id at all", row]}) == {}


def test_a_field_that_sounds_like_a_person_cannot_be_declared():
    for wrong in ("last_name", "npi", "email", "license_number", "reason"):
        with pytest.raises(ValueError, match="must not tell"):
            public_event("test.event", "Nothing.", (wrong,))
    names = [event.name for event in all_public_events()]
    assert {"hold.added", "hold.removed", "document.accepted", "enrollment.loaded", "provider.changed"} <= set(names)


def test_both_secrets_sign_while_a_rotation_overlaps():
    assert live_secrets("new", "old", NOW + timedelta(hours=1), NOW) == ["new", "old"]
    assert live_secrets("new", "old", NOW, NOW) == ["new"]
    assert live_secrets("new", None, None, NOW) == ["new"]
