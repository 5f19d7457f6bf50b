"""Tests of `harness.data.store.describe` with several processes: killed, concurrent and waiting ones."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.factories.competitions import make_competition

SCRIPT = """
import json, sys, time
from pathlib import Path
import numpy as np
from slow_of_test import Slow
from harness.data.competition import Competition

folder, store, ready, out = map(Path, sys.argv[1:])
index = Competition.open(folder, store).index
ready.touch()
while not ready.with_name("go").exists():
    time.sleep(0.005)
np.save(out, index.describe(Slow(), "rows"))
local = index.describe_ragged(Slow(), "local")
out.with_suffix(".json").write_text(json.dumps([rows.tolist() for rows in local]))
"""
SLOW = """
import os, time
from dataclasses import dataclass
import numpy as np
from harness import Extractor

@dataclass(frozen=True)
class Slow(Extractor):
    side: int = 4
    batch = 4

    def describe(self, images):
        if not images.any():
            return self.rows(images)
        time.sleep(float(os.environ.get("PAUSE", "0.02")))
        with open(os.environ["SEEN"], "a") as log:
            log.write(f"{os.getpid()} {len(images)}\\n")
        return self.rows(images)

    def rows(self, images):
        flat = images.reshape(len(images), -1).astype(np.float32)
        return {"rows": flat, "local": [np.tile(row[:2], (1 + int(row[0]) % 3, 1)) for row in flat]}
"""
IMAGES = 120


class Processes:
    """Processes that describe the images of a small competition."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, folder / "seen"
        self.competition = make_competition(folder / "competition", landmarks=4, train=0, index=29, non_landmark=4)
        (folder / "script.py").write_text(SCRIPT)
        (folder / "slow_of_test.py").write_text(SLOW)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, store: str = "store", **environment: str) -> subprocess.Popen[bytes]:
        paths = [self.competition, self.folder / store, self.folder / f"{name}.ready", self.folder / f"{name}.npy"]
        process = subprocess.Popen(
            [sys.executable, self.folder / "script.py", *paths],
            env={**os.environ, "LANDMARK_JOBS": "2", "SEEN": str(self.seen), **environment},
        )
        self.processes.append(process)
        self.wait(lambda: (self.folder / f"{name}.ready").exists())
        return process

    def go(self) -> None:
        (self.folder / "go").touch()

    def wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + 30
        while not until():
            assert time.monotonic() < end, "it takes too long"
            assert not any((process.poll() or 0) > 0 for process in self.processes), "a process failed"
            time.sleep(0.005)

    def count(self) -> dict[int, int]:
        """Return how many images each process has described."""
        found: dict[int, int] = {}
        for line in self.seen.read_text().splitlines() if self.seen.exists() else ():
            process, images = map(int, line.split())
            found[process] = found.get(process, 0) + images
        return found

    def done(self) -> int:
        """Return how many rows the store holds."""
        states = [np.load(path) for path in (self.folder / "store").rglob("row-state.npy")]
        return sum(int((state > 1).sum()) for state in states)

    def result(self, name: str) -> tuple[list[list[float]], list[list[list[float]]]]:
        rows = np.load(self.folder / f"{name}.npy")
        return rows.tolist(), json.loads((self.folder / f"{name}.json").read_text())

    def expected_result(self) -> tuple[list[list[float]], list[list[list[float]]]]:
        """Return what a process alone makes in a store of its own."""
        self.start("alone", "other", PAUSE="0", SEEN=os.devnull).wait(30)
        return self.result("alone")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Processes]:
    stage = Processes(tmp_path)
    yield stage
    for process in stage.processes:
        process.kill()
        process.wait()


def test_after_a_kill_only_missing_rows_are_described(stage: Processes) -> None:
    stage.go()
    killed = stage.start("killed")
    stage.wait(lambda: sum(stage.count().values()) >= IMAGES // 3)
    killed.kill()
    killed.wait()
    kept = stage.done()
    assert IMAGES // 4 < kept < IMAGES, "killed in the middle"
    heir = stage.start("heir")
    assert heir.wait(30) == 0
    assert stage.count()[heir.pid] == IMAGES - kept
    assert stage.result("heir") == stage.expected_result()


def test_two_processes_on_one_set_share_the_work(stage: Processes) -> None:
    one, other = stage.start("one"), stage.start("other")
    stage.go()
    assert (one.wait(30), other.wait(30)) == (0, 0)
    count = stage.count()
    assert sum(count.values()) == IMAGES, "nothing is described twice"
    assert len(count) == 2
    assert stage.result("one") == stage.result("other") == stage.expected_result()


def test_a_waiting_process_computes_the_block_of_a_killed_one(stage: Processes) -> None:
    stage.go()
    stuck = stage.start("stuck", PAUSE="1000")
    stage.wait(lambda: len(list((stage.folder / "store").rglob("block-*"))) == 2)
    waiting = stage.start("waiting")
    stage.wait(lambda: stage.done() == IMAGES - 8)  # all but the blocks of the stuck one
    time.sleep(0.2)
    assert waiting.poll() is None
    stuck.kill()
    stuck.wait()
    assert waiting.wait(30) == 0
    assert stage.result("waiting") == stage.expected_result()
