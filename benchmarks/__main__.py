"""Run every benchmark, or those named: `python -m benchmarks hamming overhead`. Exit code 1 if a figure is not met."""

import importlib
import pkgutil
import sys

import benchmarks
from benchmarks.table import show


def main() -> None:
    """Print a table for each benchmark."""
    known = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    wanted = [f"bench_{name}" for name in sys.argv[1:]] or known
    met = [show(importlib.import_module(f"benchmarks.{name}")) for name in wanted]
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
