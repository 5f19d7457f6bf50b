"""Tests of `harness.running.run_input`, `harness.running.user_code` and `harness.running.failure_reason`.

Also of `harness.sandbox.refused_access`.
"""

import errno
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import Split, own_split
from harness.running.failure_reason import failure_reason
from harness.running.outcome import RunJob
from harness.running.run_input import RunInput, open_input
from harness.running.user_code import code_folder
from harness.sandbox.policy import SandboxPolicy
from tests.factories.competitions import make_competition


def read(split: Split, job: RunJob, folder: Path) -> tuple[SandboxPolicy, RunJob, Split]:
    with open_input(RunInput(job, split, SandboxPolicy(hidden=("/x",))), folder) as descriptor:
        assert not list(folder.glob("*input*"))
        with open(descriptor, "rb", closefd=False) as file:
            file.seek(0)
            policy = SandboxPolicy.from_json(file.readline().decode())
            return policy, *pickle.load(file)


def test_the_worker_gets_the_split_without_the_ground_truth(tmp_path: Path) -> None:
    competition = Competition.open(make_competition(tmp_path / "demo"), tmp_path / "store")
    split = own_split(competition, "retrieval")
    job = RunJob(str(tmp_path / "demo"), str(tmp_path), "hash", "retrieval", None, seed=3)
    policy, same_job, same = read(split, job, tmp_path)
    assert (policy.hidden, same_job, same.ground_truth) == (("/x",), job, None)
    assert same.data.seed == 3
    for one, other in ((split.queries, same.queries), (split.data.train, same.data.train)):
        assert np.array_equal(one.ids, other.ids)
        assert (one.fingerprint, one.source.key) == (other.fingerprint, other.source.key)
        assert not other.ids.flags.writeable
    assert not same.data.labels.flags.writeable


def test_subsets_of_one_table_share_its_images_in_the_worker(tmp_path: Path) -> None:
    competition = Competition.open(make_competition(tmp_path / "demo"), tmp_path / "store")
    pair = competition.train[:2], competition.train[3:]
    first, second = pickle.loads(pickle.dumps(pair))
    assert first.source is second.source
    assert second.ids.tolist() == pair[1].ids.tolist()


def test_the_folder_of_a_plug_in_or_of_a_function_holds_code_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("own_idea.py", "own_network.py"):
        (tmp_path / name).write_text("def make(): ...\n")
    register = tmp_path / "solutions.json"
    assert code_folder("hash(kind='dct')", register) is None
    assert code_folder("own_idea.py(side=8)", register) == tmp_path
    assert code_folder("nearest(backbone='own_network:make')", register) == tmp_path
    assert code_folder("nearest(backbone='timm:resnet18')", register) is None


def test_a_refused_file_is_named_with_what_may_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.sandbox.refused_access.is_restricted", lambda: True)

    def reason(number: int, path: str) -> str:
        with pytest.raises(OSError, match="Errno") as raised:
            raise OSError(number, os.strerror(number), path)
        return failure_reason(raised.value)

    refused = reason(errno.EROFS, str(tmp_path / "new"))
    assert refused.startswith(f"{tmp_path / 'new'}: a solution may write only to ")
    assert "--sandbox off" in refused
    assert "(test_run_input.py, line " in refused
    assert reason(errno.ENOSPC, "/disk/x").startswith("/disk/x: No space left")
    assert failure_reason(SystemExit(3)) == "it called exit(3)"
