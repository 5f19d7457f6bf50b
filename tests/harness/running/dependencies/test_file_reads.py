"""Tests of `harness.running.dependencies.file_reads`, `module_lookups` and `variable_reads` of the same package.

Subjects: `harness.running.dependencies.callers`, `harness.running.dependencies.c_functions`,
`harness.running.dependencies.module_lookups` and `harness.running.dependencies.variable_reads`.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.running.dependencies.file_reads import FileReads, file_stat, names_digest, native_files
from harness.running.dependencies.module_lookups import ModuleLookups, imported_files, top_level_files
from harness.running.dependencies.variable_reads import VariableReads, can_matter, native_variables


def test_reading_in_any_mode_is_noted_and_writing_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("read", "both", "appended", "mapped.npy", "moved"):
        Path(name).write_bytes(b"text")
    np.save("mapped.npy", np.zeros(3))
    monkeypatch.setattr(os, "stat", os.stat)
    reads = FileReads(ignored=(str(tmp_path / "store"),))
    reads.start()
    for name, mode in (("read", "r"), ("both", "r+"), ("appended", "a+"), ("new", "w"), ("created", "x")):
        Path(name).open(mode).close()
    np.load("mapped.npy", mmap_mode="r+")
    Path("new").read_text()
    os.rename("moved", "renamed")
    Path("renamed").read_text()
    with pytest.raises(FileNotFoundError):
        Path("missing").read_text()
    with pytest.raises(FileNotFoundError):
        (tmp_path / "store").read_text()
    assert not Path("optional").exists()
    assert Path(tmp_path).is_dir()
    noted = {name: stat for name, stat in reads.files.items() if not name.startswith("/")}
    assert noted.keys() == {"read", "both", "appended", "mapped.npy", "missing", "optional"}
    assert noted["read"] == file_stat("read")
    assert noted["missing"] is None


def test_a_function_of_c_that_opens_files_makes_the_reads_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "stat", os.stat)
    reads = FileReads()
    reads.start()
    library = ctypes.CDLL(None)
    assert library.getpid() == os.getpid()
    assert not reads.unseen
    assert library.open(b"/no/such/file", os.O_RDONLY) == -1
    assert reads.unseen


def test_listed_folders_are_noted_but_not_those_of_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "stat", os.stat)
    reads = FileReads()
    reads.start()
    (tmp_path / "packages").mkdir()
    monkeypatch.syspath_prepend(tmp_path / "packages")
    with pytest.raises(ImportError):
        __import__("no_such_module")
    list(Path(tmp_path).glob("*.npy"))
    assert str(tmp_path) in reads.folders
    assert str(tmp_path / "packages") not in reads.folders
    before = names_digest(str(tmp_path))
    (tmp_path / "a").touch()
    assert names_digest(str(tmp_path)) != before
    assert names_digest(str(tmp_path / "missing")) == ""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
def test_open_and_mapped_files_are_found(tmp_path: Path) -> None:
    np.save(tmp_path / "a b.npy", np.zeros(3))
    array = np.load(tmp_path / "a b.npy", mmap_mode="r")
    (tmp_path / "open").touch()
    with (tmp_path / "written").open("w"), (tmp_path / "open").open():
        assert str(tmp_path / "written") not in native_files()
        assert {str(tmp_path / "a b.npy"), str(tmp_path / "open")} <= native_files()
    assert len(array) == 3


def test_modules_that_are_looked_up_in_vain_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.util import find_spec

    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    lookups = ModuleLookups()
    lookups.start()
    find_spec("no_such_module")
    with pytest.raises(ImportError):
        import numpy.no_such_module  # noqa: F401
    assert lookups.absent.keys() >= {"no_such_module", "numpy.no_such_module"}
    assert lookups.absent["numpy.no_such_module"] == list(np.__path__)
    assert str(np.__file__) in imported_files()
    assert top_level_files()["numpy"] == np.__file__
    assert os.__file__ not in imported_files()


def test_variables_that_code_reads_are_noted_and_copies_of_all_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("environ", "environb"):
        environment = getattr(os, name)
        copy = type(environment)(
            dict(environment._data),
            environment.encodekey,
            environment.decodekey,
            environment.encodevalue,
            environment.decodevalue,
        )
        monkeypatch.setattr(os, name, copy)
    reads = VariableReads()
    reads.start()
    os.environ.get("FIRST")
    os.getenv("SECOND")
    os.environb.get(b"THIRD")
    assert "FOURTH" not in os.environ
    assert reads.names == {"FIRST", "SECOND", "THIRD", "FOURTH"}
    os.environ["FIFTH"] = "1"
    code = compile("import os\nall = dict(os.environ)", np.__file__, "exec")
    exec(code, {})
    assert "FIFTH" not in reads.names
    exec("import os\nall = dict(os.environ)", {})
    assert "FIFTH" in reads.names


def test_variables_of_sessions_threads_and_secrets_cannot_matter() -> None:
    names = [
        "KERAS_BACKEND",
        "MY_WEIGHTS",
        "LANDMARK_KERNELS",
        "PATH",
        "TERM",
        "OMP_NUM_THREADS",
        "HF_TOKEN",
        "DATABASE_URL",
    ]
    assert [name for name in names if can_matter(name)] == names[:3]
    assert native_variables(dict.fromkeys([*names, "XLA_FLAGS"], "1")) == {
        "KERAS_BACKEND",
        "LANDMARK_KERNELS",
        "XLA_FLAGS",
    }


_LISTINGS = """
import glob, importlib.metadata, os, pkgutil, sys
from pathlib import Path
from harness.running.dependencies.file_reads import FileReads
place = Path(sys.argv[1])
reads = FileReads()
reads.start()
list((place / "iterdir").iterdir())
glob.glob(f"{place / 'glob'}/*")
os.listdir(place / "listdir")
list(os.scandir(place / "scandir"))
list(os.walk(place / "walk"))
list(importlib.metadata.distributions(path=[str(place / "metadata")]))
list(pkgutil.iter_modules([str(place / "pkgutil")]))
print(*sorted(Path(each).name for each in reads.folders if each.startswith(sys.argv[1])))
"""


def test_searches_for_packages_list_no_input_and_listings_of_a_solution_do(tmp_path: Path) -> None:
    for name in ("glob", "iterdir", "listdir", "metadata", "pkgutil", "scandir", "walk"):
        (tmp_path / name).mkdir()
    command = [sys.executable, "-c", _LISTINGS, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == (
        "glob iterdir listdir scandir walk\n"
    )
