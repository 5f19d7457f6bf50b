from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.api.solution_specs import spec_of
from harness.errors import SolutionError
from harness.solution.base import Retrieval
from solutions.retrieval.hash import Hash
from tests.factories.modules import imported_file


def test_text_is_a_spec_as_it_is(tmp_path: Path) -> None:
    assert spec_of("hash(kind='dct')", tmp_path / "register") == "hash(kind='dct')"


def test_a_built_in_solution_has_its_name(tmp_path: Path) -> None:
    assert spec_of(Hash(kind="dct"), tmp_path / "register") == "hash(kind='dct')"
    assert spec_of(Hash, tmp_path / "register") == "hash"


def test_a_solution_of_a_module_has_the_path_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "tiny_images.py"
    with imported_file(path) as module:
        assert spec_of(module.TinyImages(side=8), tmp_path / "register") == f"{path}(side=8)"
        assert spec_of(module.TinyImages, tmp_path / "register") == str(path)


@pytest.mark.parametrize(
    ("value", "message"),
    [(3, "3 is no solution, but int"), (["hash", "dft"], r"unpack a list: run\(\*names\)"), (int, "name one, as in")],
)
def test_what_is_no_solution_is_refused_as_such(tmp_path: Path, value: object, message: str) -> None:
    with pytest.raises(SolutionError, match=message):
        spec_of(value, tmp_path / "register")  # type: ignore[arg-type]


def test_a_class_that_is_no_dataclass_is_refused_with_what_to_do(tmp_path: Path) -> None:
    class Sketch(Retrieval):
        def fit(self, data: object) -> None: ...
        def rank(self, queries: object) -> None: ...

    with pytest.raises(SolutionError, match="put @dataclass above Sketch"):
        spec_of(Sketch, tmp_path / "register")


def test_the_class_of_a_notebook_cell_is_refused_with_what_to_do(tmp_path: Path) -> None:
    @dataclass
    class Sketch(Retrieval):
        def fit(self, data: object) -> None: ...
        def rank(self, queries: object) -> None: ...

    Sketch.__module__ = "__main__"
    with pytest.raises(SolutionError, match=r"begin the cell with %%writefile sketch\.py") as error:
        spec_of(Sketch(), tmp_path / "register")
    assert str(error.value).isprintable()
