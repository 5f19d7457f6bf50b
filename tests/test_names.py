"""Guards over all production code: plain public names, each class name used once, and a test file for every module."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("harness", "landmark", "leaderboard", "metrics", "solutions", "tools")
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))

# As a name alone, a participle says what happened to a thing and not what it is.
PARTICIPLES = {
    "asked", "chosen", "dealt", "described", "drawn", "found", "given", "handed", "held", "kept", "known",
    "learnt", "left", "lent", "looked", "made", "met", "put", "seen", "settled", "shown", "taken", "taught", "told",
    "worked",
}  # fmt: skip
# Pictures in place of a term of the field, refused anywhere in a name. Only Blum and Hardt's Ladder is a term.
PICTURES = {"darkroom", "desk", "door", "doorway", "dress", "house", "mason", "shelf", "studio"}


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def public_names(file: Path) -> Iterator[str]:
    """Yield the name of a module, and those of its functions, classes and methods."""
    yield file.parent.name if file.stem == "__init__" else file.stem
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def words_of(name: str) -> list[str]:
    """Split `snake_case` and `CamelCase` into words in lower case."""
    return re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"_\1", name).lower())


def is_plain(name: str) -> bool:
    words = words_of(name)
    return not (len(words) == 1 and words[0] in PARTICIPLES) and not PICTURES & set(words)


@pytest.mark.parametrize(
    ("name", "plain"),
    [("told", False), ("Known", False), ("ExtractorShelf", False), ("known_mistakes", True), ("address", True)],
)
def test_the_guard_refuses_bare_participles_and_pictures(name: str, plain: bool) -> None:
    assert is_plain(name) == plain


def test_public_names_are_terms_of_the_field() -> None:
    bad = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in MODULES
        for name in public_names(file)
        if not name.startswith("_") and not is_plain(name)
    ]
    assert not bad


def test_every_public_class_name_is_used_once() -> None:
    names = Counter(
        node.name
        for file in MODULES
        for node in tree_of(file).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_is_the_subject_of_a_test_file() -> None:
    """A test file's subject is the module of the same path, or one named in its docstring as `package.module`."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    paths = {file.relative_to(ROOT / "tests") for file in tests}
    docstrings = "\n".join(ast.get_docstring(tree_of(file)) or "" for file in tests)
    named = set(re.findall(r"`([a-z_0-9.]+)`", docstrings))
    without = []
    for file in MODULES:
        path = file.relative_to(ROOT)
        mirrored = path.with_name(f"test_{path.name}") in paths
        if file.stem != "__init__" and not mirrored and ".".join(path.with_suffix("").parts) not in named:
            without.append(str(path))
    assert without == []
