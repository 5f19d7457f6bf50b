"""Tests of `harness.solution.registry`, `harness.solution.spec` and `harness.solution.base`."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from harness.errors import SolutionError, WorkspaceError
from harness.solution import registry
from harness.solution.base import identity
from harness.solution.registry import (
    available_solutions,
    find_solution,
    load_class,
    load_solution,
    read_register,
    register_file,
)
from harness.solution.spec import split_spec
from tests.factories.solutions import write_obedient


def write_text_file(folder: Path, text: str, name: str = "idea.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "spec",
    [
        "hash",
        "hash(kind='dct')",
        "hash(kind='dct', threshold=20)",
        "mean_hash(mean='harmonic')",
        "first_images(length=3)",
    ],
)
def test_an_identity_reads_back_as_itself(spec: str) -> None:
    assert identity(load_solution(spec)) == spec
    assert repr(load_solution(spec)) == spec


def test_a_value_without_a_name_is_that_of_a_parameter_without_a_default() -> None:
    written = "embeddings(name='mine', expansion=5)"
    assert identity(load_solution("embeddings('mine', expansion=5)")) == written
    assert identity(load_solution(written)) == written


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("embeddings", "embeddings needs name: write embeddings(name=…)"),
        ("embeddings('a', 'b')", "the value 'b' has no name; parameters are written name=value"),
        ("embeddings('a', name='b')", "'name' is given twice"),
        ("embeddings(*'a')", "plain values"),
        ("embeddings(3)", "name=3 is not allowed"),
    ],
)
def test_a_needed_parameter_is_given_once(spec: str, message: str) -> None:
    with pytest.raises(SolutionError) as refused:
        load_solution(spec)
    assert message in str(refused.value)


def test_parameters_at_their_defaults_are_not_part_of_the_identity() -> None:
    assert identity(load_solution("hash(kind='average', threshold=None)")) == "hash"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("hahs", "no solution is named 'hahs'; did you mean 'hash'"),
        ("zzz", "there are "),
        ("hash(treshold=3)", "no parameter 'treshold'; did you mean 'threshold'"),
        ("hash(threshold='3')", "threshold='3' is not allowed"),
        ("hash(threshold=3.5)", "threshold=3.5 is not allowed"),
        ("hash('dct')", "name=value"),
        ("hash(kind=kind)", "plain values"),
        ("hash()()", "plain values"),
        ("hash(kind=__import__('os').getcwd())", "plain values"),
        ("hash(**{'kind': 'dct'})", "plain values"),
        ("hash(kind={[]: 1})", "plain values"),
        ("hash(kind={1, 2})", "{1, 2} is no plain value"),
        ("hash(threshold=1e999)", "inf is no plain value"),
        ("hash(kind=f'{1}')", "plain values"),
        ("hash(kind=(x := 1))", "plain values"),
        ("hash(kind='dct', kind='average')", "'kind' is given twice"),
        ("hash(kind='\0')", "plain values"),
        ("hash(kind='\udcff', threshold='x')", "threshold='x' is not allowed"),
        ("ha\0sh", "no solution is named"),
        ("a\0.py", "file not found"),
        ("x" * 10_000_000, "has 10000000 characters"),
        ("hash(threshold=" + "-" * 90_000 + "1)", "plain values"),
        ("a" + " " * 90_000 + "(", "names no solution"),
        (".py(" * 20_000 + ")", "plain values"),
        ("hash(kind='dct'", "names no solution"),
        ("hash(" + "(" * 5000 + ")" * 5000 + ")", ""),
        ("", "names no solution"),
        ("no/such/file.py", "file not found"),
    ],
)
def test_an_invalid_spec_is_refused_and_the_nearest_name_suggested(spec: str, message: str) -> None:
    with pytest.raises(SolutionError) as refused:
        load_solution(spec)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "spec",
    [
        "A" * 5000,
        f"hash(threshold={'7' * 5000})",
        f"hash(threshold=0x{'f' * 5000})",
        f"hash({'a' * 5000}=1)",
        f"hash(threshold='{'a ' * 2500}')",
        f"hash({'a ' * 2500}",
    ],
)
def test_a_long_spec_is_not_repeated_whole(spec: str) -> None:
    with pytest.raises(SolutionError) as caught:
        load_solution(spec)
    assert len(str(caught.value)) < 1000


def test_a_path_names_the_solution_in_the_file(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    assert identity(load_solution(f"{path}(do='raise')")) == "obedient(do='raise')"


def test_a_registered_file_has_a_name_and_is_imported_again_after_an_edit(tmp_path: Path) -> None:
    register = tmp_path / "solutions.json"
    path = write_obedient(tmp_path)
    assert register_file(path, register).name == "obedient"
    assert read_register(register) == {"obedient": str(path)}
    assert available_solutions(register)["obedient"].origin == str(path)
    path.write_text(path.read_text().replace('do: str = "answer"', 'do: str = "raise"'))
    assert load_solution("obedient", register).do == "raise"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "line 1 cannot be imported: SyntaxError"),
        ("\nimport no_such_module", "line 2 cannot be imported: ModuleNotFoundError"),
        ("raise SystemExit(2)", "line 1 cannot be imported: SystemExit"),
        ("x = 1", "defines 0 solutions"),
        (
            "from harness import Retrieval\nclass Idea(Retrieval):\n    def fit(self, data): ...\n",
            "Idea does not define rank",
        ),
        (
            "from harness import Retrieval\nclass A(Retrieval):\n    def fit(self, data): ...\n    def rank(self, queries): ...\nclass B(A): ...\n",
            "defines 2 solutions",
        ),
    ],
)
def test_a_file_without_a_valid_solution_is_refused_with_the_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SolutionError) as refused:
        load_class(str(write_text_file(tmp_path, text)))
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("class Idea(Retrieval):", "put @dataclass above Idea"),
        ("@dataclass\nclass Idea(Retrieval):\n    def __post_init__(self): raise SystemExit(3)", "idea: SystemExit: 3"),
        (
            "@dataclass\nclass Idea(Retrieval):\n    def __post_init__(self): raise RuntimeError('no')",
            "idea: RuntimeError: no",
        ),
        ("@dataclass\nclass Idea(Retrieval):\n    side: int", "idea needs side: write idea(side=…)"),
    ],
)
def test_a_solution_that_cannot_be_constructed_is_refused_in_one_line(tmp_path: Path, body: str, message: str) -> None:
    text = f"from dataclasses import dataclass\nfrom harness import Retrieval\n{body}\n"
    text += "    def fit(self, data): ...\n    def rank(self, queries): ...\n"
    with pytest.raises(SolutionError) as refused:
        load_solution(str(write_text_file(tmp_path, text)))
    assert message in str(refused.value)


def test_output_of_a_plug_in_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_obedient(tmp_path)
    path.write_text("print('a word from the import')\n" + path.read_text())
    load_solution(str(path))
    assert capsys.readouterr() == ("", "a word from the import\n")


def test_a_file_with_the_name_of_a_built_in_solution_is_refused(tmp_path: Path) -> None:
    path = write_obedient(tmp_path).rename(tmp_path / "hash.py")
    with pytest.raises(SolutionError, match="another solution is named hash"):
        load_class(str(path))
    with pytest.raises(SolutionError, match="rename the file"):
        register_file(path, tmp_path / "solutions.json")


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "dir (1).py"
    folder.mkdir()
    path = write_obedient(folder)
    assert identity(load_solution(f"{path}(do='x.py')")) == "obedient(do='x.py')"


@pytest.mark.parametrize(
    ("spec", "name", "arguments"),
    [
        ("a.py(x='b.py(1)')", "a.py", {"x": "b.py(1)"}),
        ("d.py (1)/a.py (x=2)", "d.py (1)/a.py", {"x": 2}),
        ("d (1).py", "d (1).py", {}),
        ("hash(kind='a\udcff.onnx')", "hash", {"kind": "a\udcff.onnx"}),
    ],
)
def test_a_spec_is_divided_where_the_path_ends(spec: str, name: str, arguments: dict[str, object]) -> None:
    assert split_spec(spec) == (name, arguments)


def test_only_a_usual_file_is_a_solution(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "device.py").symlink_to("/dev/null")
    with (tmp_path / "large.py").open("wb") as large:
        large.truncate(1 << 30)
    for name, message in {"folder": "is no regular file", "device": "no regular file", "large": "10 MB"}.items():
        with pytest.raises(SolutionError, match=message):
            find_solution(str(tmp_path / f"{name}.py"))


def test_a_damaged_register_is_named(tmp_path: Path) -> None:
    (tmp_path / "solutions.json").write_text("[1")
    with pytest.raises(WorkspaceError, match=r"solutions.json: is damaged"):
        available_solutions(tmp_path / "solutions.json")


def test_a_file_name_that_is_no_identifier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SolutionError, match="file's name becomes the solution's name"):
        register_file(write_text_file(tmp_path, "", "my idea.py"), tmp_path / "solutions.json")


def test_a_file_can_import_its_neighbours(tmp_path: Path) -> None:
    write_text_file(tmp_path, "LENGTH = 7", "beside_the_idea.py")
    path = write_text_file(
        tmp_path,
        "from dataclasses import dataclass\nfrom beside_the_idea import LENGTH\nfrom harness import Retrieval\n"
        "@dataclass\nclass Idea(Retrieval):\n    length: int = LENGTH\n"
        "    def fit(self, data): ...\n    def rank(self, queries): ...\n",
    )
    assert load_class(str(path))().length == 7


def test_an_installed_entry_point_is_a_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("theirs", "solutions.retrieval.first_images", "landmark.solutions")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "landmark.solutions" else [])
    assert load_class("theirs").__name__ == "FirstImages"
    assert available_solutions()["theirs"].origin == "installed"


def test_a_missing_package_of_built_in_solutions_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_BUILT_IN", ("solutions.retrieval", "solutions.no_such_package"))
    with pytest.raises(ModuleNotFoundError, match=r"solutions\.no_such_package"):
        available_solutions()
