"""Tests of pipelines of networks in `solutions.retrieval` on a competition whose landmarks are patterns.

`solutions.retrieval.first_place`, `solutions.retrieval.sixth_place`, `solutions.retrieval.eleventh_place`,
`solutions.retrieval.diffusion`, `solutions.retrieval.best_unsupervised` and `solutions.retrieval.best_retrieval`.
"""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.scoring.evaluate import evaluate
from harness.solution.base import Retrieval, identity
from harness.solution.registry import load_class, load_solution

NAMES = ("first_place", "sixth_place", "eleventh_place", "diffusion", "best_unsupervised", "best_retrieval")
SMALL = {
    "first_place": "first_place(backbone='lite0', side=96)",
    "best_unsupervised": "best_unsupervised",
    "best_retrieval": "best_retrieval",
}


pytestmark = pytest.mark.usefixtures("small_networks")


def small(name: str) -> Retrieval:
    solution = load_solution(SMALL.get(name, f"{name}(side=96)"))
    assert isinstance(solution, Retrieval)
    return solution


def score(solution: Retrieval, competition: Competition, *, labelled: bool = True) -> float:
    split = own_split(competition, "retrieval")
    data = split.data if labelled else TrainingData(split.data.train[:0], split.data.labels[:0], split.data.index)
    solution.fit(data)
    assert split.ground_truth is not None
    value = evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"]
    assert value is not None
    return value


@pytest.mark.parametrize("name", NAMES)
def test_the_images_of_each_landmark_are_found(name: str, competition: Competition) -> None:
    assert score(small(name), competition) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_without_train_images_the_index_is_searched(name: str, competition: Competition) -> None:
    assert score(small(name), competition, labelled=False) > 0.7


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_does_not_depend_on_chunks_of_queries(name: str, competition: Competition) -> None:
    solution, queries = small(name), competition.queries
    solution.fit(TrainingData(competition.train, competition.labels, competition.index))
    together = solution.rank(queries).positions
    apart = [solution.rank(queries[row : row + 1]).positions for row in range(len(queries))]
    assert np.array_equal(together, np.concatenate(apart))


@pytest.mark.parametrize("name", NAMES)
def test_an_index_of_one_image_is_found_by_every_query(name: str, competition: Competition) -> None:
    solution = small(name)
    solution.fit(TrainingData(competition.train, competition.labels, competition.index[:1]))
    assert (solution.rank(competition.queries).positions[:, 0] == 0).all()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "diffusion"])
def test_every_ablation_step_is_a_solution_and_the_last_has_the_defaults(name: str) -> None:
    cls = load_class(name, Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-1] == name
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize("how", ["online", "offline", "spectral"])
def test_the_three_ways_to_solve_diffusion_agree_on_a_small_index(how: str, competition: Competition) -> None:
    assert score(load_solution(f"diffusion(how={how!r}, side=96)"), competition) > 0.9


def test_best_retrieval_uses_train_labels(competition: Competition) -> None:
    solution = small("best_retrieval")
    score(solution, competition)
    assert solution.joined.shape[1] == 3 + solution.index.shape[1]
