"""How fast the X12 reader is beside a plain split of the same bytes, measured in the same run.

Prints one JSON line per measure: megabytes per second of ours and of the reference, and their ratio.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from integrations.x12 import Remittance, read_835, read_segments

SAMPLE = Path(__file__).parent.parent / "fixtures" / "x12" / "perf__syn_2000_835.edi"
COPIES = 4
ROUNDS = 5


def split_plainly(content: bytes) -> int:
    """Cut at the delimiters and do nothing else: the least that any reader must do."""
    return sum(1 for segment in content.split(b"~") if segment.strip() and segment.split(b"*"))


def count_segments(content: bytes) -> int:
    """Read segments with their positions."""
    return sum(1 for _ in read_segments(io.BytesIO(content)))


def count_claims(content: bytes) -> int:
    """Read whole remittances: amounts, dates, balances, envelope."""
    return sum(len(item.claims) for item in read_835(io.BytesIO(content)) if isinstance(item, Remittance))


def fastest_s(work: Callable[[bytes], int], content: bytes) -> float:
    """Return the best time of several rounds, which disturbs a shared machine's measure least."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work(content)
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Measure and print."""
    content = SAMPLE.read_bytes() * COPIES
    megabytes = len(content) / 1e6
    reference = megabytes / fastest_s(split_plainly, content)
    for name, work in (("x12_segments", count_segments), ("x12_remittances", count_claims)):
        ours = megabytes / fastest_s(work, content)
        line = {
            "bench": name,
            "ours_mb_per_s": round(ours, 2),
            "reference": "bytes.split",
            "reference_mb_per_s": round(reference, 2),
            "ratio": round(ours / reference, 3),
        }
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
