"""Tests of `solutions.neighbours.accelerator`.

Keras runs on the CPU here; the reference is the exact search.
"""

import sys

import numpy as np
import pytest

from harness import HarnessError
from solutions.neighbours import accelerator
from solutions.neighbours.exact import nearest
from tests.back_ends import require_back_end
from tests.solutions.neighbours.reference import assert_same

require_back_end()


@pytest.fixture
def search_case(monkeypatch):
    monkeypatch.setattr(accelerator, "_QUERIES", 7)
    monkeypatch.setattr(accelerator, "_ROWS", 100)
    rng = np.random.default_rng(1)
    index = rng.standard_normal((730, 20)).astype(np.float32)
    index[300:320] = index[:20]
    index[[4, 500]], index[5] = np.nan, 1e25
    return np.vstack([rng.standard_normal((18, 20)), index[:6]]), index


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_the_neighbours_equal_those_of_the_exact_search(search_case, kind):
    assert_same(accelerator.nearest(*search_case, 30, kind), nearest(*search_case, 30))


def test_the_device_is_chosen_by_name(search_case):
    assert_same(nearest(*search_case, 30, device="accelerator"), nearest(*search_case, 30))
    assert_same(nearest(*search_case, 30, device="auto"), nearest(*search_case, 30))


def test_all_readable_rows_are_found_and_no_others(search_case):
    assert_same(accelerator.nearest(*search_case, 800), nearest(*search_case, 800))


@pytest.mark.parametrize(("n_queries", "n_index"), [(0, 3), (2, 0), (1, 1), (2, 3)])
def test_small_inputs_are_searched_correctly(n_queries, n_index):
    queries, index = np.ones((n_queries, 2)), np.arange(2.0 * n_index).reshape(n_index, 2)
    assert_same(accelerator.nearest(queries, index, 5), nearest(queries, index, 5))


def test_a_missing_keras_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    monkeypatch.setattr(accelerator, "find_spec", lambda name: None)
    assert not accelerator.has_accelerator()
    with pytest.raises(HarnessError, match="keras is not installed; install it with: "):
        nearest(np.ones((1, 2)), np.ones((1, 2)), 1, device="accelerator")
