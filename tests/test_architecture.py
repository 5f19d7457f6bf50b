import ast
from pathlib import Path

import pytest

import harness

ROOT = Path(__file__).parents[1]
PACKAGES = {"harness", "leaderboard", "metrics", "solutions", "tools"}


def imports_of(file: Path) -> list[tuple[str, list[str]]]:
    statements = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            statements.append((node.module or "", [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            statements += [(alias.name, []) for alias in node.names]
    return statements


@pytest.mark.parametrize("file", sorted((ROOT / "solutions").rglob("*.py")), ids=lambda file: file.stem)
def test_solutions_import_only_what_harness_exports(file: Path) -> None:
    for module, names in imports_of(file):
        top = module.partition(".")[0]
        if top in PACKAGES - {"solutions"}:
            assert module == "harness", f"{file.name} imports {module}; import it from harness"
            assert set(names) <= set(harness.__all__)


def test_harness_imports_no_solution() -> None:
    for file in (ROOT / "harness").rglob("*.py"):
        assert not [module for module, _ in imports_of(file) if module.startswith("solutions")], file.name


def test_everything_that_harness_exports_exists() -> None:
    for name in harness.__all__:
        assert getattr(harness, name).__doc__
    with pytest.raises(AttributeError):
        harness.no_such_name  # noqa: B018


@pytest.mark.parametrize("package", ["harness", "metrics", "leaderboard"])
def test_every_public_name_is_documented(package: str) -> None:
    undocumented = []
    for file in (ROOT / package).rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef) and not node.bases)]
        for node in (each for body in bodies for each in body):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                overload = any("overload" in ast.dump(mark) for mark in node.decorator_list)
                undocumented += (
                    []
                    if ast.get_docstring(node) or overload
                    else [f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"]
                )
    assert not undocumented


IMPORTERS = {  # of solutions: processes of their own, and those that import built-in solutions only
    "harness/contract/check.py", "harness/delivery/descriptors.py", "harness/delivery/plugin_vectors_process.py",
    "harness/running/description/describe.py", "harness/running/description/inputs.py",
    "harness/running/description/inputs_process.py", "harness/running/job_execution.py",
    "harness/running/planned_run.py", "harness/solution/registry.py",
}  # fmt: skip


def test_the_process_of_a_command_imports_no_plug_in() -> None:
    """See `tests/harness/running/description/test_descriptions.py` for what commands do."""
    importers = set()
    for file in (ROOT / "harness").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = getattr(node, "func", None) if isinstance(node, ast.Call) else None
            name = getattr(called, "id", getattr(called, "attr", ""))
            owner = ast.unparse(called.value) if isinstance(called, ast.Attribute) else ""
            if name in ("load_solution", "load_class") or (name == "load" and owner.endswith("solution")):
                importers.add(file.relative_to(ROOT).as_posix())
    assert importers == IMPORTERS
