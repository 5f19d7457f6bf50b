"""Tests of `harness.code_digest`, and of `harness.user_cache`, where it stores the imports of each module."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from harness import code_digest, digest_cache
from harness.code_digest import class_digest, imported_files, imports_digest
from harness.solution.registry import load_class


def test_a_digest_covers_the_modules_that_a_plug_in_imports_from_its_folder(tmp_path: Path) -> None:
    neighbour = tmp_path / "beside_the_digest.py"
    neighbour.write_text("X = 1\n")
    idea = tmp_path / "digested.py"
    idea.write_text(
        "import beside_the_digest\nfrom dataclasses import dataclass\nfrom harness import Retrieval\n@dataclass\nclass Idea(Retrieval):\n"
        "    def fit(self, data): ...\n    def rank(self, queries): ...\n"
    )
    before = class_digest(load_class(str(idea)))
    assert class_digest(load_class(str(idea))) == before
    neighbour.write_text("X = 2\n")
    assert class_digest(load_class(str(idea))) != before


def test_a_digest_covers_packages_beside_a_plug_in_and_their_imports(tmp_path: Path) -> None:
    package = tmp_path / "digested_parts"
    package.mkdir()
    files = [package / "__init__.py", package / "first.py", package / "second.py", tmp_path / "digested_third.py"]
    for file, text in zip(files, ["", "from . import second\n", "import digested_third\n", "Y = 1\n"], strict=True):
        file.write_text(text)
    idea = tmp_path / "digested_hops.py"
    idea.write_text(
        "from dataclasses import dataclass\nfrom digested_parts.first import second\nfrom harness import Retrieval\n"
        "@dataclass\nclass Idea(Retrieval):\n    def fit(self, data): ...\n    def rank(self, queries): ...\n"
    )
    digests = {class_digest(load_class(str(idea)))}
    for number, file in enumerate(files, 2):
        file.write_text(file.read_text() + f"# {number}\n")
        digests.add(class_digest(load_class(str(idea))))
    assert len(digests) == 5


def test_a_digest_of_a_built_in_solution_covers_its_parts_but_no_other_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    original = Path.read_bytes

    def record(path: Path) -> bytes:
        read.append(path.name)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", record)
    class_digest(load_class("hash"))
    assert {"hash.py", "hamming.py", "perceptual.py"} <= set(read)
    assert "most_frequent.py" not in read


def test_a_digest_of_imports_changes_with_every_imported_module_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "digested_package"
    texts = {
        "__init__": "",
        "start": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from digested_package import hinted\n",
        "hinted": "def f():\n    from . import late\n",
        "late": "",
        "other": "import digested_package.start\n",
    }
    package.mkdir()
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert [file.stem for file in imported_files("digested_package.start")] == ["__init__", "hinted", "late", "start"]
    for name, text in texts.items():
        before = imports_digest("digested_package.start")
        (package / f"{name}.py").write_text(text + "# other\n")
        assert (imports_digest("digested_package.start") == before) == (name == "other")
    assert "digested_package.start" not in sys.modules


def test_a_module_that_does_not_exist_is_an_error_and_not_left_out_of_a_digest() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"'harness\.no_such_module' cannot be digested"):
        imports_digest("harness.errors", "harness.no_such_module")


def test_a_class_without_a_source_file_is_an_error_and_not_an_empty_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("module_without_a_file")
    exec("class Idea: ...", vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(FileNotFoundError, match="has no source file"):
        class_digest(module.Idea)


def test_imports_are_stored_by_content_and_found_without_parsing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(digest_cache, "_DIGESTS", {})
    before = _imported_anew("harness.errors")
    assert (tmp_path / "cache/imports.json").is_file()
    monkeypatch.setattr(digest_cache, "_DIGESTS", {})
    monkeypatch.setattr(code_digest, "_parse_imports", lambda *_: pytest.fail("was parsed"))
    assert _imported_anew("harness.errors") == before
    code_digest._stored_imports.cache_clear()


def _imported_anew(name: str) -> tuple[Path, ...]:
    for function in (code_digest.imported_files, code_digest._imports, code_digest._stored_imports):
        function.cache_clear()
    return code_digest.imported_files(name)
