"""Tests of `metrics.statistics.ties_with_best`."""

import numpy as np
import pytest

from metrics import MeanAveragePrecision, compare, judge_retrieval
from metrics.statistics.ties_with_best import compare_with_best


def answers() -> dict[str, object]:
    draw = np.random.default_rng(1)
    truth = {f"q{i:03}": ["a"] for i in range(120)}
    result = {name: draw.random(120) < share for name, share in (("best", 0.8), ("near", 0.75), ("far", 0.4))}
    return {
        name: judge_retrieval({query: ["a"] for query, hit in zip(truth, hits, strict=True) if hit}, truth)
        for name, hits in result.items()
    }


def test_two_systems_have_the_p_value_of_a_full_comparison() -> None:
    both = {name: judgement for name, judgement in answers().items() if name != "near"}
    (pair,) = compare(MeanAveragePrecision(), {name: [each] for name, each in both.items()}).pairs
    result = compare_with_best(MeanAveragePrecision(), both)
    assert result["far"].p_holm == pair.p_holm
    assert not result["far"].tied
    assert result["best"].p_holm is None


def test_p_is_corrected_for_the_number_of_systems_compared() -> None:
    result = compare_with_best(MeanAveragePrecision(), answers())
    alone = compare_with_best(MeanAveragePrecision(), {name: answers()[name] for name in ("best", "far")})
    assert result["far"].p_holm == 2 * alone["far"].p_holm
    assert result["near"].tied
    assert sum(each.p_first for each in result.values()) == pytest.approx(1)


def test_answers_to_other_queries_are_refused() -> None:
    other = judge_retrieval({}, {"q": ["a"]})
    with pytest.raises(ValueError, match="answer different queries"):
        compare_with_best(MeanAveragePrecision(), {"best": answers()["best"], "other": other})
