"""Tests of `harness.running.dependencies.changes`: what a run reads, recorded in a process, and compared later.

Subjects: `harness.running.dependencies.collect`, `harness.running.dependencies.recorder`,
`harness.running.dependencies.opened_files`, `harness.running.dependencies.run_places`,
`harness.code_constants`, `harness.running.dependencies.json_file`,
`harness.running.dependencies.record` and `harness.running.dependencies.settings`.
"""

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.digest_cache import DigestCache
from harness.running.dependencies.changes import changes
from harness.running.dependencies.collect import collect_dependencies
from harness.running.dependencies.record import Dependencies
from harness.running.dependencies.run_places import RunPlaces

PROGRAM = """
import os, sys
from pathlib import Path
from harness.running.dependencies.recorder import DependencyRecorder
recorder = DependencyRecorder(Path("run"))
recorder.start()
sys.path += [str(Path("code").absolute()), str(Path("site").absolute()), str(Path("box.zip").absolute())]
import steps
recorder.save()
"""
STEPS = """
import importlib, mmap, os, sqlite3, sys
from pathlib import Path
import near, boxed, library
try:
    import optional_module
except ImportError:
    pass
here = Path.cwd()
open("relative.txt").read()
(here / "absolute.npy").read_bytes()
Path(os.environ["WEIGHTS"]).read_text()
os.environ.get("NOT_SET_YET")
os.listdir("listed")
with open("native.bin", "rb") as file:
    descriptor = os.dup(file.fileno())
memory = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
try:
    open("later.txt")
except FileNotFoundError:
    pass
named = "named.onnx"
Path("own.txt").write_text("1")
Path("own.txt").read_text()
sqlite3.connect("table.db").execute("pragma schema_version")
open(Path.home() / "settings.json").read()
"""


@dataclass
class Recorded:
    """A folder in which a process has recorded what it reads."""

    folder: Path

    def changes(self) -> list[str]:
        """Return what has changed since, as text."""
        dependencies = Dependencies.load(self.folder / "run")
        assert dependencies is not None
        return [str(change) for change in changes(dependencies, DigestCache(self.folder / "digests.json"))]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    for name in ("run", "listed", "code", "site/library-1.0.dist-info", "ws", "comp", "home", "home2"):
        (folder / name).mkdir(parents=True)
    files = ("relative.txt", "absolute.npy", "weights.txt", "native.bin", "named.onnx", "listed/a", "table.db")
    for name in (*files, "home/settings.json"):
        (folder / name).write_text("" if name == "table.db" else name)
    (folder / "code/steps.py").write_text(STEPS)
    (folder / "code/near.py").write_text("import further\n")
    (folder / "code/further.py").write_text("VALUE = 1\n")
    (folder / "site/library.py").write_text("VALUE = 1\n")
    (folder / "site/library-1.0.dist-info/METADATA").write_text("Name: library\nVersion: 1.0\n")
    with zipfile.ZipFile(folder / "box.zip", "w") as box:
        box.writestr("boxed.py", "VALUE = 1\n")
    return folder


def record(folder: Path) -> None:
    environment = os.environ | {"WEIGHTS": str(folder / "weights.txt"), "HOME": str(folder / "home")}
    environment.pop("NOT_SET_YET", None)
    subprocess.run([sys.executable, "-P", "-c", PROGRAM], cwd=folder, check=True, env=environment)


