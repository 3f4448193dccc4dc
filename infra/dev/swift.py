"""The embedded object store: a single OpenStack Swift node with its S3 API, encrypting what it stores.

Four servers (proxy, account, container, object) in the environment `.venv-s3`, run as one unit. It checks signatures,
expiry, signed lengths and types like the real thing; what it lacks (lock, tags, CORS calls) the product probes for.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.dev import locate
from infra.dev.bucket import ensure_bucket
from infra.dev.errors import StackError
from infra.dev.service import Service
from infra.dev.state import State, write_private
from infra.dev.supervisor import Child

LAUNCH = Path(__file__).with_name("swift_node") / "launch.py"
BACK_ENDS = ("account", "container", "object")

#: what a request passes through, in order, before the part of the proxy that stores
FILTERS = (
    "catch_errors onpanel_cors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo dlo "
    "versioned_writes symlink keymaster encryption"
).split()


class Swift(Service):
    """The store's four servers on four ports of 127.0.0.1; `origins` are the pages that may talk to it."""

    name = "s3"

    def __init__(self, state: State, *, origins: Sequence[str], bucket: str) -> None:
        super().__init__(state)
        self._origins = origins
        self._bucket = bucket
        self._folder = state.folder / "s3"
        self._ports: dict[str, int] = {}

    def prepare(self) -> Sequence[Child]:
        python = locate.swift_python()
        config = self._folder / "config"
        for path in (self._folder, config, self._folder / "devices" / "d1", self._folder / "cache"):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._check_attributes()
        self._ports = {kind: self.state.port(f"s3_{kind}") for kind in ("proxy", *BACK_ENDS)}
        known = self.state.secrets()
        write_private(
            config / "swift.conf",
            f"[swift-hash]\nswift_hash_path_prefix = {known['s3_hash_prefix']}\n"
            f"swift_hash_path_suffix = {known['s3_hash_suffix']}\n",
        )
        for kind in BACK_ENDS:
            write_private(config / f"{kind}.conf", self._back_end(kind))
        write_private(config / "proxy.conf", self._proxy())
        self._write_rings(python, config)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        command = [str(python), "-W", "ignore", str(LAUNCH), str(config), "serve"]
        return [Child(name=self.name, command=command, ready=self._answers, env=environment, stop_within_s=10)]

    def finish(self) -> None:
        made = self._folder / f"bucket-made-{self._bucket}"
        if not made.exists():
            ensure_bucket(self.environment())
            made.touch()

    def environment(self) -> Mapping[str, str]:
        known = self.state.secrets()
        return {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self._ports['proxy']}",
            "S3_BUCKET": self._bucket,
            "S3_ACCESS_KEY_ID": known["s3_access_key"],
            "S3_SECRET_ACCESS_KEY": known["s3_secret_key"],
            "S3_REGION": "us-east-1",
            "EMBEDDED_S3": "swift",
        }

    def _check_attributes(self) -> None:
        """The store keeps what it knows of an object in extended attributes of the file."""
        probe = self._folder / "attribute-probe"
        try:
            probe.touch()
            os.setxattr(probe, "user.onpanel", b"1")
        except OSError as error:
            raise StackError(
                f"The file system of {self._folder} has no extended attributes, which the object store needs. "
                "Set ONPANEL_STATE to a folder on ext4, xfs or btrfs."
            ) from error
        finally:
            probe.unlink(missing_ok=True)

    def _write_rings(self, python: Path, config: Path) -> None:
        ports = [str(self._ports[kind]) for kind in BACK_ENDS]
        note = config / "ring-ports"
        if note.exists() and note.read_text().split() == ports:
            return
        command = [str(python), "-W", "ignore", str(LAUNCH), str(config), "rings", *ports]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if result.returncode:
            detail = (result.stderr.strip().splitlines() or ["no output"])[-1]
            raise StackError(f"The object store's rings cannot be written: {detail}")
        note.write_text(" ".join(ports))

    def _common(self, kind: str) -> str:
        person = pwd.getpwuid(os.geteuid()).pw_name
        settings = {
            "bind_ip": "127.0.0.1",
            "bind_port": self._ports[kind],
            "swift_dir": self._folder / "config",
            "devices": self._folder / "devices",
            "recon_cache_path": self._folder / "cache",
            "mount_check": "false",
            "workers": 0,  # no fork: the process that we watch is the one that serves
            "user": person,
            "log_level": "WARNING",
            "client_timeout": 60,
            "node_timeout": 30,
            "conn_timeout": 5,
        }
        return "[DEFAULT]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())

    def _back_end(self, kind: str) -> str:
        return (
            f"{self._common(kind)}[pipeline:main]\npipeline = healthcheck {kind}-server\n"
            f"[filter:healthcheck]\nuse = egg:swift#healthcheck\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        )

    def _proxy(self) -> str:
        known = self.state.secrets()
        account = known["s3_access_key"].replace(":", "_")
        options: dict[str, dict[str, object]] = {name: {"use": f"egg:swift#{name}"} for name in FILTERS}
        options["onpanel_cors"] = {
            "paste.filter_factory": "cors_filter:filter_factory",
            "origins": ",".join(self._origins),
        }
        options["tempauth"] |= {f"user_{account}": f"{known['s3_secret_key']} .admin"}
        options["s3api"] |= {"location": "us-east-1", "s3_acl": "false"}
        options["versioned_writes"] |= {"allow_object_versioning": "true"}
        options["keymaster"] |= {"encryption_root_secret": known["s3_root_key"]}
        parts = [self._common("proxy"), f"[pipeline:main]\npipeline = {' '.join(FILTERS)} proxy-server\n"]
        parts.append(
            "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\nallow_account_management = true\n"
        )
        for name, values in options.items():
            parts.append(f"[filter:{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items()))
        return "".join(parts)

    def _answers(self) -> bool:
        for port in self._ports.values():
            address = f"http://127.0.0.1:{port}/healthcheck"
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status != 200:
                    return False
        return True
