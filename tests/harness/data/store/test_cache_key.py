"""Tests of `harness.data.store.cache_key`: everything that determines the rows changes the key."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from harness.data.store import cache_key as keys
from harness.data.store.cache_key import extractor_facts, extractor_key
from harness.data.store.extractor import Extractor
from harness.errors import SolutionError


class Kind(Enum):
    ONE = 1
    TWO = 2


@dataclass(frozen=True)
class Part:
    weight: float = 1.0


@dataclass(frozen=True)
class Parametrised(Extractor):
    value: Any = None
    side: int = 8

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> np.ndarray:
        return np.zeros((len(images), 1))


@dataclass(frozen=True)
class Other(Parametrised):
    pass


@dataclass(frozen=True)
class Sideways(Parametrised):
    upright: bool = field(default=False)


LARGE = np.zeros(100_000)
NEARLY = np.where(np.arange(100_000) == 50_000, 1e-9, 0)  # prints like LARGE

VALUES = [None, 0, 1, 1.0, True, False, "1", "", b"1", (), (1,), [1], (1, 2), ((1,), 2), Kind.ONE, Kind.TWO, Path("1"), Part(), Part(2.0), LARGE, NEARLY, LARGE.astype("f4"), LARGE[:-1], np.float32(1)]  # fmt: skip


def test_every_value_of_a_parameter_has_its_own_key() -> None:
    assert len({extractor_key(Parametrised(value)) for value in VALUES}) == len(VALUES)


def test_the_same_parameters_have_the_same_key() -> None:
    for value in VALUES:
        assert extractor_key(Parametrised(value)) == extractor_key(Parametrised(value))
    assert extractor_key(Parametrised(LARGE.copy())) == extractor_key(Parametrised(LARGE))


def test_another_class_or_decoding_has_another_key() -> None:
    assert len({extractor_key(each) for each in (Parametrised(), Other(), Sideways(), Parametrised(side=9))}) == 4


def test_other_decoding_options_have_another_key_wherever_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {extractor_key(Parametrised())}
    for name, value in (("upright", False), ("mode", "RGB"), ("reduce_to", 100), ("size", (9, 8))):
        monkeypatch.setattr(Parametrised, name, value)
        result.add(extractor_key(Parametrised()))
    assert len(result) == 5


@pytest.mark.parametrize("value", [lambda: 1, object(), {1, 2}, {"a": 1}, np.array([None]), iter(()), (1, [object()])])
def test_a_parameter_without_lasting_identity_raises(value: object) -> None:
    with pytest.raises(SolutionError, match="has no lasting identity; use numbers, text, arrays"):
        extractor_key(Parametrised(value))


@pytest.mark.parametrize("library", ["pillow", "simplejpeg", "numpy"])
def test_another_version_of_a_library_has_another_key(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    before = extractor_key(Parametrised())
    version = keys._installed_version
    monkeypatch.setattr(keys, "_installed_version", lambda name: "0.0.1" if name == library else version(name))
    assert extractor_key(Parametrised()) != before


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parametrised, "libraries", ("no-such-library",))
    with pytest.raises(SolutionError, match="needs the library 'no-such-library', which is not installed"):
        extractor_key(Parametrised())


EXTRACTOR = """
from dataclasses import dataclass
from harness import Extractor

@dataclass(frozen=True)
class Mean(Extractor):
    side: int = 8
    def describe(self, images):
        return {what}
"""


def load_module(folder: Path, name: str, text: str) -> ModuleType:
    (folder / f"{name}.py").write_text(text)
    spec = util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_other_code_has_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mean_of_test", ModuleType("mean_of_test"))
    codes = [EXTRACTOR.format(what=what) for what in ("images.mean(axis=(1, 2))", "images.max(axis=(1, 2))")]
    one, other, again = (extractor_key(load_module(tmp_path, "mean_of_test", codes[each]).Mean()) for each in (0, 1, 0))
    assert one == again != other


def test_the_code_of_a_base_class_in_another_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("base_of_test", "heir_of_test"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    heir = "from base_of_test import Mean\nclass Heir(Mean):\n    pass\n"
    result = []
    for what in ("images.mean(axis=(1, 2))", "images.max(axis=(1, 2))"):
        load_module(tmp_path, "base_of_test", EXTRACTOR.format(what=what))
        result.append(extractor_key(load_module(tmp_path, "heir_of_test", heir).Heir()))
    assert result[0] != result[1]


def test_the_imported_code_counts_even_if_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kept_of_test", ModuleType("kept_of_test"))
    mean = load_module(tmp_path, "kept_of_test", EXTRACTOR.format(what="images")).Mean()
    before = extractor_key(mean)
    (tmp_path / "kept_of_test.py").write_text("something else")
    assert extractor_key(mean) == before


def test_a_class_outside_of_a_file_raises() -> None:
    names: dict[str, Any] = {"__name__": "__console__"}
    exec(EXTRACTOR.format(what="images"), names)
    with pytest.raises(SolutionError, match="Mean is not defined in a file; write it into a module"):
        extractor_facts(names["Mean"]())
