"""The embedded services as one object: `up.py` runs the product on it, the tests run against it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Self

from infra.dev import locate
from infra.dev.clamd import Clamd
from infra.dev.errors import StackError
from infra.dev.local_servers import Fhir, Mail, Nppes, Sources
from infra.dev.postgres import Postgres
from infra.dev.redis import Redis
from infra.dev.rgw import Rgw
from infra.dev.service import Service
from infra.dev.state import State
from infra.dev.supervisor import Supervisor, stop_leftovers
from infra.dev.swift import Swift

#: in the order in which they are stopped; they start all at once
ALL = ("mail", "nppes", "sources", "fhir", "s3", "clamd", "redis", "postgres")


class Stack:
    """Starts and stops embedded services over one state folder.

    `services` names those to start, of `ALL`; a service that this machine cannot run and that the product can do
    without (`clamd`, `fhir`) is left out and named in `left_out`. `web_ports` are the ports at which pages will be
    served: the object store lets only those origins in, and the further `origins`. Without any, one port is chosen.
    `durable=False` trades safety
    against a power failure for speed, for tests.

    After `start()`: `env` has every variable that the product needs, `admin_dsn` is PostgreSQL's administrator. The
    roles and the database are made too when PostgreSQL is among the services; tables are left to `infra.db.migrate`.
    """

    def __init__(
        self,
        state_dir: Path | str,
        *,
        services: Collection[str] = ALL,
        web_ports: Sequence[int] = (),
        origins: Sequence[str] = (),
        bucket: str = "onpanel",
        durable: bool = True,
        object_store: str = "swift",
        subreaper: bool = False,
    ) -> None:
        unknown = set(services) - set(ALL)
        if unknown:
            raise StackError(f"Unknown services: {', '.join(sorted(unknown))}. Known are {', '.join(ALL)}.")
        if object_store not in {"swift", "rgw"}:
            raise StackError(f"EMBEDDED_S3 is {object_store!r}; it can be swift or rgw.")
        self.state = State(Path(state_dir))
        self.env: dict[str, str] = {}
        self.left_out: list[str] = []
        self._services: dict[str, Service] = {}
        self._wanted = set(services)
        self._web_ports = tuple(web_ports)
        self._origins = tuple(origins)
        self._bucket = bucket
        self._durable = durable
        self._object_store = object_store
        self._subreaper = subreaper
        self._supervisor: Supervisor | None = None

    # ---- life

    def start(self) -> Self:
        """Starts everything and waits until it answers. On failure all is stopped again and StackError says why."""
        self.state.lock()
        try:
            self.state.secrets()  # before any service makes data that need them
            stop_leftovers(self.state.folder / "run")
            self._make_services()
            supervisor = Supervisor(
                run_folder=self.state.folder / "run", log_folder=self.state.logs, subreaper=self._subreaper
            )
            self._supervisor = supervisor
            with ThreadPoolExecutor(max_workers=len(ALL)) as pool:
                waiting = [pool.submit(service.start, supervisor) for service in self._services.values()]
                try:
                    for future in as_completed(waiting):
                        future.result()
                except BaseException:
                    supervisor.interrupt()  # the others need not be waited for
                    raise
        except BaseException:
            self.stop()
            raise
        self.env = self._environment()
        return self

    def stop(self) -> None:
        """Stops every service in order; data stay. Safe to call twice."""
        if self._supervisor is not None:
            for name in ALL:
                if name in self._services:
                    self._supervisor.stop(self._services[name].running)
            self._supervisor.close()
            self._supervisor = None
        self.state.unlock()

    def remove(self) -> None:
        """Stops and deletes all data. For tests."""
        self.stop()
        self.state.remove()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_failure: object) -> None:
        self.stop()

    # ---- what callers ask

    @property
    def supervisor(self) -> Supervisor:
        """What watches the processes; the product's own are added to it. Only while started."""
        if self._supervisor is None:
            raise StackError("The stack is not started.")
        return self._supervisor

    @property
    def admin_dsn(self) -> str:
        """PostgreSQL's administrator, connected to the database `postgres`."""
        service = self._services.get("postgres")
        if not isinstance(service, Postgres):
            raise StackError("This stack has no PostgreSQL of its own.")
        return service.admin_dsn

    def children_of(self, service: str) -> list[str]:
        """The names of a service's processes, as the supervisor knows them."""
        return list(self._services[service].running)

    def kill(self, service: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Ends a service's processes as a fault would; they come back by themselves, `wait_ready` waits for that."""
        for name in self.children_of(service):
            self.supervisor.kill(name, number)

    def wait_ready(self, service: str, *, within_s: float = 30.0) -> None:
        """Waits until a service answers (again)."""
        for name in self.children_of(service):
            self.supervisor.wait_ready(name, within_s=within_s)

    # ---- making

    def _make_services(self) -> None:
        ports = self._web_ports or (self.state.port("web"),)
        self._web_ports = tuple(ports)
        origins = [*self._origins]
        origins += [f"http://{host}:{port}" for port in ports for host in ("127.0.0.1", "localhost")]
        made: list[Service] = []
        for name in ALL:
            if name not in self._wanted:
                continue
            absent = {"clamd": locate.clamd() is None, "fhir": not Fhir.exists()}
            if absent.get(name, False):
                self.left_out.append(name)
                continue
            made.append(self._make(name, origins))
        self._services = {service.name: service for service in made}

    def _make(self, name: str, origins: Sequence[str]) -> Service:
        plain: dict[str, Callable[[State], Service]] = {
            "redis": Redis,
            "clamd": Clamd,
            "mail": Mail,
            "nppes": Nppes,
            "sources": Sources,
            "fhir": Fhir,
        }
        if name == "postgres":
            return Postgres(self.state, durable=self._durable)
        if name == "s3":
            return (Rgw if self._object_store == "rgw" else Swift)(self.state, origins=origins, bucket=self._bucket)
        return plain[name](self.state)

    def _environment(self) -> dict[str, str]:
        known = self.state.secrets()
        port = self._web_ports[0]
        env = {
            "ONPANEL_ENV": "embedded",
            "ONPANEL_STATE": str(self.state.folder),
            "ONPANEL_PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": known["secret_key"],
            "FIELD_KEY": known["field_key"],
            "MAIL_FROM": "Onpanel <no-reply@onpanel.test>",
            "CLAMD_URL": "",
        }
        allowed: list[str] = []
        for service in self._services.values():
            found = dict(service.environment())
            allowed += filter(None, [found.pop("EGRESS_ALLOW", "")])
            env |= found
        env["EGRESS_ALLOW"] = ",".join(allowed)
        return env
