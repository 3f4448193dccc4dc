"""The small servers that stand in for the outside world: mail, the NPI registry, publishers of lists, and an EHR's FHIR endpoint."""

from __future__ import annotations

import importlib.util
import os
import smtplib
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.dev.service import Service
from infra.dev.setup import ROOT
from infra.dev.sources_server import FILES
from infra.dev.state import State
from infra.dev.supervisor import Child


class LocalServer(Service):
    """One of our own modules that serves on a port given by `--port`."""

    module: str

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._port = 0

    def arguments(self) -> Sequence[str]:
        """What the command line says beside the port."""
        return ()

    def prepare(self) -> Sequence[Child]:
        self._port = self.state.port(self.name)
        command = [sys.executable, "-m", self.module, "--port", str(self._port), *self.arguments()]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        return [Child(name=self.name, command=command, ready=self.answers, env=environment, stop_within_s=5)]

    def answers(self) -> bool:
        """Whether the server takes connections."""
        socket.create_connection(("127.0.0.1", self._port), timeout=2).close()
        return True


class Mail(LocalServer):
    """The mail catcher; what was sent lies in the state folder's `mail/`."""

    name = "mail"
    module = "infra.dev.mailcatcher"

    @property
    def folder(self) -> Path:
        """Where the messages lie."""
        return self.state.folder / "mail"

    def arguments(self) -> Sequence[str]:
        return ("--folder", str(self.folder))

    def answers(self) -> bool:
        with smtplib.SMTP("127.0.0.1", self._port, timeout=2) as connection:
            return connection.noop()[0] == 250

    def environment(self) -> Mapping[str, str]:
        return {"SMTP_URL": f"smtp://127.0.0.1:{self._port}", "MAIL_DIR": str(self.folder)}


class Nppes(LocalServer):
    """The local NPI registry."""

    name = "nppes"
    module = "infra.dev.nppes_server"

    def environment(self) -> Mapping[str, str]:
        return {"NPPES_URL": f"http://127.0.0.1:{self._port}/api/", "EGRESS_ALLOW": f"127.0.0.1:{self._port}"}


class Sources(LocalServer):
    """The local publisher of exclusion lists, Medicare's files and licenses."""

    name = "sources"
    module = "infra.dev.sources_server"

    def environment(self) -> Mapping[str, str]:
        return {f"{file.upper()}_URL": f"http://127.0.0.1:{self._port}/{file}.csv" for file in FILES}


class Fhir(LocalServer):
    """The local FHIR server, for trying the EHR connection."""

    name = "fhir"
    module = "infra.dev.fhir_server"

    @classmethod
    def exists(cls) -> bool:
        """Whether this build has it."""
        return importlib.util.find_spec(cls.module) is not None

    def environment(self) -> Mapping[str, str]:
        address = f"127.0.0.1:{self._port}"
        return {"DEMO_FHIR_URL": f"http://{address}/fhir", "EGRESS_ALLOW": address}
