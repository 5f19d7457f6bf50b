"""Tests of `harness.data.store.file_facts`; subject too: `harness.code_constants`."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from harness.data.store.file_facts import file_facts


def test_files_of_values_and_of_a_plugins_code_are_digested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.npy", "b.npy", "RGB", "c.npy"):
        Path(name).write_text(name)
    Path("mine.py").write_text('WEIGHTS = "b.npy"\n')
    module = ModuleType("mine")
    module.__file__ = str(tmp_path / "mine.py")
    monkeypatch.setitem(sys.modules, "mine", module)
    facts = file_facts(["a.npy", "RGB", "missing.npy", 3, "dct"], ["mine", "solutions.retrieval.hash", "numpy"])
    assert {Path(path).name for path in facts} == {"a.npy", "b.npy"}
    Path("b.npy").write_text("other")
    assert file_facts([], ["mine"])["b.npy"] != facts["b.npy"]


def test_names_in_bytes_and_names_within_a_named_folder_are_digested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "a.bin").write_text("1")
    (tmp_path / "b.bin").write_text("1")
    (tmp_path / "mine.py").write_text('A = HERE / "weights" / "a.bin"\nB = open_by_c(b"b.bin")\n')
    module = ModuleType("mine")
    module.__file__ = str(tmp_path / "mine.py")
    monkeypatch.setitem(sys.modules, "mine", module)
    assert file_facts([], ["mine"]).keys() == {str(tmp_path / "weights/a.bin"), str(tmp_path / "b.bin")}
