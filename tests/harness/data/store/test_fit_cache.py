"""Tests of `harness.data.store.fit_cache`: each result is fitted once, stored completely and never confused."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.store import cache_key as keys
from harness.data.store.extractor import Extractor
from harness.data.store.fit_cache import fitted
from harness.errors import SolutionError
from tests.factories.competitions import make_competition, random_photo, save_image

SEEN: list[int] = []  # the number of images of each call


@dataclass(frozen=True)
class Mean(Extractor):
    side: int = 4
    offset: float = 0.0

    def describe(self, images: np.ndarray) -> np.ndarray:
        return images.mean(axis=(1, 2))[:, None].astype(np.float32) + np.float32(self.offset)


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    SEEN.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_competition(tmp_path / "competition")


def train_of(folder: Path) -> ImageSet:
    """Return the train images as a new process would see them."""
    return Competition.open(folder, folder.parent / "store").train


def centre(images: ImageSet, extractor: Extractor, scale: object = 1) -> dict[str, np.ndarray]:
    SEEN.append(len(images))
    rows = images.describe(extractor)
    return {"mean": rows.mean(axis=0), "count": np.array(len(rows)), "names": images.ids.astype(str), "none": rows[:0]}


def fit_with_file(images: ImageSet) -> Mapping[str, object]:
    SEEN.append(len(images))
    return {"words": np.arange(3), "head.txt": lambda path: path.write_text("a head")}


def test_a_result_is_fitted_once_and_then_read(folder: Path) -> None:
    first = fitted(centre, train_of(folder), Mean())
    again = fitted(centre, train_of(folder), Mean())
    assert SEEN == [12]
    assert first.arrays.keys() == again.arrays.keys() == {"mean", "count", "names", "none"}
    for name, array in centre(train_of(folder), Mean()).items():
        for result in (first[name], again[name]):
            assert result.dtype == array.dtype
            assert result.shape == array.shape
            assert np.array_equal(result, array)


def test_arrays_are_read_only(folder: Path) -> None:
    result = fitted(centre, train_of(folder), Mean())
    for name in result.arrays:
        assert not result[name].flags.writeable


def test_files_are_stored_with_the_arrays(folder: Path) -> None:
    for _ in range(2):
        result = fitted(fit_with_file, train_of(folder))
        assert result.file("head.txt").read_text() == "a head"
        assert result["words"].tolist() == [0, 1, 2]
    assert SEEN == [12]


def test_other_arguments_image_sets_and_extractors_have_their_own_entries(folder: Path) -> None:
    train = train_of(folder)
    labels = np.arange(12)
    fits = [(train, Mean()), (train[:6], Mean()), (train[::-1], Mean()), (train, Mean(offset=1)), (train, Mean(), 2), (train, Mean(), labels), (train, Mean(), labels[::-1]), (train, Mean(), (Mean(),)), (train, Mean(), (Mean(offset=1),)), (train, Mean(), train[:3])]  # fmt: skip
    for fit in fits * 2:
        fitted(centre, *fit)
    assert len(SEEN) == len(fits)


def test_a_changed_image_is_fitted_again(folder: Path) -> None:
    train = train_of(folder)
    fitted(centre, train, Mean())
    save_image(train.paths[2] or folder, random_photo(2, "other"))
    fitted(centre, train_of(folder), Mean())
    assert SEEN == [12, 12]


@pytest.mark.parametrize("library", ["numpy", "scipy", "pytest"])
def test_another_version_of_a_library_is_fitted_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    fitted(centre, train_of(folder), Mean(), libraries=("pytest",))
    version = keys._installed_version
    monkeypatch.setattr(keys, "_installed_version", lambda name: "0.0.1" if name == library else version(name))
    fitted(centre, train_of(folder), Mean(), libraries=("pytest",))
    assert SEEN == [12, 12]


def test_other_code_is_fitted_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder.parent))
    result = []
    for number in (1, 2):
        (folder.parent / "learner_of_test.py").write_text(
            f"import numpy as np\ndef learn(images):\n    return {{'one': np.array({number})}}\n"
        )
        monkeypatch.delitem(sys.modules, "learner_of_test", raising=False)
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        import learner_of_test

        sys.dont_write_bytecode = before
        result.append(int(fitted(learner_of_test.learn, train_of(folder))["one"]))
    assert result == [1, 2]


def damage(folder: Path) -> Iterator[Path]:
    """Damage the stored entry in a new way at each step; yield the damaged path."""
    entry = next(each for each in (folder.parent / "store" / "fitted").iterdir() if each.is_dir())
    for name in ("mean.npy", "about.json"):
        whole = (entry / name).read_bytes()
        for content in (whole[:-1], b"", whole[:-2] + b"??", None):
            (entry / name).unlink()
            if content is not None:
                (entry / name).write_bytes(content)
            yield entry / name
    (entry / "about.json").write_text(json.dumps({"files": [1]}))
    yield entry


def test_a_damaged_entry_is_fitted_again(folder: Path) -> None:
    expected = fitted(centre, train_of(folder), Mean())["mean"].tolist()
    for count, damaged in enumerate(damage(folder)):
        assert fitted(centre, train_of(folder), Mean())["mean"].tolist() == expected, damaged
        assert len(SEEN) == count + 2


def failing(images: ImageSet) -> dict[str, np.ndarray]:
    SEEN.append(len(images))
    if len(SEEN) == 1:
        raise ValueError("not today")
    return {"one": np.ones(1)}


def half_written(images: ImageSet) -> Mapping[str, object]:
    def full(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    SEEN.append(len(images))
    return {"head.txt": full if len(SEEN) == 1 else lambda path: path.write_text("whole")}


def test_a_fit_that_fails_leaves_nothing(folder: Path) -> None:
    for fit, error in ((failing, ValueError), (half_written, OSError)):
        SEEN.clear()
        with pytest.raises(error):
            fitted(fit, train_of(folder))
        fitted(fit, train_of(folder))
        assert len(SEEN) == 2
    assert not list((folder.parent / "store" / "fitted").glob("*.partial"))


def gives_a_list(images: ImageSet) -> object:
    return [np.ones(1)]


def gives_objects(images: ImageSet) -> object:
    return {"objects": np.array([None, {}], object)}


def gives_a_number(images: ImageSet) -> object:
    return {"one": 1}


def gives_a_path(images: ImageSet) -> object:
    return {"../escape.txt": lambda path: path.write_text("out")}


def gives_an_odd_name(images: ImageSet) -> object:
    return {"a/b": np.ones(1)}


def gives_the_table_of_contents(images: ImageSet) -> object:
    return {"about.json": lambda path: path.write_text("{}")}


@pytest.mark.parametrize(
    "fit",
    [gives_a_list, gives_objects, gives_a_number, gives_a_path, gives_an_odd_name, gives_the_table_of_contents],
)
def test_results_that_cannot_be_stored_raise(folder: Path, fit) -> None:
    with pytest.raises(SolutionError, match=rf"{fit.__name__} returned .*; return"):
        fitted(fit, train_of(folder))
    assert not list(folder.parent.rglob("escape*"))


def test_a_local_function_raises(folder: Path) -> None:
    def inner(images: ImageSet) -> dict[str, np.ndarray]:
        return {"one": np.ones(1)}

    for fit in (inner, lambda images: {}, np.mean, Mean().describe):
        with pytest.raises(SolutionError, match="pass a function defined at the top level of a module"):
            fitted(fit, train_of(folder))


def test_an_argument_without_lasting_identity_raises(folder: Path) -> None:
    with pytest.raises(SolutionError, match="centre has a parameter of the type set, which has no lasting identity"):
        fitted(centre, train_of(folder), Mean(), {1, 2})


SCRIPT = """
import sys, time
from pathlib import Path
from harness.data.competition import Competition
from harness.data.store.fit_cache import fitted
from slow_fit_of_test import slow

folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
train = Competition.open(folder, folder.parent / "store").train
Path(sys.argv[3]).touch()
while not (folder.parent / "go").exists():
    time.sleep(0.005)
print(fitted(slow, train)["rows"].sum())
"""
SLOW = """
import os, sys, time
import numpy as np

def slow(images):
    with open(os.environ["SEEN"], "a") as log:
        log.write(f"{os.getpid()}\\n")
    time.sleep(float(sys.argv[2]))
    return {"rows": np.arange(len(images))}
"""


@pytest.fixture
def start(folder: Path) -> Iterator[object]:
    (folder.parent / "script.py").write_text(SCRIPT)
    (folder.parent / "slow_fit_of_test.py").write_text(SLOW)
    processes: list[subprocess.Popen[str]] = []

    def start(seconds: float) -> subprocess.Popen[str]:
        ready = folder.parent / f"ready-{len(processes)}"
        command = [sys.executable, folder.parent / "script.py", folder, str(seconds), ready]
        environment = {**os.environ, "SEEN": str(folder.parent / "seen")}
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        wait_for(ready.exists)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(until) -> None:
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.005)


def fits(folder: Path) -> list[int]:
    """Return the process of each fit."""
    seen = folder.parent / "seen"
    return [int(line) for line in seen.read_text().splitlines()] if seen.exists() else []


def test_concurrent_processes_fit_once(folder: Path, start) -> None:
    processes = [start(0.3) for _ in range(3)]
    (folder.parent / "go").touch()
    assert {process.communicate(timeout=30)[0] for process in processes} == {"66\n"}
    assert len(fits(folder)) == 1


def test_the_next_process_fits_after_one_was_killed(folder: Path, start) -> None:
    (folder.parent / "go").touch()
    stuck = start(1000)
    wait_for(lambda: fits(folder) == [stuck.pid])
    waiting = start(0)
    time.sleep(0.3)
    assert waiting.poll() is None
    assert fits(folder) == [stuck.pid]
    stuck.send_signal(signal.SIGKILL)
    assert waiting.communicate(timeout=30)[0] == "66\n"
    assert fits(folder) == [stuck.pid, waiting.pid]
