"""Tests of `harness.running.place_fault`."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.running.outcome import Outcome
from harness.running.place_fault import place_fault, table_states
from harness.running.planned_run import PlannedRun
from tests.factories.runs import make_runner

FAILED = Outcome("ValueError: no")
FULL = Outcome("OSError: [Errno 28] No space left on device: '/x'")


@pytest.fixture
def planned(competition_folder: Path, workspace: Path) -> PlannedRun:
    return make_runner(competition_folder).plan(["first_images"])[0]


def test_the_solution_is_to_blame_while_disk_and_competition_are_well(planned: PlannedRun, tmp_path: Path) -> None:
    tables = table_states(Path(planned.job.folder))
    for outcome in (FAILED, Outcome(None), Outcome(None, undecodable=3)):
        assert place_fault(planned, tmp_path, outcome, tables) is None
    assert place_fault(planned, tmp_path, Outcome("it is so", kind="place"), tables) == "it is so"


def test_a_word_of_a_full_disk_is_believed_only_of_a_full_disk(
    planned: PlannedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place_fault(planned, tmp_path, FULL, {}) is None
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    assert place_fault(planned, tmp_path, FAILED, {}) is None
    assert "make room" in (place_fault(planned, tmp_path, FULL, {}) or "")
    assert "cannot be written" in (place_fault(planned, tmp_path / "gone", FAILED, {}) or "")


def test_tables_and_images_that_change_meanwhile_are_named(planned: PlannedRun, tmp_path: Path) -> None:
    folder = Path(planned.job.folder)
    tables = table_states(folder)
    next(folder.rglob("*.jpg")).unlink()
    assert place_fault(planned, tmp_path, Outcome(None), tables) is None
    assert "images changed or went missing" in (
        place_fault(planned, tmp_path, Outcome(None, undecodable=1), tables) or ""
    )
    assert "images changed or went missing" in (place_fault(planned, tmp_path, FAILED, tables) or "")
    assert "test.csv: changed" in (place_fault(planned, tmp_path, FAILED, tables | {"test.csv": (0, 0, 0, 0)}) or "")
    assert replace(FAILED, kind="killed").kind == "killed"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_a_lack_of_memory_is_no_fault_of_the_solution_where_the_shell_limits_it(
    planned: PlannedRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (600 << 20, resource.RLIM_INFINITY))
    assert "600 MB of address space" in (place_fault(planned, tmp_path, Outcome("MemoryError: no"), {}) or "")
    assert place_fault(planned, tmp_path, FAILED, {}) is None
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert place_fault(planned, tmp_path, Outcome("MemoryError: no"), {}) is None
