"""`python launch.py FOLDER proxy|account|container|object CONFIG` runs one server of the store in the foreground;
`python launch.py FOLDER rings ACCOUNT_PORT CONTAINER_PORT OBJECT_PORT` writes where the data lie.

The store looks for its node-wide settings in /etc/swift; here they lie in FOLDER.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import swift.common.utils as swift_utils

PARTITION_POWER = 6


def write_rings(folder: Path, ports: dict[str, int]) -> None:
    """One device, one copy: the ring files of a single node."""
    from swift.common.ring import RingBuilder

    for kind, port in ports.items():
        builder = RingBuilder(PARTITION_POWER, 1, 1)
        device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0}
        builder.add_dev(device | {"replication_ip": "127.0.0.1", "replication_port": port, "meta": ""})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


def main(arguments: list[str]) -> None:
    """Runs what the command line names."""
    folder, what, *rest = arguments
    swift_utils.SWIFT_CONF_FILE = f"{folder}/swift.conf"
    if what == "rings":
        names = ("account", "container", "object")
        write_rings(Path(folder), dict(zip(names, map(int, rest), strict=True)))
        return
    server = importlib.import_module(f"swift.{'obj' if what == 'object' else what}.server")
    sys.argv = [f"swift-{what}-server", *rest]
    server.main()


if __name__ == "__main__":
    main(sys.argv[1:])
