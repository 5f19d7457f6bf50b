"""Tests of `harness.running.run_environment`: which variables and which folder for temporary files a run has."""

import os
import socket
from pathlib import Path

import pytest

from harness.running.dependencies.recorder import _temporary_folder
from harness.running.dependencies.variable_reads import can_matter
from harness.running.run_environment import run_environment, temporary_folder


def test_passwords_tokens_and_addresses_of_databases_are_left_out() -> None:
    environment = {
        "PATH": "/bin",
        "HF_TOKEN": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PGPASSWORD": "x",
        "DATABASE_URL": "x",
        "OWN": "postgresql+psycopg://me:secret@host/board",
        "LANDMARK_DB": "sqlite:///board.db",
        "https_proxy": "http://me:secret@proxy:3128",
        "KERAS_BACKEND": "jax",
    }
    variables = run_environment(environment, Path("/t"), None)
    assert set(environment) & set(variables) == {"PATH", "https_proxy", "KERAS_BACKEND"}
    assert variables["TMPDIR"] == variables["JOBLIB_TEMP_FOLDER"] == "/t"


def test_a_plug_in_stores_descriptors_and_kernels_in_a_folder_of_its_own() -> None:
    own = run_environment({}, Path("/t"), Path("/own"))
    assert own["LANDMARK_OWN_STORE"] == "/own"
    assert own["LANDMARK_KERNEL_LAYER"] == "/own/kernels"
    assert "LANDMARK_OWN_STORE" not in run_environment({}, Path("/t"), None)


def test_the_folder_of_temporary_files_is_empty_and_goes_away_with_its_link(tmp_path: Path) -> None:
    run_folder = tmp_path / ("long" * 20)
    (run_folder / "tmp").mkdir(parents=True)
    (run_folder / "tmp" / "left").touch()
    with temporary_folder(run_folder) as folder:
        assert not list(folder.iterdir())
        (folder / "deep" / "er").mkdir(parents=True)
        assert (run_folder / "tmp" / "deep").is_dir()
        assert len(os.fsencode(folder)) < 80
        with socket.socket(socket.AF_UNIX) as own:  # multiprocessing makes sockets there
            own.bind(str(folder / "a-socket-with-a-long-name"))
    assert not folder.is_symlink()
    assert not (run_folder / "tmp").exists()


def test_a_link_that_a_killed_command_has_left_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.running.run_environment.gettempdir", lambda: str(tmp_path))
    (tmp_path / "landmark-run-0").symlink_to(tmp_path / "gone")
    run_folder = tmp_path / ("long" * 20)
    run_folder.mkdir()
    with temporary_folder(run_folder) as folder:
        assert [each.name for each in tmp_path.glob("landmark-run-*")] == [folder.name]


def test_temporary_files_of_a_run_are_no_inputs_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folder = tmp_path / ("long" * 20)
    run_folder.mkdir()
    with temporary_folder(run_folder) as folder:
        monkeypatch.setenv("TMPDIR", str(folder))
        assert _temporary_folder(run_folder) == (f"{folder}/",)
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        assert _temporary_folder(run_folder) == ()
    assert not can_matter("JOBLIB_TEMP_FOLDER")
    assert not can_matter("LANDMARK_OWN_STORE")
