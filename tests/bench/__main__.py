"""`python -m tests.bench [name …]` runs every benchmark, or those whose module name holds one of the words."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import tests.bench


def main(words: list[str]) -> int:
    """Run the benchmarks; 0 when all of them ran."""
    names = [module.name for module in pkgutil.iter_modules(tests.bench.__path__) if module.name.startswith("bench_")]
    for name in sorted(names):
        if not words or any(word in name for word in words):
            importlib.import_module(f"tests.bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
