"""The cache: values that can be made again at any time. A cache that is down costs time, never an answer."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError

from infra.logs import log
from infra.settings import settings


def tenant_key(tenant_id: UUID, *parts: str) -> str:
    """The key of something that belongs to one clinic; it begins with the clinic, so no other can read it by mistake."""
    return ":".join((str(tenant_id), *parts))


def public_key(*parts: str) -> str:
    """The key of something that anybody may know, such as an entry of a public registry: `registry:<npi>`."""
    return ":".join(parts)


@lru_cache(maxsize=1)
def _redis() -> Redis:
    return Redis.from_url(settings().cache_redis_url, socket_timeout=1, socket_connect_timeout=1)


def cached(key: str) -> Any:
    """The value under `key`, or None when there is none or the cache does not answer."""
    try:
        found = _redis().get(key)
    except RedisError as error:
        log().warning("cache does not answer", error=type(error).__name__)
        return None
    return json.loads(found) if isinstance(found, bytes) else None


def keep(key: str, value: Any, *, seconds: int) -> None:
    """Keep a JSON value for so many seconds. A cache that does not answer is no error."""
    try:
        _redis().set(key, json.dumps(value), ex=seconds)
    except RedisError as error:
        log().warning("cache does not answer", error=type(error).__name__)
