"""Tests of `solutions.neighbours.accelerator`, `solutions.neighbours.torch_search` and
`solutions.neighbours.jax_search`.

The libraries compute on the CPU here; the reference is the exact search.
"""

import numpy as np
import pytest

from harness import HarnessError
from solutions.neighbours import accelerator, exact, jax_search, torch_search
from solutions.neighbours.accelerator import AcceleratorSearcher
from solutions.neighbours.exact import nearest
from tests.solutions.neighbours.reference import assert_same


@pytest.fixture(params=["torch", "jax"])
def library(request):
    pytest.importorskip(request.param)
    return request.param


@pytest.fixture
def search_case(monkeypatch):
    for module in (torch_search, jax_search):
        monkeypatch.setattr(module, "_QUERIES", 7)
        monkeypatch.setattr(module, "_ROWS", 128)
    monkeypatch.setattr(torch_search, "_GATHERED", 5000)
    rng = np.random.default_rng(1)
    index = rng.standard_normal((730, 20)).astype(np.float32)
    index[300:320] = index[:20]
    index[[4, 500]], index[5] = np.nan, 1e25
    return np.vstack([rng.standard_normal((18, 20)), index[:6]]), index


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
@pytest.mark.parametrize("group", [2, 32])
def test_the_neighbours_equal_those_of_the_exact_search(search_case, library, kind, group, monkeypatch):
    monkeypatch.setattr(torch_search, "_GROUP", group)
    queries, index = search_case
    for k in (3, 30):
        results = AcceleratorSearcher(kind, library).build(index).search(queries, k)
        assert_same(results, nearest(queries, index, k))


def test_an_index_that_does_not_fit_on_the_device_is_sent_in_blocks(search_case, library, monkeypatch):
    for each in (torch_search.TorchIndex, jax_search.JaxIndex):
        monkeypatch.setattr(each, "_fits", lambda _: False)
    queries, index = search_case
    assert_same(AcceleratorSearcher(library=library).build(index).search(queries, 9), nearest(queries, index, 9))


def test_all_readable_rows_are_found_and_no_others(search_case, library):
    queries, index = search_case
    assert_same(AcceleratorSearcher(library=library).build(index).search(queries, 800), nearest(queries, index, 800))


@pytest.mark.parametrize(("n_queries", "n_index"), [(0, 3), (2, 0), (1, 1), (2, 3)])
def test_small_inputs_are_searched_correctly(n_queries, n_index, library):
    queries, index = np.ones((n_queries, 2)), np.arange(2.0 * n_index).reshape(n_index, 2)
    assert_same(AcceleratorSearcher(library=library).build(index).search(queries, 5), nearest(queries, index, 5))


def test_the_largest_of_groups_are_the_largest_of_all():
    torch = pytest.importorskip("torch")
    products = torch.tensor(np.random.default_rng(0).standard_normal((5, 256)), dtype=torch.float32)
    sums, positions = torch_search._largest(products, None, 6)
    expected = products.topk(6, dim=1)
    assert torch.equal(sums, expected.values)
    assert torch.equal(positions, expected.indices)


def test_without_a_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(accelerator, "find_spec", lambda name: None)
    with pytest.raises(HarnessError, match="needs torch or jax; install it with: .*cuda"):
        nearest(np.ones((1, 2)), np.ones((1, 2)), 1, device="accelerator")


@pytest.mark.parametrize(("name", "found"), [("torch", "torch"), ("jax", "jax"), ("", "torch")])
def test_a_library_with_a_gpu_comes_before_one_without(monkeypatch, name, found):
    monkeypatch.setattr(accelerator, "find_spec", lambda name: True)
    monkeypatch.setattr(torch_search, "has_gpu", lambda: name == "torch")
    monkeypatch.setattr(jax_search, "has_gpu", lambda: name == "jax")
    assert accelerator.find_library() == found
    assert accelerator.has_accelerator() == bool(name)


def test_a_large_search_is_on_the_gpu_if_one_is_chosen(monkeypatch):
    searched = []
    monkeypatch.setattr(accelerator, "nearest", lambda queries, index, k: searched.append(k))
    rows = np.ones((2, 2))
    for device, worthwhile, k in (("cuda:0", 1, 3), ("cpu", 1, 4), ("cuda:0", 10**9, 5)):
        monkeypatch.setattr(exact, "choose_device", lambda *_, device=device: device)
        monkeypatch.setattr(exact, "_WORTHWHILE", worthwhile)
        nearest(rows, rows, k)
    assert searched == [3]
