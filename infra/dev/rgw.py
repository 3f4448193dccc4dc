"""The full-fidelity object store: Debian's Ceph with its S3 gateway (`EMBEDDED_S3=rgw`).

One monitor, one store on a sparse file, one gateway, all on 127.0.0.1. It has what the default store lacks: object
lock, tags, lifecycle and the CORS calls. It needs root and about 400 MB of packages.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Mapping, Sequence

import boto3
from botocore.config import Config

from infra.dev.bucket import ensure_bucket
from infra.dev.debian import RGW_PACKAGES
from infra.dev.errors import StackError
from infra.dev.service import Service
from infra.dev.state import State, write_private
from infra.dev.supervisor import Child, Supervisor

STORE_BYTES = 16 * 1024**3
TOOLS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph")


class Rgw(Service):
    """Ceph's three daemons, started one after the other, since each needs the one before."""

    name = "s3"

    def __init__(self, state: State, *, origins: Sequence[str], bucket: str) -> None:
        super().__init__(state)
        self._origins = origins
        self._bucket = bucket
        self._folder = state.folder / "rgw"
        self._config = self._folder / "ceph.conf"
        self._port = 0
        self._monitor_port = 0

    def prepare(self) -> Sequence[Child]:
        missing = [tool for tool in TOOLS if shutil.which(tool) is None]
        if missing or os.geteuid() != 0:
            raise StackError(
                f"EMBEDDED_S3=rgw needs root and Debian's packages {' '.join(RGW_PACKAGES)}. "
                "Install them, or leave EMBEDDED_S3 away for the default object store."
            )
        # the monitor's address is part of its data, so its port cannot change later
        self._monitor_port = self._fixed_port("monitor")
        self._port = self.state.port("s3_proxy")
        if not (self._folder / "complete").exists():
            self._make_monitor()
        self._write_config(self._fsid())
        return [
            self._child("s3-monitor", ["ceph-mon", "-i", "a"], self._monitor_answers),
            self._child("s3-store", ["ceph-osd", "-i", "0"], self._store_answers),
            self._child(
                "s3-gateway", ["radosgw", "-n", "client.rgw", "--rgw-frontends", self._front_end()], self._answers
            ),
        ]

    def start(self, supervisor: Supervisor) -> None:
        monitor, store, gateway = self.prepare()
        self.running = [child.name for child in (gateway, store, monitor)]
        complete = self._folder / "complete"
        supervisor.start(monitor)
        if not complete.exists():
            store_id = str(uuid.uuid4())
            self._run("ceph", "osd", "new", store_id, "0")
            self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store_id)
        supervisor.start(store)
        if not complete.exists():
            known = self.state.secrets()
            keys = [f"--access-key={known['s3_access_key']}", f"--secret={known['s3_secret_key']}"]
            self._run("radosgw-admin", "user", "create", "--uid=app", "--display-name=Onpanel", *keys)
        supervisor.start(gateway)
        self.finish()
        complete.touch()

    def finish(self) -> None:
        environment = self.environment()
        ensure_bucket(environment)
        client = boto3.client(
            "s3",
            endpoint_url=environment["S3_ENDPOINT_URL"],
            aws_access_key_id=environment["S3_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["S3_SECRET_ACCESS_KEY"],
            region_name=environment["S3_REGION"],
            config=Config(s3={"addressing_style": "path"}),
        )
        rule = {
            "AllowedOrigins": list(self._origins),
            "AllowedMethods": ["GET", "HEAD", "PUT"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "x-amz-version-id"],
            "MaxAgeSeconds": 600,
        }
        client.put_bucket_cors(Bucket=self._bucket, CORSConfiguration={"CORSRules": [rule]})  # type: ignore[list-item]

    def environment(self) -> Mapping[str, str]:
        known = self.state.secrets()
        return {
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "S3_BUCKET": self._bucket,
            "S3_ACCESS_KEY_ID": known["s3_access_key"],
            "S3_SECRET_ACCESS_KEY": known["s3_secret_key"],
            "S3_REGION": "us-east-1",
            "EMBEDDED_S3": "rgw",
        }

    def _front_end(self) -> str:
        return f"beast endpoint=127.0.0.1:{self._port}"

    def _child(self, name: str, command: list[str], ready: Callable[[], bool]) -> Child:
        return Child(
            name=name,
            command=[*command, "--foreground", "--conf", str(self._config)],
            ready=ready,
            env=self._environment(),
            ready_within_s=120,
            stop_within_s=20,
        )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "CEPH_CONF": str(self._config)}

    def _run(self, *command: str, within_s: float = 120) -> str:
        result = subprocess.run(
            command,
            env=self._environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_s,
        )
        if result.returncode:
            detail = (result.stderr.strip().splitlines() or ["no output"])[-1]
            raise StackError(f"{command[0]} failed: {detail}")
        return result.stdout

    def _fixed_port(self, name: str) -> int:
        note = self._folder / f"{name}-port"
        if note.exists():
            return int(note.read_text())
        self._folder.mkdir(mode=0o700, exist_ok=True)
        port = self.state.port(f"rgw_{name}")
        note.write_text(str(port))
        return port

    def _fsid(self) -> str:
        return (self._folder / "fsid").read_text()

    def _make_monitor(self) -> None:
        """Makes the monitor's data; what an interrupted first start left is made anew, since it holds nothing yet."""
        for name in ("mon", "osd", "run"):
            shutil.rmtree(self._folder / name, ignore_errors=True)
            (self._folder / name).mkdir(mode=0o700, parents=True)
        fsid = str(uuid.uuid4())
        (self._folder / "fsid").write_text(fsid)
        self._write_config(fsid)
        where = f"v1:127.0.0.1:{self._monitor_port}"
        plan = str(self._folder / "monmap")
        self._run("monmaptool", "--create", "--clobber", "--addv", "a", where, "--fsid", fsid, plan)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", plan, "--conf", str(self._config))

    def _write_config(self, fsid: str) -> None:
        folder = self._folder
        settings = {
            "fsid": fsid,
            "mon host": f"v1:127.0.0.1:{self._monitor_port}",
            "mon initial members": "a",
            # one machine, loopback only; the gateway checks signatures itself
            "auth cluster required": "none",
            "auth service required": "none",
            "auth client required": "none",
            "public network": "127.0.0.0/8",
            "cluster network": "127.0.0.0/8",
            "ms bind msgr2": "false",
            "osd pool default size": "1",
            "osd pool default min size": "1",
            "osd pool default pg num": "8",
            "osd pool default pg autoscale mode": "off",
            "osd crush chooseleaf type": "0",
            "mon allow pool size one": "true",
            "mon warn on pool no redundancy": "false",
            "mon max pg per osd": "1000",
            "mon data avail warn": "1",
            "mon data avail crit": "1",
            "mon data": str(folder / "mon"),
            "osd data": str(folder / "osd"),
            "osd objectstore": "bluestore",
            "bluestore block size": str(STORE_BYTES),
            "bluestore block create": "true",
            "osd memory target": str(939_524_096),
            "run dir": str(folder / "run"),
            "admin socket": "",
            "pid file": str(folder / "run" / "$name.pid"),
            "log file": str(self.state.logs / "ceph-$name.log"),
            "rgw relaxed s3 bucket names": "false",
            "rgw crypt require ssl": "false",
        }
        write_private(self._config, "[global]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))

    def _monitor_answers(self) -> bool:
        self._run("ceph", "--connect-timeout", "5", "-s", within_s=10)
        return True

    def _store_answers(self) -> bool:
        answer = self._run("ceph", "--connect-timeout", "5", "osd", "stat", "--format", "json", within_s=10)
        return bool(json.loads(answer)["num_up_osds"] == 1)

    def _answers(self) -> bool:
        socket.create_connection(("127.0.0.1", self._port), timeout=2).close()
        return True
