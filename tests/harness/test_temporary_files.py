"""Tests of `harness.temporary_files`, `harness.open_processes` and `harness.shared_memory`: cleaning up after kills."""

import os
import subprocess
import sys
import time
import warnings

import pytest

from harness import open_processes, temporary_files
from harness.shared_memory import ignore_missing_shared_memory, remove_shared_memory
from harness.temporary_files import remove_abandoned, remove_all_abandoned, temporary_folder, temporary_sibling

OWN = temporary_sibling


def of_dead(path):
    """Return a temporary name of a process that started at another time than any does now."""
    process = str(os.getpid())
    name = OWN(path).name
    started = str(temporary_files._start_time(os.getpid()))
    return path.with_name(name.replace(f"-{process}-{started}-", f"-{process}-1-"))


def test_files_of_living_processes_stay_and_those_of_dead_ones_go(tmp_path):
    for path in (
        OWN(tmp_path / "a.npz"),
        of_dead(tmp_path / "a.npz"),
        tmp_path / "a.npz",
        tmp_path / ".b.0123abcd.csv",
    ):
        path.touch()
    of_dead(tmp_path / "folder").mkdir()
    (of_dead(tmp_path / "folder2")).mkdir()
    remove_abandoned(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3
    assert {"a.npz", ".b.0123abcd.csv"} < set(names)


def test_with_a_name_only_files_beside_that_one_are_removed(tmp_path):
    for name in ("b.csv", "b.csv.json", "b.csvx", "c.csv"):
        of_dead(tmp_path / name).touch()
    remove_abandoned(tmp_path, "b.csv")
    assert sorted(path.name.split(".")[1] + path.name.split(".")[2] for path in tmp_path.iterdir()) == ["bcsvx", "ccsv"]


@pytest.mark.parametrize(("age_s", "stays"), [(3600, True), (2 * 24 * 3600, False)])
def test_files_of_another_machine_go_when_they_are_old(tmp_path, monkeypatch, age_s, stays):
    path = OWN(tmp_path / "a.npz")
    path.touch()
    os.utime(path, (time.time() - age_s,) * 2)
    monkeypatch.setattr(temporary_files, "_machine", lambda: "00000000")
    remove_all_abandoned(tmp_path)
    assert path.exists() == stays


def test_folders_below_are_cleaned_too(tmp_path):
    (tmp_path / "runs" / "deep").mkdir(parents=True)
    of_dead(tmp_path / "runs" / "deep" / "answer.npz").touch()
    remove_all_abandoned(tmp_path)
    assert not list((tmp_path / "runs" / "deep").iterdir())


def test_a_folder_that_cannot_be_listed_is_no_error(tmp_path):
    remove_abandoned(tmp_path / "missing")
    (tmp_path / "file").touch()
    remove_all_abandoned(tmp_path / "file")


def test_a_temporary_folder_goes_at_the_end_and_that_of_a_dead_process_before(tmp_path, monkeypatch):
    monkeypatch.setattr(temporary_files.tempfile, "tempdir", str(tmp_path))
    of_dead(tmp_path / "landmark").mkdir()
    with temporary_folder() as folder:
        assert list(tmp_path.iterdir()) == [folder]
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_a_workspace_is_cleaned_after_a_kill(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from harness.open_processes import enter_workspace;"
        "from harness.temporary_files import temporary_sibling; folder = Path(sys.argv[1]);"
        "enter_workspace(folder); (folder / 'runs').mkdir(); temporary_sibling(folder / 'runs' / 'a.npz').touch();"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert list((tmp_path / "runs").iterdir())
    open_processes.enter_workspace(tmp_path)
    assert not list((tmp_path / "runs").iterdir())
    (own,) = (tmp_path / ".processes").iterdir()
    open_processes._leave(own, os.getpid())
    assert not own.exists()


def test_only_shared_memory_of_the_process_is_removed(tmp_path):
    for name in ("joblib_memmapping_folder_7_a_b", "sem.loky-7-abc", "sem.loky-77-abc", "other-7-x"):
        (tmp_path / name).touch()
    (tmp_path / "sem.loky-7-old").touch()
    os.utime(tmp_path / "sem.loky-7-old", (1, 1))
    remove_shared_memory(7, time.time() - 60, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other-7-x", "sem.loky-7-old", "sem.loky-77-abc"]


def test_joblib_says_nothing_where_there_is_no_shared_memory() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ignore_missing_shared_memory()
        warnings.warn("[Errno 30] Read-only file system.  joblib will operate in serial mode", stacklevel=1)
        warnings.warn("another", stacklevel=1)
    assert [str(each.message) for each in caught] == ["another"]
