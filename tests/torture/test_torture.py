"""The torture detects each kind of failure: a part or a command with a planted fault, and the line that reports it.

Tests of `tests.torture`, the attacks that `make torture` repeats for an hour.
"""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from harness.errors import DataError
from tests.torture.commands import Finished
from tests.torture.file_events import FileEvents
from tests.torture.fuzzing import FuzzPart, faults_of, message_faults
from tests.torture.hostile_sources import hostile_sources
from tests.torture.kills import compare_files, files_of, lost_results
from tests.torture.lane import run_part
from tests.torture.mutation import mutate
from tests.torture.part import Failure, Fault, PartResult
from tests.torture.planted import PlantedPart
from tests.torture.processes import left_behind
from tests.torture.report import report_lines
from tests.torture.results import compare_results, results_of, temporary_files

NAME = ("hash", "test", "0")
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc and inotify")


def write_database(folder: Path, *rows: tuple[str, str, str]) -> Path:
    """Write a database with entries of an identity, a status and scores; return the folder."""
    with sqlite3.connect(folder / "leaderboard.db") as connection:
        connection.execute("CREATE TABLE entries (id, identity, split, seed, status, scores, submission, reason)")
        values = [
            (number, name, "test", 0, status, scores, "", "why") for number, (name, status, scores) in enumerate(rows)
        ]
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.close()
    return folder


def kinds(faults: Sequence[Fault]) -> list[str]:
    return [fault.kind for fault in faults]


def test_an_exception_a_crash_and_a_hang_are_failures_with_their_seeds_and_the_rest_goes_on(tmp_path: Path) -> None:
    result = run_part(PlantedPart(), tmp_path, seconds=1000, seed=0, tries=6)
    assert [(failure.seed, failure.fault.kind) for failure in result.failures] == [
        (1, "traceback"), (2, "traceback"), (3, "hang"), (4, "truth read"),
    ]  # fmt: skip
    assert result.units == 4  # without the crash and the hang


def test_the_table_names_tries_failures_and_the_command_that_repeats_each() -> None:
    failures = [Failure("fuzz-x", seed, Fault("hang", f"took {seed} s")) for seed in (7, 8)]
    lines = [
        *report_lines(
            [PartResult("fuzz-x", "inputs", 12, failures=failures), PartResult("disk", "disks", skipped="no root")]
        )
    ]
    assert lines[1].split()[:4] == ["fuzz-x", "12", "inputs", "2"]
    assert lines[2].endswith("skipped: no root")
    assert lines[3:5] == ["in all: 12 inputs, 0 disks", "failures: 2 hang"]
    assert lines[5:] == ["hang (2 times): python -m tests.torture --part fuzz-x --seed 7 --tries 1", "    took 7 s"]


@pytest.mark.parametrize(
    ("code", "output", "kind"),
    [
        (0, "fine", []),
        (1, "error: a.csv: is damaged", []),
        (1, "", ["wrong"]),
        (1, "Traceback (most recent call last):\n  x", ["traceback"]),
        (None, "", ["hang"]),
        (-11, "", ["wrong"]),
        (1, "error: \x1b[2J", ["wrong"]),
    ],
)
def test_a_command_must_end_with_a_usual_code_and_a_plain_line(code: int | None, output: str, kind: list[str]) -> None:
    assert kinds(Finished(("run",), code, output, 1.0).faults()) == kind


def test_entries_that_are_missing_changed_repeated_or_failed_are_lost(tmp_path: Path) -> None:
    good = write_database(tmp_path, ("hash", "scored", "{}"))
    expected = results_of(good)
    assert compare_results(good, expected) == []
    assert kinds(compare_results(good, {NAME: ('{"AP": 1}', "x")})) == ["lost"]
    assert kinds(compare_results(good, expected | {("dft", "test", "0"): ("{}", "x")})) == ["lost"]
    assert lost_results(expected, {}) == [Fault("lost", "the entry of hash, test, 0 was there and is lost")]
    for folder, row in (("twice", ("hash", "scored", "{}")), ("failed", ("dft", "failed", "{}"))):
        (tmp_path / folder).mkdir()
        bad = write_database(tmp_path / folder, ("hash", "scored", "{}"), row)
        assert kinds(compare_results(bad, expected)) == ["lost"]


def test_files_that_are_missing_changed_or_left_behind_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a")
    expected = files_of(tmp_path)
    assert compare_files(tmp_path, expected) == []
    (tmp_path / "a.csv").write_text("b")
    (tmp_path / ".a.csv.0123456789abcdef.csv").write_text("")
    assert kinds(compare_files(tmp_path, expected)) == ["lost", "left behind"]
    assert kinds(temporary_files(tmp_path)) == ["left behind"]


@linux
def test_a_process_that_names_the_folder_is_left_behind_and_ended(tmp_path: Path) -> None:
    process = subprocess.Popen(["sleep", "61"], env={"PLACE": str(tmp_path)})
    deadline = time.monotonic() + 20
    while str(tmp_path) not in Path(f"/proc/{process.pid}/environ").read_text() and time.monotonic() < deadline:
        time.sleep(0.01)  # it has not begun yet
    assert left_behind(tmp_path, 0.0) == ["sleep 61 "]
    assert process.wait() == -9
    assert left_behind(tmp_path, 0.0) == []


@linux
def test_changes_of_files_are_counted_also_in_new_folders(tmp_path: Path) -> None:
    fired: list[int] = []
    events = FileEvents(tmp_path, 1, lambda: fired.append(1))
    (tmp_path / "new").mkdir()
    deadline = time.monotonic() + 20
    while not fired and time.monotonic() < deadline:
        time.sleep(0.01)
    (tmp_path / "new" / "file").write_text("x")
    while events.count < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert events.close() >= 3
    assert fired == [1]


def test_a_reader_may_refuse_in_one_plain_line_only() -> None:
    def refuse(message: str) -> None:
        raise DataError(message)

    assert faults_of(lambda: refuse("a.csv, line 3: has no id"), (DataError,)) == []
    assert kinds(faults_of(lambda: refuse("two\nlines"), (DataError,))) == ["wrong"]
    assert kinds(faults_of(lambda: int("x"), (DataError,))) == ["traceback"]
    assert kinds(message_faults("x" * 10_000)) == ["wrong"]


def test_a_seed_gives_the_same_input_again(tmp_path: Path) -> None:
    class Echo(FuzzPart):
        name, samples = "echo", (b"id,images\na,b c\n",)

        def read(self, random: Random) -> list[Fault]:
            return [Fault("wrong", self.path.read_bytes().hex())]

    part = Echo()
    part.prepare(tmp_path)
    first = [part.attempt(seed) for seed in range(20)]
    assert first == [part.attempt(seed) for seed in range(20)]
    assert len({faults[0].text for _, faults in first}) > 15
    assert mutate(Random(1), [b"abc"]) == mutate(Random(1), [b"abc"])


def test_there_are_hostile_solutions_of_many_kinds() -> None:
    sources = hostile_sources(competition="c", truth="t", place="p", root="r", sleep="600")
    assert len(sources) >= 60
    assert sum(name.startswith("read-") for name in sources) >= 44
    for name in ("hang-in_fit", "read-cat", "answer-nan", "daemon"):
        compile(sources[name], name, "exec")
