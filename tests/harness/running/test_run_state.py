"""Tests of repeated runs: `harness.running.run_state`, `harness.running.finished_run`, `harness.running.run_entries`.

Subject too: `harness.cli.why`.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from harness.running.runner import Runner, RunResult
from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition
from tests.factories.runs import make_runner, run_solutions

SOLUTION = '''"""The order of the index, times a number in a file."""
from dataclasses import dataclass
from pathlib import Path
import numpy as np
from harness import ImageSet, Ranking, Retrieval, TrainingData

@dataclass
class Weighted(Retrieval):
    weights: str = "WEIGHTS"
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
    def rank(self, queries: ImageSet) -> Ranking:
        sign = np.load(Path(self.weights).with_name("b.npy"))
        similarity = np.tile(np.arange(len(self.index)) * sign, (len(queries), 1))
        return Ranking.by_similarity(similarity, queries.ids, self.index.ids)
'''


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weighted")
    make_competition(folder / "competition")
    (folder / "weighted.py").write_text(SOLUTION.replace("WEIGHTS", str(folder / "a.npy")))
    np.save(folder / "b.npy", 1)
    return folder


def run(place: Path) -> tuple[Runner, RunResult]:
    runner = make_runner(place / "competition")
    return runner, run_solutions(runner, str(place / "weighted.py"))[0]


def test_a_run_is_repeated_when_a_file_changes_and_found_again_when_it_is_as_before(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(place / "workspace"))
    runner, first = run(place)
    times = (place / "b.npy").stat()
    content = (place / "b.npy").read_bytes()
    np.save(place / "b.npy", -1)
    os.utime(place / "b.npy", ns=(times.st_atime_ns, times.st_mtime_ns))
    said = run_command("why", place / "weighted.py", "--on", place / "competition").stdout
    assert f"would be repeated, because since the finished run (entry #{first.entry.id})" in said
    assert "b.npy changed" in said
    _, second = run(place)
    assert (first.executed, second.executed) == (True, True)
    assert [str(change).rpartition("/")[2] for change in second.changed] == ["b.npy changed"]
    assert second.entry.run_key != first.entry.run_key
    assert second.entry.scores != first.entry.scores
    assert Path(first.entry.submission or "").read_bytes() != Path(second.entry.submission or "").read_bytes()
    (place / "b.npy").write_bytes(content)
    _, third = run(place)
    assert not third.executed
    assert third.entry.id == first.entry.id
    (state,) = json.loads(run_command("why", f"#{first.entry.id}", "--on", place / "competition", "--json").stdout)
    assert (state["state"], state["entry"], state["changes"]) == ("reused", first.entry.id, [])
    state_of_code(place, runner)
    entry_after_a_kill(place, runner, first)


def state_of_code(place: Path, runner: Runner) -> None:
    """A changed code is named by its file."""
    file = place / "weighted.py"
    text = file.read_text()
    file.write_text(f"{text}\n# changed\n")
    said = run_command("why", file, "--on", place / "competition").stdout
    assert "weighted.py changed" in said
    assert "repeated" in said
    file.write_text(text)
    assert "has not been run yet" in run_command("why", "hash", "--on", place / "competition").stdout
    assert "there is no entry #999" in error_of("why", "#999", "--on", place / "competition")


def entry_after_a_kill(place: Path, runner: Runner, first: RunResult) -> None:
    """A run without its entry is entered once, and its entry is not mistaken for that of a repetition."""
    assert len(runner.entries.entries()) == 2
    runner.workspace.database.unlink()
    for _ in range(2):
        _, result = run(place)
        assert not result.executed
        assert result.entry.run_key == first.entry.run_key
    assert len(make_runner(place / "competition").entries.entries()) == 1
