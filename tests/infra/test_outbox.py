"""The outbox: the same work once, retries with back-off, dead letters, fences that hold against a late worker, schedules."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from redis import Redis
from rq.job import JobStatus
from sqlalchemy import select, text

from infra import clock
from infra.db import Scope, db, unit_of_work
from infra.jobs.queue import BACKGROUND_NAME, make_queue
from infra.jobs.relay import hand_over, plain_dsn
from infra.jobs.runner import perform
from infra.jobs.safejob import RefusedJob, SafeJob
from infra.jobs.scheduler import ring_due
from infra.jobs.work import LeaseLost, backoff_s, take_lease
from infra.outbox import OutboxRow, ScheduleRow, every, job, later, on, publish
from infra.outbox.registry import GiveUp
from infra.problems import Unavailable
from tests.support.world import drain

calls: list[str] = []


@job("test.note")
def note(work, *, word):
    with work.finish({"word": word}):
        db().execute(
            text("UPDATE app.clinic SET ehr = coalesce(ehr, '') || :w WHERE tenant_id = :t"),
            {"w": word, "t": work.tenant_id},
        )


@job("test.quiet", is_background=True)
def quiet(work):
    with work.finish({}):
        pass


@job("test.fails", max_attempts=3)
def fails(work):
    calls.append(work.key)
    raise Unavailable("the other side is down")


@job("test.gives_up")
def gives_up(work):
    raise GiveUp("it can never work")


@on("test.happened")
@job("test.listener")
def listener(work, *, event, facts):
    calls.append(f"{event}:{facts['n']}")


def row(clinic, job_id) -> OutboxRow:
    with unit_of_work(Scope(tenant_id=clinic.id)) as session:
        return session.get(OutboxRow, (clinic.id, job_id))


def ehr(clinic):
    with clinic.work() as session:
        return session.execute(text("SELECT ehr FROM app.clinic WHERE tenant_id = :t"), {"t": clinic.id}).scalar()


def ask(clinic, topic, payload=None, **options):
    with clinic.work():
        return later(topic, payload, **options)


def test_rolled_back_transaction_asks_for_nothing(clinic):
    asked = []

    def asks_and_fails():
        with clinic.work():
            asked.append(later("test.note", {"word": "x"}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asks_and_fails()
    assert row(clinic, asked[0]) is None


def test_unknown_topic_is_refused_when_it_is_asked_for(clinic):
    with pytest.raises(LookupError), clinic.work():
        later("test.nobody_does_this")


def test_same_work_asked_twice_is_one_row(clinic):
    first = ask(clinic, "test.note", {"word": "a"}, dedupe_key="k")
    assert ask(clinic, "test.note", {"word": "b"}, dedupe_key="k") == first


def test_performed_twice_its_effect_happens_once(clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    assert perform(str(job_id)) == "done"
    assert perform(str(job_id)) == "duplicate"
    assert ehr(clinic) == "x"
    assert row(clinic, job_id).status == "done"
    assert row(clinic, job_id).result == {"word": "x"}


def test_performed_by_many_at_once_its_effect_happens_once(clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    barrier, answers = threading.Barrier(6), []

    def run():
        barrier.wait()
        answers.append(perform(str(job_id)))

    threads = [threading.Thread(target=run) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers).count("done") == 1
    assert ehr(clinic) == "x"


def test_late_worker_cannot_finish_what_another_took_over(clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    slow = take_lease(clinic.id, job_id)
    with clinic.work() as session:
        session.execute(
            text("UPDATE app.outbox SET locked_until = now() - interval '1 second' WHERE id = :i"), {"i": job_id}
        )
    assert perform(str(job_id)) == "done"
    with pytest.raises(LeaseLost), slow.finish():
        db().execute(text("UPDATE app.clinic SET ehr = 'doubled' WHERE tenant_id = :t"), {"t": clinic.id})
    assert ehr(clinic) == "x"


def test_failures_back_off_and_end_on_the_dead_letter_list(clinic):
    calls.clear()
    job_id = ask(clinic, "test.fails")
    for attempt in (1, 2, 3):
        assert perform(str(job_id)) == "failed"
        state = row(clinic, job_id)
        assert state.attempts == attempt and state.last_error == "the other side is down"
        assert (state.dead_at is not None) == (attempt == 3)
        if attempt < 3:
            assert state.next_at > clock.now() + timedelta(seconds=1)
    assert len(set(calls)) == 1, "the key is the same in every run"
    assert perform(str(job_id)) == "duplicate"
    failed = clinic.manager.api.get(clinic.url("/failed-jobs"))["items"]
    assert [item["id"] for item in failed] == [str(job_id)]
    clinic.manager.api.post(clinic.url(f"/failed-jobs/{job_id}/retry"), expect=202)
    assert row(clinic, job_id).status == "queued"


def test_job_that_kills_every_worker_ends_on_the_dead_letter_list(clinic):
    job_id = ask(clinic, "test.fails")
    for _ in range(3):
        assert take_lease(clinic.id, job_id) is not None
        with clinic.work() as session:
            session.execute(
                text("UPDATE app.outbox SET locked_until = now() - interval '1 second' WHERE id = :i"), {"i": job_id}
            )
    assert perform(str(job_id)) == "duplicate"
    state = row(clinic, job_id)
    assert state.dead_at is not None
    assert state.last_error == "The worker died in every try."


def test_job_that_gives_up_is_dead_at_once(clinic):
    job_id = ask(clinic, "test.gives_up")
    assert perform(str(job_id)) == "failed"
    assert row(clinic, job_id).dead_at is not None


@pytest.mark.parametrize(("attempt", "low", "high"), [(1, 1.6, 2.4), (3, 6.4, 9.6), (40, 21600 * 0.8, 21600 * 1.2)])
def test_back_off_doubles_up_to_six_hours(attempt, low, high):
    assert low <= backoff_s(attempt) <= high


def test_event_reaches_each_listener_in_its_own_row(clinic):
    drain(clinic)
    calls.clear()
    with clinic.work():
        publish("test.happened", n=7)
    assert drain(clinic) == ["test.listener"]
    assert calls == ["test.happened:7"]


def hand_over_all(connection, queue):
    """All that is due, also what other tests left behind: the relay takes it in batches. Returns how many."""
    background = make_queue(queue.connection, name=BACKGROUND_NAME)
    return sum(iter(lambda: hand_over(connection, queue, background), 0))


def test_relay_hands_over_and_wiped_redis_loses_nothing(clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    redis = Redis.from_url(os.environ["REDIS_URL"])
    queue = make_queue(redis)
    with psycopg.connect(plain_dsn(os.environ["RELAY_DATABASE_URL"])) as connection:
        assert hand_over_all(connection, queue) >= 1
        assert f"{job_id}_0" in queue.get_job_ids()
        assert hand_over_all(connection, queue) == 0, "handed over once until it is overdue"
        redis.flushdb()
        with clinic.work() as session:
            session.execute(
                text("UPDATE app.outbox SET next_at = now() - interval '1 second' WHERE id = :i"), {"i": job_id}
            )
        hand_over_all(connection, queue)
        assert f"{job_id}_0" in queue.get_job_ids()
    redis.flushdb()


def test_work_that_nobody_waits_for_stands_in_the_queue_behind(clinic):
    watched, quiet = ask(clinic, "test.note", {"word": "x"}), ask(clinic, "test.quiet")
    redis = Redis.from_url(os.environ["REDIS_URL"])
    redis.flushdb()
    queue = make_queue(redis)
    with psycopg.connect(plain_dsn(os.environ["RELAY_DATABASE_URL"])) as connection:
        hand_over_all(connection, queue)
    assert f"{watched}_0" in queue.get_job_ids()
    assert f"{quiet}_0" not in queue.get_job_ids()
    assert f"{quiet}_0" in make_queue(redis, name=BACKGROUND_NAME).get_job_ids()
    redis.flushdb()


def test_job_of_a_worker_that_died_before_its_lease_is_handed_over_again(clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    redis = Redis.from_url(os.environ["REDIS_URL"])
    redis.flushdb()
    queue = make_queue(redis)
    with psycopg.connect(plain_dsn(os.environ["RELAY_DATABASE_URL"])) as connection:
        hand_over_all(connection, queue)
        queue.fetch_job(f"{job_id}_0").set_status(JobStatus.STARTED)
        queue.remove(f"{job_id}_0")
        assert f"{job_id}_0" not in queue.get_job_ids()
        with clinic.work() as session:
            session.execute(
                text("UPDATE app.outbox SET next_at = now() - interval '1 second' WHERE id = :i"), {"i": job_id}
            )
        hand_over_all(connection, queue)
        assert queue.get_job_ids().count(f"{job_id}_0") == 1
    redis.flushdb()


def test_relay_login_sees_no_payload(clinic):
    with (
        psycopg.connect(plain_dsn(os.environ["RELAY_DATABASE_URL"])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT payload FROM app.outbox")


def test_schedule_rings_once_for_each_slot_and_makes_up_a_missed_one(clinic):
    with clinic.work():
        every("test.note", seconds=3600, payload={"word": "s"}, first_at=clock.now() - timedelta(hours=5))
    with psycopg.connect(plain_dsn(os.environ["RELAY_DATABASE_URL"]), autocommit=True) as connection:
        ring_due(connection)
        ring_due(connection)
    with clinic.work() as session:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.tenant_id == clinic.id, OutboxRow.topic == "test.note")
        ).all()
        due = session.scalars(
            select(ScheduleRow.due_at).where(ScheduleRow.topic == "test.note", ScheduleRow.tenant_id == clinic.id)
        ).one()
    assert len(rows) == 1
    assert due > clock.now()


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("os.system", ["true"]),
        ("infra.jobs.runner.perform", ["not-an-id"]),
        ("infra.jobs.runner.perform", []),
        ("builtins.eval", ["1"]),
    ],
)
def test_worker_refuses_every_other_function(app, function, arguments):
    redis = Redis.from_url(os.environ["REDIS_URL"])
    made = SafeJob.create(function, args=arguments, connection=redis, serializer=make_queue(redis).serializer)
    with pytest.raises((RefusedJob, ValueError)):
        made.perform()


def test_worker_refuses_jobs_with_callbacks(clinic):
    redis = Redis.from_url(os.environ["REDIS_URL"])
    queue = make_queue(redis)
    job_id = ask(clinic, "test.note", {"word": "x"})
    made = queue.enqueue_call("infra.jobs.runner.perform", args=(str(job_id),), job_id="planted")
    redis.hset(made.key, "success_callback_name", "os.getcwd")
    fetched = SafeJob.fetch("planted", connection=redis, serializer=queue.serializer)
    with pytest.raises(RefusedJob):
        fetched.perform()
    redis.flushdb()


def test_provider_and_stranger_cannot_see_others_jobs(world, clinic, other_clinic):
    job_id = ask(clinic, "test.note", {"word": "x"})
    assert clinic.manager.api.get(f"/api/v1/jobs/{job_id}")["status"] == "queued"
    other_clinic.manager.api.get(f"/api/v1/jobs/{job_id}", expect=404)
    clinic.manager.api.get(f"/api/v1/jobs/{UUID(int=1)}", expect=404)
