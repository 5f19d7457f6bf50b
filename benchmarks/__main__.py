"""Run all benchmarks, or the named ones: `python -m benchmarks hamming overhead`. Exit code 1 if a figure is missed."""

import importlib
import pkgutil
import sys

import benchmarks
from benchmarks.table import show


def main() -> None:
    """Print one table per benchmark and exit."""
    available = [
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")
    ]
    names = [f"bench_{name}" for name in sys.argv[1:]] or available
    passed = [show(importlib.import_module(f"benchmarks.{name}")) for name in names]
    sys.exit(not all(passed))


if __name__ == "__main__":
    main()
