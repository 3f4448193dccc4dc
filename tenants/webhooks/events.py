"""The registry of events that may be told outside. Filled when the capabilities' `events.py` are imported."""

from __future__ import annotations

import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from infra.db.loaded import modules_named

FAN_OUT = "tenants.fan_out_webhooks"
TEST_EVENT = "webhook.test"
_NAME = re.compile(r"[a-z][a-z_]*\.[a-z][a-z_]*")
_FIELD = re.compile(r"[a-z][a-z_]*")
_NEVER = re.compile(r"name|email|phone|npi|ssn|birth|number|address|secret|token|url|reason|note|text|title|filename")


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """An event that endpoints can choose: what it means in one sentence, and which facts it carries."""

    name: str
    sentence: str
    fields: tuple[str, ...]

    @property
    def subject(self) -> str:
        """What it is about: the part before the dot."""
        return self.name.split(".")[0]


_declared: dict[str, PublicEvent] = {}


def public_event(name: str, sentence: str, fields: Sequence[str]) -> PublicEvent:
    """Declare that endpoints may be told of `name`; `fields` of its facts leave, all others stay.

    Raises `ValueError` for a name that is taken or no name, and for a field that sounds like more than an id, a date, a count or a
    code.
    """
    if name in _declared or not _NAME.fullmatch(name):
        raise ValueError(f"{name} is declared twice, or is no name of an event")
    wrong = [field for field in fields if not _FIELD.fullmatch(field) or _NEVER.search(field)]
    if wrong:
        raise ValueError(f"{name} must not tell {', '.join(wrong)}")
    _declared[name] = made = PublicEvent(name, sentence, tuple(fields))
    return made


@cache
def _load() -> bool:
    for module in modules_named("events"):
        importlib.import_module(module)
    return True


def all_public_events() -> list[PublicEvent]:
    """Every event that an endpoint can choose, by name."""
    _load()
    return [_declared[name] for name in sorted(_declared)]


def find_public_event(name: str) -> PublicEvent | None:
    """The declared event of this name; None when nobody declared it."""
    _load()
    return _declared.get(name)


public_event(TEST_EVENT, "Somebody asked for a test call. Every endpoint gets it, chosen or not.", ("webhook_id",))
