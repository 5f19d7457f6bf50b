from dataclasses import fields
from pathlib import Path
from typing import Annotated, Literal

import pytest

from harness.contract.check import check_solution
from harness.errors import SolutionError
from harness.solution.base import identity
from harness.solution.registry import available_solutions, load_class, load_solution
from harness.solution.search_space import Among, Span, range_of
from harness.solution.spec import search_space
from tests.factories.tuning_runs import SLOPE, write_slope


def space_of(folder: Path, source: str) -> dict[str, str]:
    path = folder / "idea.py"
    path.write_text(source, encoding="utf-8")
    return {name: str(each) for name, each in search_space(load_class(str(path))).items()}


def test_the_range_in_an_annotation_is_searched(tmp_path: Path) -> None:
    expected = {"x": "0 to 1", "kind": "'good', 'bad'", "n": "None, 4, 5"}
    assert space_of(tmp_path, SLOPE) == expected


def test_annotations_may_be_strings(tmp_path: Path) -> None:
    assert space_of(tmp_path, SLOPE) == space_of(tmp_path, SLOPE.replace("from data", "from __future__ import annotations\nfrom data", 1))  # fmt: skip


def test_the_ends_of_a_span_have_the_type_of_the_parameter() -> None:
    assert repr(range_of(Annotated[float, Span(0, 3, step=1)])) == repr(Span(0.0, 3.0, step=1.0))
    assert repr(range_of(Annotated[float | None, Span(0, 3)])) == repr(Span(0.0, 3.0))
    assert repr(range_of(Annotated[int, Span(4, 32)])) == repr(Span(4, 32))
    assert repr(range_of(Annotated[int | None, Span(4, 32)])) == repr(Span(4, 32))


def test_literals_and_bools_are_ranges_unless_annotated() -> None:
    assert str(range_of(Literal["a", "b"])) == "'a', 'b'"
    assert str(range_of(bool)) == "False, True"
    assert str(range_of(Annotated[Literal["a", "b", "c"], Among("a", "b")])) == "'a', 'b'"
    assert range_of(int) is None
    assert range_of(Annotated[int, "pixels"]) is None


def test_one_value_is_not_searched(tmp_path: Path) -> None:
    source = SLOPE.replace('Literal["good", "bad"]', 'Annotated[Literal["good", "bad"], Among("bad")]')
    assert "kind" not in space_of(tmp_path, source)


def test_a_range_does_not_restrict_values(tmp_path: Path) -> None:
    spec = f"{write_slope(tmp_path)}(x=7.5, n=6)"
    assert identity(load_solution(spec)) == "slope(x=7.5, n=6)"
    with pytest.raises(SolutionError, match="x='far' is not allowed"):
        load_solution(f"{write_slope(tmp_path)}(x='far')")


@pytest.mark.parametrize(
    ("range_", "message"),
    [
        ("Span(1, 1)", "is empty"),
        ("Span(float('nan'), 1)", "is empty"),
        ("Span(0, 1, log=True)", "begins above 0"),
        ("Span(1, 2, log=True, step=0.1)", "has no step"),
        ("Span(0, 1, step=2)", "is not from 0 to 1"),
        ("Among()", "needs at least one value"),
    ],
)
def test_an_impossible_range_is_reported_with_its_line(tmp_path: Path, range_: str, message: str) -> None:
    with pytest.raises(SolutionError, match=message) as raised:
        space_of(tmp_path, SLOPE.replace("Span(0, 1)", range_))
    assert "idea.py, line 1" in str(raised.value)


def test_a_range_of_values_of_another_type_breaks_the_contract(tmp_path: Path) -> None:
    source = SLOPE.replace("Among(None, 4, 5)", "Among(None, 'four')")
    with pytest.raises(SolutionError, match="n='four' is not allowed: .*; correct the range"):
        space_of(tmp_path, source)
    clauses = [result.clause for result in check_solution(str(tmp_path / "idea.py")) if result.violation]
    assert clauses == ["has search ranges that its types allow"]


@pytest.mark.parametrize("name", list(available_solutions()))
def test_the_ranges_of_every_solution_are_valid_and_contain_its_defaults(name: str) -> None:
    space = search_space(load_class(name))
    defaults = {each.name: each.default for each in fields(load_class(name))}
    for parameter, range_ in space.items():
        default = defaults[parameter]
        inside = (
            default in range_.values
            if isinstance(range_, Among)
            else default is None or range_.low <= default <= range_.high
        )
        assert inside, parameter