def set_surroundings(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(folder)
    patch.setenv("WEIGHTS", str(folder / "weights.txt"))
    patch.setenv("HOME", str(folder / "home"))
    patch.delenv("NOT_SET_YET", raising=False)


def collect(folder: Path) -> Dependencies:
    places = RunPlaces(folder / "run", folder / "ws", folder / "comp", SimpleNamespace())  # type: ignore[arg-type]
    return collect_dependencies(places, DigestCache(folder / "digests.json"))


@pytest.fixture(scope="module")
def folder(original: Path) -> Path:
    record(original)
    with pytest.MonkeyPatch.context() as patch:
        set_surroundings(original, patch)
        collect(original).save(original / "run")
    return original


@pytest.fixture
def recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    set_surroundings(folder, monkeypatch)
    return Recorded(folder)


def rewrite(path: Path, text: str) -> None:
    """Write another text of the same length, with the same time of change, as a careless or malicious copy does."""
    times = path.stat()
    path.write_text(text[: times.st_size].ljust(times.st_size, "x"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_nothing_has_changed_after_the_run(recorded: Recorded) -> None:
    dependencies = Dependencies.load(recorded.folder / "run")
    assert dependencies
    assert not dependencies.unknown
    assert recorded.changes() == []
    assert "relative.txt" in dependencies.files
    assert "own.txt" not in str(dependencies.files), "what a run has written itself is no input"


def replace_by_rename(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("other")
    other.replace(path)


def retarget(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("target")
    path.unlink()
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("relative.txt", "relative.txt changed"),
        ("absolute.npy", "absolute.npy changed"),
        ("weights.txt", "weights.txt changed"),
        ("native.bin", "native.bin changed"),
        ("named.onnx", "named.onnx changed"),
        ("code/further.py", "further.py changed"),
        ("code/steps.py", "steps.py changed"),
        ("box.zip", "box.zip changed"),
        ("site/library.py", "the code of library changed"),
        ("home/settings.json", "settings.json changed"),
    ],
)
@pytest.mark.parametrize("change", [rewrite, replace_by_rename, retarget])
def test_a_changed_file_is_noticed(recorded: Recorded, name: str, line: str, change) -> None:
    path, copy = recorded.folder / name, recorded.folder / "copy"
    copy.write_bytes(path.read_bytes())
    rewrite(path, "y" * 99) if change is rewrite else change(path)
    try:
        assert any(found.endswith(line) for found in recorded.changes())
    finally:
        path.unlink()
        copy.replace(path)
    assert recorded.changes() == [], "the same content again is the same"


def test_new_files_modules_and_variables_are_noticed(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    new = {
        "later.txt": "later.txt is new",
        "code/optional_module.py": "the module optional_module is new",
        "listed/b": "the list of files in listed changed",
    }
    for name, line in new.items():
        (recorded.folder / name).write_text("")
        assert recorded.changes() == [line]
        (recorded.folder / name).unlink()
    for variable in ("NOT_SET_YET", "XLA_FLAGS"):
        monkeypatch.setenv(variable, "1")
        assert recorded.changes() == [f"{variable} changed from not set to '1'"]
        monkeypatch.delenv(variable)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert recorded.changes() == []


def test_another_version_of_a_library_is_named(recorded: Recorded) -> None:
    old, new = recorded.folder / "site/library-1.0.dist-info", recorded.folder / "site/library-2.0.dist-info"
    old.rename(new)
    (new / "METADATA").write_text("Name: library\nVersion: 2.0\n")
    assert recorded.changes() == ["library changed from 1.0 to 2.0"]
    (new / "METADATA").write_text("Name: library\nVersion: 1.0\n")
    new.rename(old)
    assert recorded.changes() == []


def test_relative_paths_and_the_home_directory_mean_other_files_elsewhere(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(recorded.folder / "home2"))
    assert [line.rpartition("/")[2] for line in recorded.changes()] == ["settings.json is missing"]
    monkeypatch.setenv("HOME", str(recorded.folder / "home"))
    monkeypatch.chdir(tmp_path)
    assert "relative.txt is missing" in recorded.changes()
    for name in ("relative.txt", "native.bin", "listed/a", "table.db", "later.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if (recorded.folder / name).exists():
            (tmp_path / name).write_bytes((recorded.folder / name).read_bytes())
    assert recorded.changes() == []


def test_a_file_that_changed_while_it_was_read_makes_the_run_unknown(recorded: Recorded) -> None:
    path = recorded.folder / "relative.txt"
    text = path.read_text()
    path.write_text("another")
    assert "changed while it was running" in collect(recorded.folder).unknown
    path.write_text(text)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"files": 1}', "[" * 100_000, '{"format": 1, "libraries": [{}]}'])
def test_damaged_records_are_no_records(tmp_path: Path, text: str) -> None:
    (tmp_path / "dependencies.json").write_text(text)
    assert Dependencies.load(tmp_path) is None
    (tmp_path / "run").mkdir()
    (tmp_path / "run/reads.json").write_text(text)
    assert collect(tmp_path).unknown == "what it read was not noted"


def test_only_the_configuration_of_keras_itself_is_no_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    places = RunPlaces(tmp_path / "run", tmp_path / "ws", tmp_path / "comp", SimpleNamespace())  # type: ignore[arg-type]
    assert not places.is_input(str(tmp_path / "home/keras.json"))
    assert places.is_input(str(tmp_path / "beside/keras.json"))
