"""Which function performs which topic, and who listens to which event. Filled when the capabilities' `jobs.py` are imported."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.db.loaded import load_models, modules_named

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A declared job: `handler(work, **payload)`, at most `timeout_s` seconds a run and `max_attempts` runs, `max_backoff_s` apart.

    `is_background` is work that nobody watches: it begins when no other work waits.
    """

    topic: str
    handler: Handler
    timeout_s: int
    max_attempts: int
    max_backoff_s: int
    is_background: bool


class GiveUp(Exception):
    """Raised by a job that can never succeed: it goes to the dead-letter list at once, with this message."""


_jobs: dict[str, Job] = {}
_listeners: dict[str, list[str]] = {}
_conditions: dict[str, Callable[[], bool]] = {}


def job(
    topic: str,
    *,
    timeout_s: int = 300,
    max_attempts: int = 12,
    max_backoff_s: int = 6 * 3600,
    is_background: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare the function that performs `topic`. It may run twice, also at the same time; its effect must happen once."""

    def declare(handler: Handler) -> Handler:
        known = _jobs.get(topic)
        if known is not None and known.handler.__qualname__ != handler.__qualname__:
            raise RuntimeError(f"two jobs for topic {topic}")
        _jobs[topic] = Job(topic, handler, timeout_s, max_attempts, max_backoff_s, is_background)
        return handler

    return declare


def on(*events: str) -> Callable[[Handler], Handler]:
    """Subscribe a job to domain events; put it above `@job`. The handler gets `event` and the event's facts."""

    def subscribe(handler: Handler) -> Handler:
        topic = next((known.topic for known in _jobs.values() if known.handler is handler), None)
        if topic is None:
            raise RuntimeError(f"{handler.__qualname__} is not a job: put @on above @job")
        for event in events:
            listen(topic, event)
        return handler

    return subscribe


def listen(topic: str, event: str, *, only_if: Callable[[], bool] | None = None) -> None:
    """Let the job of `topic` hear of `event`; for a listener that does not know its events by itself.

    `only_if` is asked in the publisher's unit of work each time: False, and no work is recorded for this topic.
    """
    listeners = _listeners.setdefault(event, [])
    if topic not in listeners:
        listeners.append(topic)
    if only_if is not None:
        _conditions[topic] = only_if


def find_job(topic: str) -> Job | None:
    """The job of a topic, or None when no such job is declared."""
    return _jobs.get(topic)


def listeners_of(event: str) -> tuple[str, ...]:
    """Topics of the jobs that listen to `event` now."""
    return tuple(topic for topic in _listeners.get(event, ()) if topic not in _conditions or _conditions[topic]())


def all_jobs() -> dict[str, Job]:
    """Every declared job by topic."""
    return dict(_jobs)


def load_jobs() -> None:
    """Import every `models.py` and `jobs.py` of the house, so that tables, topics and subscriptions are known here."""
    load_models()
    for name in modules_named("jobs"):
        if not name.startswith("infra."):
            importlib.import_module(name)
