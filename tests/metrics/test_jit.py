"""Tests of `metrics.jit`: functions that are compiled at their first call."""

import subprocess
import sys

import numpy as np
import pytest

from metrics.jit import COMPILED, LazyFunction, _PythonWork, helper, kernel, linear_kernel, suits_python

pytestmark = pytest.mark.skipif(not COMPILED, reason="kernels are not compiled")

_TINY_SCORES = """
import sys
from metrics import MeanAveragePrecision, judge_retrieval
assert judge_retrieval({"q": ["a", "b"]}, {"q": ["b"]}, 2).hits.tolist() == [[False, True]]
print("numba" in sys.modules)
"""


@helper
def twice(number):
    return number + number


@linear_kernel("numbers")
def add_doubled(numbers, total):
    for number in numbers:
        total[0] += twice(number)


@pytest.fixture
def without_numba(monkeypatch):
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr(LazyFunction, "budget", 1500)


def doubled_sum(numbers):
    total = np.zeros(1, np.uint8)
    add_doubled(np.asarray(numbers, np.uint8), total)
    return int(total[0])


def test_a_tiny_competition_is_scored_without_numba():
    printed = subprocess.run([sys.executable, "-c", _TINY_SCORES], capture_output=True, text=True, check=True).stdout
    assert printed == "False\n"


def test_python_and_compiled_code_give_the_same_also_where_numbers_wrap_around(without_numba):
    numbers = [100, 200, 3]
    assert doubled_sum(numbers) == (2 * sum(numbers)) % 256
    assert add_doubled.python is not add_doubled.compiled
    total = np.zeros(1, np.uint8)
    add_doubled.compiled(np.array(numbers, np.uint8), total)
    assert int(total[0]) == doubled_sum(numbers)


@pytest.mark.parametrize(
    ("sizes", "in_python"), [([1000], True), ([1001], False), ([800, 700], True), ([800, 701], False)]
)
def test_small_calls_run_as_python_until_their_budget_is_spent(sizes, in_python, without_numba, monkeypatch):
    calls = []
    lazy = LazyFunction(add_doubled._function, add_doubled._compile, ("numbers",))
    monkeypatch.setitem(vars(lazy), "python", lambda *_: calls.append("python"))
    monkeypatch.setitem(vars(lazy), "compiled", lambda *_: calls.append("compiled"))
    for size in sizes:
        lazy(np.zeros(size), np.zeros(1))
    assert calls[-1] == ("python" if in_python else "compiled")


def test_work_suits_python_until_numba_is_there_or_a_million_elements_are_done(without_numba, monkeypatch):
    monkeypatch.setattr(_PythonWork, "left", 250_000)
    assert [suits_python(size) for size in (100_001, 100_000, 100_000, 50_001, 50_000, 1)] == [
        False, True, True, False, True, False,
    ]  # fmt: skip
    monkeypatch.setattr(_PythonWork, "left", 250_000)
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert not suits_python(1)


def test_other_kernels_are_compiled_whatever_their_size(without_numba, monkeypatch):
    lazy = kernel(add_doubled._function)
    monkeypatch.setitem(vars(lazy), "compiled", lambda *_: "compiled")
    assert lazy(np.zeros(1), np.zeros(1)) == "compiled"


def test_a_kernel_may_name_a_helper_of_the_function_around_it():
    inner = helper(lambda number: number * 3)

    def outer(numbers):
        return inner(numbers[0])

    assert kernel(outer)(np.array([14])) == 42
    assert kernel(outer).python(np.array([14])) == 42


def test_attributes_are_those_of_the_dispatcher():
    add_doubled.compiled(np.zeros(1, np.int64), np.zeros(1, np.int64))
    assert len(add_doubled.signatures) >= 1
    with pytest.raises(AttributeError):
        add_doubled.no_such_attribute  # noqa: B018 (the access is the test)
