"""`python launch.py FOLDER serve` runs the four servers of the store in the foreground, as one unit;
`python launch.py FOLDER rings ACCOUNT_PORT CONTAINER_PORT OBJECT_PORT` writes where the data lie.

The store's code is loaded once and then forked, which makes the start four times cheaper than four commands. The store
looks for its node-wide settings in /etc/swift; here they lie in FOLDER.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType, ModuleType

import swift.common.utils as swift_utils

PARTITION_POWER = 6
SERVERS = {"account": "account", "container": "container", "object": "obj", "proxy": "proxy"}
#: loaded before forking, beside the servers themselves: what their configuration names
SHARED = ("s3api.s3api", "crypto", "crypto.keymaster", "versioned_writes", "tempauth", "slo", "dlo", "copy", "bulk")
PR_SET_PDEATHSIG = 1


def write_rings(folder: Path, ports: dict[str, int]) -> None:
    """One device, one copy: the ring files of a single node."""
    from swift.common.ring import RingBuilder

    for kind, port in ports.items():
        builder = RingBuilder(PARTITION_POWER, 1, 1)
        device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0}
        builder.add_dev(device | {"replication_ip": "127.0.0.1", "replication_port": port, "meta": ""})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def serve(folder: str) -> int:
    """Runs all servers until SIGTERM (0) or until one of them ends by itself (1); then none is left."""
    modules = {kind: importlib.import_module(f"swift.{name}.server") for kind, name in SERVERS.items()}
    for name in SHARED:
        importlib.import_module(f"swift.common.middleware.{name}")
    parent = os.getpid()
    children = {_fork(module, f"{folder}/{kind}.conf", kind, parent) for kind, module in modules.items()}

    asked: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        for child in children:
            os.kill(child, signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    gone, _ = os.wait()
    children.discard(gone)
    for child in children:
        os.kill(child, signal.SIGTERM)
    while children:
        children.discard(os.wait()[0])
    return 0 if asked else 1


def _fork(module: ModuleType, config: str, kind: str, parent: int) -> int:
    """One server in a process of its own, which ends when this one does."""
    pid = os.fork()
    if pid:
        return pid
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    sys.argv = [f"swift-{kind}-server", config, "-v"]
    module.main()
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Runs what the command line names."""
    folder, what, *rest = arguments
    swift_utils.SWIFT_CONF_FILE = f"{folder}/swift.conf"
    if what == "rings":
        names = ("account", "container", "object")
        write_rings(Path(folder), dict(zip(names, map(int, rest), strict=True)))
        return
    sys.exit(serve(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
