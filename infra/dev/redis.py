"""The embedded Redis: every write in its append-only file within a second, never evicting, behind a password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis import Redis as Client

from infra.dev import locate
from infra.dev.service import Service
from infra.dev.state import State, write_private
from infra.dev.supervisor import Child


class Redis(Service):
    """Redis (or Valkey) as a foreground child. Database 0 is the queue, database 1 the cache."""

    name = "redis"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._port = 0

    def prepare(self) -> Sequence[Child]:
        data = self.state.folder / "redis"
        data.mkdir(mode=0o700, exist_ok=True)
        self._port = self.state.port("redis")
        settings = {
            "bind": "127.0.0.1",
            "port": str(self._port),
            "dir": str(data),
            "requirepass": self.state.secrets()["redis"],
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "protected-mode": "yes",
        }
        # in a file and not on the command line, where every account of the machine could read the password
        config = self.state.folder / "redis.conf"
        write_private(config, "".join(f"{key} {_quoted(value)}\n" for key, value in settings.items()))
        command = [str(locate.redis_server()), str(config)]
        return [Child(name=self.name, command=command, ready=self._answers)]

    def environment(self) -> Mapping[str, str]:
        return {"REDIS_URL": self._url(0), "CACHE_REDIS_URL": self._url(1)}

    def _url(self, database: int) -> str:
        return f"redis://:{self.state.secrets()['redis']}@127.0.0.1:{self._port}/{database}"

    def _answers(self) -> bool:
        with Client.from_url(self._url(0), socket_timeout=2) as client:
            return bool(client.ping())


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
