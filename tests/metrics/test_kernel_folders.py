"""Tests of `metrics.kernel_folders`: where compiled kernels are stored."""

import tempfile

import pytest

from metrics import kernel_folders
from metrics.kernel_folders import FALLBACK, LAYER, SHARED


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """No folder but those that a test names."""
    (tmp_path / "file").touch()
    for name in (SHARED, LAYER, FALLBACK, "LANDMARK_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(kernel_folders, "IN_TREE", tmp_path / "file" / "tree")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    kernel_folders.kernel_folders.cache_clear()
    yield
    kernel_folders.kernel_folders.cache_clear()


def test_without_a_writable_folder_nothing_is_stored():
    assert kernel_folders.kernel_folders() == ((), None)
    assert kernel_folders.kernel_environment() == {}


def test_the_installation_comes_first(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_folders, "IN_TREE", tmp_path / "tree")
    monkeypatch.setenv(FALLBACK, str(tmp_path / "workspace"))
    assert kernel_folders.kernel_folders() == ((tmp_path / "tree",), tmp_path / "tree")


@pytest.mark.parametrize("variable", [SHARED, FALLBACK])
def test_a_folder_in_the_environment_is_used_and_handed_on(tmp_path, monkeypatch, variable):
    monkeypatch.setenv(variable, str(tmp_path / "own"))
    assert kernel_folders.kernel_folders() == ((tmp_path / "own",), tmp_path / "own")
    assert kernel_folders.kernel_environment() == {SHARED: str(tmp_path / "own")}


def test_the_cache_of_the_user_comes_before_the_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(FALLBACK, str(tmp_path / "workspace"))
    assert kernel_folders.kernel_folders()[1] == tmp_path / "cache" / "landmark" / "kernels"


def test_a_layer_is_read_last_and_written(tmp_path, monkeypatch):
    shared, layer = tmp_path / "shared", tmp_path / "layer"
    shared.mkdir(0o755)
    monkeypatch.setenv(SHARED, str(shared))
    monkeypatch.setenv(LAYER, str(layer))
    assert kernel_folders.kernel_folders() == ((shared, layer), layer)


def test_a_folder_that_others_can_write_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    monkeypatch.setenv(SHARED, str(tmp_path / "open"))
    assert kernel_folders.kernel_folders() == ((), None)
