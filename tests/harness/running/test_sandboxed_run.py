"""Tests of whole runs in a sandbox; subjects: `harness.running.worker` and `harness.running.job_execution`."""

from pathlib import Path

import pytest

from harness.data.competition import Competition
from harness.data.split import make_folds, save_folds
from harness.running.local_processes import RunLimits
from harness.sandbox.landlock import landlock_version
from harness.workspace import Workspace
from tests.factories.runs import make_runner, run_solutions

THIEF = '''
"""Looks for the labels of its queries, and writes what it finds."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness import ImageSet, Ranking, Retrieval, TrainingData

FOLDER, WORKSPACE = @folder, @workspace


def attempt(*parts: str) -> str:
    try:
        return Path(*parts).read_bytes()[:20].decode()
    except OSError as error:
        return type(error).__name__


@dataclass
class Thief(Retrieval):
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        print(attempt(FOLDER, "train.csv"))
        print("folds", [attempt(path) for path in Path(WORKSPACE, "folds").glob("*.csv")])
        Path(tempfile.mkdtemp(), "note").write_text("x")
        print("secret", os.environ.get("OWN_TOKEN"))

    def rank(self, queries: ImageSet) -> Ranking:
        return Ranking.from_positions(np.zeros((len(queries), 1), int), queries.ids, self.index.ids)
'''


@pytest.mark.skipif(not landlock_version(), reason="the kernel lacks Landlock")
@pytest.mark.usefixtures("workspace")
def test_a_required_sandbox_repeats_a_run_without_one_and_hides_labels_folds_and_passwords(
    competition_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OWN_TOKEN", "4f1c")
    workspace = Workspace.open()
    competition = Competition.open(competition_folder, workspace.descriptors)
    folds = make_folds(competition.train.ids, competition.labels, 2)
    save_folds(workspace.folds_file(competition.key), competition, folds)
    thief = tmp_path / "thief.py"
    code = THIEF.replace("@folder", repr(str(competition_folder))).replace("@workspace", repr(str(workspace.folder)))
    thief.write_text(code.lstrip())
    logs, sandboxes = [], []
    for mode in ("off", "require", "require"):
        runner = make_runner(competition_folder, folds=folds, limits=RunLimits(sandbox=mode))
        result = run_solutions(runner, str(thief))[0]
        logs.append((result.executed, Path(result.entry.log or "").read_text()))
        sandboxes.append(result.entry.sandbox)
    assert [executed for executed, _ in logs] == [True, True, False]
    assert "secret 4f1c" in logs[0][1]
    assert "landmark_id" in logs[0][1]
    assert logs[1][1].split("\n")[:3] == ["PermissionError", "folds ['PermissionError']", "secret None"]
    assert sandboxes[0] == "off"
    assert str(sandboxes[1]).startswith("landlock ")
