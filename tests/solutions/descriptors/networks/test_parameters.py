"""Tests of `solutions.descriptors.networks.parameters` and `solutions.descriptors.networks.application_names`."""

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from harness import HarnessError
from harness.solution.base import Solution
from harness.solution.registry import load_solution
from solutions.descriptors.networks.parameters import check_networks

WRONG = {
    "missing.onnx: cannot be read": {"backbone": "missing.onnx"},
    "no network is named 'lite9'; perhaps lite2": {"backbone": "lite9"},
    "no network is named 'Resnet50'; perhaps ResNet50": {"backbone": "Resnet50"},
    "missing.pt: cannot be read": {"backbone": "lite0", "second": "missing.pt"},
    "missing.h5: cannot be read": {"backbone": "lite0", "weights": "missing.h5"},
    "there is no module 'no_such_module'": {"backbone": "no_such_module:build"},
    "side=0 must be from 1 to 16384 pixels": {"backbone": "lite0", "side": 0},
    "'hlaf' is unknown; choose pixels, unit, half": {"backbone": "lite0", "preprocessing": "hlaf"},
}
SOLUTIONS = (
    "nearest", "diffusion", "first_place", "sixth_place", "eleventh_place", "transfer_clustering", "third_place",
    "fourth_place", "softmax_entropy", "tenth_place",
)  # fmt: skip


@pytest.mark.parametrize("message", list(WRONG))
def test_what_is_missing_or_impossible_is_refused(message: str) -> None:
    parameters: Mapping[str, object] = WRONG[message]
    with pytest.raises(HarnessError, match=message):
        check_networks(SimpleNamespace(**parameters))


def test_networks_that_are_installed_or_fetched_are_accepted() -> None:
    for parameters in ({"backbone": "lite1", "second": None, "side": None}, {"backbone": "ResNet50", "weights": None}):
        check_networks(SimpleNamespace(**parameters))


@pytest.mark.parametrize("name", SOLUTIONS)
def test_solutions_refuse_a_missing_network_before_they_run(name: str) -> None:
    solution: Solution = load_solution(f"{name}(backbone='missing.onnx')")
    with pytest.raises(HarnessError, match=r"missing\.onnx: cannot be read: No such file"):
        solution.check_parameters()
