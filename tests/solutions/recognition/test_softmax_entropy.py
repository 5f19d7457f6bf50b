"""Tests of `solutions.recognition.softmax_entropy`, `solutions.retrieval.transfer_clustering` and
`solutions.training.classifier` on a competition whose landmarks are patterns.
"""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.scoring.evaluate import evaluate
from solutions.recognition.softmax_entropy import SoftmaxEntropy
from solutions.retrieval.transfer_clustering import TransferClustering
from solutions.training.trained_network import TrainedNetwork, train_network
from tests.solutions.factories import write_pattern_competition

SMALL = {"side": 96}


def gap(competition: Competition, solution: SoftmaxEntropy) -> float | None:
    split = own_split(competition, "recognition")
    solution.fit(split.data)
    return evaluate(solution.recognise(split.queries), split.ground_truth).scores["all"]["gap"]


@pytest.mark.parametrize("rule", ["entropy", "probability", "energy", "distance"])
def test_every_rule_recognises_the_landmarks(competition: Competition, rule: str) -> None:
    assert gap(competition, SoftmaxEntropy(rule=rule, **SMALL)) == pytest.approx(1.0)


HEADS = ["dense", *(pytest.param(each, marks=pytest.mark.slow) for each in ("hierarchical", "sampled", "arcface"))]


@pytest.mark.parametrize("head", HEADS)
def test_every_head_recognises_the_landmarks(competition: Competition, head: str) -> None:
    assert gap(competition, SoftmaxEntropy(head=head, rate=0.01, epochs=12, **SMALL)) == pytest.approx(1.0)


def test_the_final_network_is_trained_for_the_best_epochs_of_cross_validation(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[int | None] = []

    def record_stop(*arguments: object) -> TrainedNetwork:
        stops.append(arguments[3].stop)
        return train_network(*arguments)

    monkeypatch.setattr("solutions.training.classifier.train_network", record_stop)
    monkeypatch.setattr(TrainedNetwork, "epochs", 3)
    SoftmaxEntropy(head="dense", epochs=5, **SMALL).fit(own_split(competition, "recognition").data)
    assert stops[:-1] == [None] * (len(stops) - 1)
    assert stops[-1] == 3
    assert len(stops) > 2


def test_trained_layers_are_cross_validated_in_one_round(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def stop(*arguments: object) -> TrainedNetwork:
        calls.append(arguments)
        raise HarnessError("enough")

    monkeypatch.setattr("solutions.training.classifier.train_network", stop)
    solution = SoftmaxEntropy(head="dense", frozen=140, **SMALL)
    with pytest.raises(HarnessError, match="enough"):
        solution.fit(own_split(competition, "recognition").data)
    assert len(calls) == 1


def test_the_identity_is_the_specification() -> None:
    solution = SoftmaxEntropy(head="dense", frozen=249, backbone="InceptionV3", weights=None)
    assert repr(solution) == "softmax_entropy(backbone='InceptionV3', weights=None, head='dense', frozen=249)"


@pytest.mark.parametrize("kind", [SoftmaxEntropy, TransferClustering])
def test_frozen_layers_below_a_logistic_head_are_refused_at_once(kind: type) -> None:
    with pytest.raises(
        HarnessError, match="frozen=249: a logistic head trains no layers of a network; try head='dense'"
    ):
        kind(frozen=249)


def test_energy_is_refused_for_a_hierarchical_softmax() -> None:
    with pytest.raises(HarnessError, match="rule='energy' is the same for all images under head='hierarchical'"):
        SoftmaxEntropy(rule="energy", head="hierarchical")


def test_several_returns_the_landmarks_above_a_probability(competition: Competition) -> None:
    split = own_split(competition, "recognition")
    solution = SoftmaxEntropy(threshold=9.0, **SMALL)
    solution.fit(split.data)
    everything = solution.several(split.queries, above=0.0)
    one = solution.recognise(split.queries)
    assert [next(iter(each)) for each in everything] == one.landmarks.tolist()
    for each in everything:
        assert sorted(each) == [0, 1, 2]
        assert sum(each.values()) == pytest.approx(1)
        assert list(each.values()) == sorted(each.values(), reverse=True)
    some = solution.several(split.queries, above=0.3)
    assert some == [
        {name: probability for name, probability in each.items() if probability > 0.3} for each in everything
    ]


def test_a_threshold_below_all_scores_rejects_all(competition: Competition) -> None:
    split = own_split(competition, "recognition")
    solution = SoftmaxEntropy(threshold=-1.0, **SMALL)
    solution.fit(split.data)
    assert not solution.recognise(split.queries).answered.any()


def test_a_head_is_fitted_once_for_two_solutions(competition: Competition, monkeypatch: pytest.MonkeyPatch) -> None:
    data = own_split(competition, "retrieval").data
    SoftmaxEntropy(threshold=9.0, weight_decay=0.5, **SMALL).fit(data)
    calls: list[object] = []
    monkeypatch.setattr("solutions.training.logistic_head.softmax_regression", lambda *args: calls.append(args))
    TransferClustering(weight_decay=0.5, **SMALL).fit(data)
    assert not calls


def test_fewer_than_two_landmarks_are_refused(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    for some in (data.labels == data.labels[0], np.zeros(len(data.labels), bool)):
        one = TrainingData(data.train[some], data.labels[some], data.index, 0)
        with pytest.raises(HarnessError, match="train images of two landmarks or more"):
            SoftmaxEntropy(**SMALL).fit(one)


def test_the_flood_fill_ranks_the_images_of_the_landmark_first(competition: Competition) -> None:
    split = own_split(competition, "retrieval")
    solution = TransferClustering(**SMALL)
    solution.fit(split.data)
    assert evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"] == pytest.approx(1.0)


def test_the_flood_fill_on_a_trained_network(competition: Competition) -> None:
    split = own_split(competition, "retrieval")
    solution = TransferClustering(head="dense", rate=0.01, epochs=12, **SMALL)
    solution.fit(split.data)
    assert evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"] == pytest.approx(1.0)


def test_an_unreadable_query_has_no_answer(tmp_path: Path) -> None:
    folder = write_pattern_competition(tmp_path)
    competition = Competition.open(folder, tmp_path / "store")
    path = competition.queries.paths[0]
    assert path is not None
    path.write_bytes(b"broken")
    for task, kind in (("recognition", SoftmaxEntropy), ("retrieval", TransferClustering)):
        split = own_split(competition, task)
        solution = kind(**SMALL)
        solution.fit(split.data)
        answer = solution.recognise(split.queries) if task == "recognition" else solution.rank(split.queries)
        assert not answer.answered[0]
        assert answer.answered[1:].all()
