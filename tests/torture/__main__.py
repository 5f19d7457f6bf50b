"""`python -m tests.torture --minutes 60 [--seed N] [--part NAME …] [--tries N] [--jobs N]`."""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from tests.torture.lane import run_part, set_up_server
from tests.torture.part import Part, PartResult
from tests.torture.report import report_lines

_OWN_MOUNTS = "LANDMARK_TORTURE_MOUNTS"


def main() -> int:
    """Run the parts and print the table; return 1 if any try failed."""
    options = _parse()
    _enter_own_mounts()
    parts = _choose(options.part, short=options.short)
    if options.list:
        sys.stdout.writelines(f"{part.name}\n" for part in parts)
        return 0
    set_up_server()
    with tempfile.TemporaryDirectory(prefix="torture-", dir=options.folder, ignore_cleanup_errors=True) as folder:
        results = _run_all(parts, Path(folder), options)
    sys.stdout.writelines(f"{line}\n" for line in report_lines(results))
    return int(any(result.failures for result in results))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long, all parts together")
    parser.add_argument("--seed", type=int, default=0, help="the first seed of each part")
    parser.add_argument("--part", action="append", default=[], help="only parts whose name starts so; may be repeated")
    parser.add_argument("--short", action="store_true", help="only parts that need little preparation")
    parser.add_argument("--tries", type=int, help="so many tries of each part")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="parts at once")
    parser.add_argument("--folder", help="where the temporary folder is made")
    parser.add_argument("--list", action="store_true", help="list the parts")
    return parser.parse_args()


def _enter_own_mounts() -> None:
    """Start again with mounts of its own, where root can: small disks and an own /dev/shm stay within."""
    if os.environ.get(_OWN_MOUNTS) or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
        os.environ[_OWN_MOUNTS] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, "-m", "tests.torture", *sys.argv[1:]])


def _choose(names: Sequence[str], *, short: bool) -> list[Part]:
    from tests.torture.parts import all_parts

    parts = [part for part in all_parts() if part.is_short or not short]
    parts = [part for part in parts if not names or part.name.startswith(tuple(names))]
    if not parts:
        sys.exit(f"no part is named {', '.join(names)}; see --list")
    return parts


def _run_all(parts: Sequence[Part], folder: Path, options: argparse.Namespace) -> list[PartResult]:
    """Run the parts, several at once; each gets its share of the time."""
    total = sum(part.share for part in parts)
    jobs = min(options.jobs, len(parts))
    waiting: SimpleQueue[tuple[Part, float]] = SimpleQueue()
    for part in sorted(parts, key=lambda part: -part.share):
        waiting.put((part, 1e9 if options.tries else options.minutes * 60 * jobs * part.share / total))
    results: list[PartResult] = []
    threads = [threading.Thread(target=_lane, args=(waiting, folder, options, results)) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results, key=lambda result: [part.name for part in parts].index(result.part))


def _lane(
    waiting: "SimpleQueue[tuple[Part, float]]", folder: Path, options: argparse.Namespace, results: list[PartResult]
) -> None:
    while True:
        try:
            part, seconds = waiting.get_nowait()
        except Empty:
            return
        result = run_part(part, folder, seconds, options.seed, options.tries)
        results.append(result)
        failures = f", {len(result.failures)} failures" if result.failures else ""
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {part.name}: {result.units} {part.unit}{failures}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
