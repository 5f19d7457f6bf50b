"""Tests of `metrics.kernel_cache`: compiled kernels on disk."""

import importlib.util
import os
from pathlib import Path

import pytest

pytest.importorskip("numba")

from metrics import kernel_cache, kernel_folders
from metrics.jit import COMPILED, kernel

pytestmark = pytest.mark.skipif(not COMPILED, reason="kernels are not compiled")


def triple(x):
    return 3 * x


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(kernel_folders.SHARED, str(tmp_path / "kernels"))
    monkeypatch.setattr(kernel_folders, "IN_TREE", tmp_path / "nowhere")
    kernel_folders.kernel_folders.cache_clear()
    yield tmp_path / "kernels"
    kernel_folders.kernel_folders.cache_clear()


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The file of the compiled kernel `triple` for integers."""
    folder = tmp_path_factory.mktemp("kernels")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(kernel_folders.SHARED, str(folder))
        patch.setattr(kernel_folders, "IN_TREE", folder / "nowhere")
        kernel_folders.kernel_folders.cache_clear()
        assert kernel(triple)(7) == 21
        kernel_folders.kernel_folders.cache_clear()
    (file,) = folder.glob("triple-*.kernel")
    return file


def test_a_stored_kernel_is_loaded_and_not_compiled(folder, stored):
    folder.mkdir()
    (folder / stored.name).write_bytes(stored.read_bytes())
    loaded = kernel(triple)
    assert loaded(7) == 21
    assert sum(loaded.stats.cache_hits.values()) == 1


DAMAGES = {
    "flipped": lambda file, content: file.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:]),
    "cut": lambda file, content: file.write_bytes(content[:-9]),
    "empty": lambda file, content: file.write_bytes(b""),
    "a folder": lambda file, content: file.mkdir(),
    "a pipe": lambda file, content: os.mkfifo(file),
    "a link to itself": lambda file, content: file.symlink_to(file),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_not_read(damage, tmp_path, stored):
    file = tmp_path / stored.name
    DAMAGES[damage](file, stored.read_bytes())
    assert kernel_cache._read(file) is None


def test_a_damaged_file_is_written_again(folder, stored):
    folder.mkdir()
    (folder / stored.name).write_bytes(b"damaged")
    assert kernel(triple)(7) == 21
    assert (folder / stored.name).stat().st_size > 1000


def test_a_folder_that_cannot_be_written_does_no_harm(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(kernel_folders.SHARED, str(tmp_path / "file"))
    monkeypatch.setattr(kernel_folders, "IN_TREE", tmp_path / "nowhere")
    kernel_folders.kernel_folders.cache_clear()
    assert kernel(triple)(7) == 21
    assert kernel_folders.kernel_folders() == ((), None)
    kernel_folders.kernel_folders.cache_clear()


def test_only_the_newest_files_of_a_kernel_stay(tmp_path):
    for number in range(7):
        kernel_cache._write(tmp_path / f"f-1234-{number}.kernel", b"x")
        os.utime(tmp_path / f"f-1234-{number}.kernel", (number, number))
    kernel_cache._remove_older(tmp_path, "f-1234-6.kernel")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"f-1234-{number}.kernel" for number in (3, 4, 5, 6)]


def load(path: Path, name: str, helper: str, constant: int):
    """Import a module with a kernel that calls a helper and reads a constant of another module."""
    (path / f"{name}_helper.py").write_text(f"FACTOR = {constant}\ndef help(x):\n    return {helper}\n")
    (path / f"{name}.py").write_text(
        f"from {name}_helper import FACTOR, help\ndef run(x):\n    return FACTOR * help(x)\n"
    )
    spec = importlib.util.spec_from_file_location(name, path / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.run


@pytest.mark.parametrize(("helper", "constant"), [("x + 1", 2), ("x", 3)])
def test_the_digest_covers_helpers_and_constants_of_other_modules(tmp_path, monkeypatch, helper, constant):
    monkeypatch.syspath_prepend(str(tmp_path))
    kernel_cache._file_digest.cache_clear()
    before = kernel_cache.code_digest(load(tmp_path, "first_code", "x", 2))
    monkeypatch.delitem(__import__("sys").modules, "first_code_helper")
    importlib.invalidate_caches()
    kernel_cache._file_digest.cache_clear()
    (tmp_path / "__pycache__").exists() and [each.unlink() for each in (tmp_path / "__pycache__").iterdir()]
    assert kernel_cache.code_digest(load(tmp_path, "first_code", helper, constant)) != before
