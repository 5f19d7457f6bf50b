"""The deck's recogniser and retrieval by one softmax, on a small world whose landmarks are patterns."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="networks are an extra: pip install 'landmark[networks]'")

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.scoring.evaluate import evaluate
from solutions.recognition.softmax_entropy import SoftmaxEntropy
from solutions.retrieval.transfer_clustering import TransferClustering
from solutions.training.trained_network import TrainedNetwork, train_network
from tests.factories.competitions import image_id, image_path, save_image, write_table

SMALL = {"side": 96}
LANDMARKS = 3


def pattern(landmark: int, photo: int) -> np.ndarray:
    """A photo of stripes that lie, stripes that stand, or squares, in the colour of the landmark."""
    draw = np.random.default_rng([landmark, photo])
    down, across = np.indices((96, 96)) + draw.integers(0, 9, 2)[:, None, None]
    light = ((down // 6 % 2), (across // 6 % 2), (down // 12 + across // 12) % 2)[landmark]
    colour = np.array([[200, 60, 40], [40, 170, 60], [50, 70, 210]])[landmark]
    return np.asarray((light[..., None] * colour + draw.normal(20, 5, (96, 96, 3))).clip(0, 255), np.uint8)


def write_world(folder: Path) -> Path:
    """Return the folder with a competition in it: five train, four index images and two queries of each landmark."""
    shown = [(part, landmark, photo) for part, count in (("train", 5), ("index", 4), ("test", 2))
             for landmark in range(LANDMARKS) for photo in range(count)]  # fmt: skip
    names = {each: image_id(each[0], number) for number, each in enumerate(shown)}
    for (part, landmark, photo), name in names.items():
        save_image(image_path(folder, part, name), pattern(landmark, photo + 10 * (part != "train")))
    of = {
        part: [(name, each[1]) for each, name in names.items() if each[0] == part]
        for part in ("train", "index", "test")
    }
    write_table(folder / "train.csv", "id,landmark_id", of["train"])
    for part in ("index", "test"):
        write_table(folder / f"{part}.csv", "id", [(name,) for name, _ in of[part]])
    found = [
        (name, " ".join(each for each, shows in of["index"] if shows == landmark)) for name, landmark in of["test"]
    ]
    write_table(folder / "retrieval_solution.csv", "id,images", found)
    write_table(folder / "recognition_solution.csv", "id,landmarks", of["test"])
    return folder


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_world(folder), folder / "store")


def gap(competition: Competition, solution: SoftmaxEntropy) -> float | None:
    split = own_split(competition, "recognition")
    solution.fit(split.data)
    return evaluate(solution.recognise(split.queries), split.ground_truth).scores["all"]["gap"]


@pytest.mark.parametrize("rule", ["entropy", "probability", "energy", "distance"])
def test_every_rule_names_the_landmarks(competition: Competition, rule: str) -> None:
    assert gap(competition, SoftmaxEntropy(rule=rule, **SMALL)) == pytest.approx(1.0)


HEADS = ["dense", *(pytest.param(each, marks=pytest.mark.slow) for each in ("hierarchical", "sampled", "arcface"))]


@pytest.mark.parametrize("head", HEADS)
def test_every_head_names_the_landmarks(competition: Competition, head: str) -> None:
    assert gap(competition, SoftmaxEntropy(head=head, rate=0.01, epochs=12, **SMALL)) == pytest.approx(1.0)


def test_a_network_is_trained_as_long_as_held_out_images_asked_for(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[int | None] = []

    def noted(*arguments: object) -> TrainedNetwork:
        stops.append(arguments[3].stop)  # type: ignore[attr-defined]
        return train_network(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("solutions.training.classifier.train_network", noted)
    monkeypatch.setattr(TrainedNetwork, "epochs", 3)
    SoftmaxEntropy(head="dense", epochs=5, **SMALL).fit(own_split(competition, "recognition").data)
    assert stops[:-1] == [None] * (len(stops) - 1)
    assert stops[-1] == 3
    assert len(stops) > 2


def test_layers_that_are_trained_are_tried_in_one_round(
    competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def refused(*arguments: object) -> TrainedNetwork:
        asked.append(arguments)
        raise HarnessError("enough")

    monkeypatch.setattr("solutions.training.classifier.train_network", refused)
    solution = SoftmaxEntropy(head="dense", frozen=140, **SMALL)
    with pytest.raises(HarnessError, match="enough"):
        solution.fit(own_split(competition, "recognition").data)
    assert len(asked) == 1


def test_the_identity_reads_as_it_is_typed() -> None:
    deck = SoftmaxEntropy(head="dense", frozen=249, backbone="InceptionV3", weights=None)
    assert repr(deck) == "softmax_entropy(backbone='InceptionV3', weights=None, head='dense', frozen=249)"


@pytest.mark.parametrize("kind", [SoftmaxEntropy, TransferClustering])
def test_frozen_layers_below_a_logistic_head_are_refused_at_once(kind: type) -> None:
    with pytest.raises(
        HarnessError, match="frozen=249: a logistic head trains no layers of a network; try head='dense'"
    ):
        kind(frozen=249)


def test_energy_says_nothing_of_a_hierarchical_softmax() -> None:
    with pytest.raises(HarnessError, match="rule='energy' is the same for all images under head='hierarchical'"):
        SoftmaxEntropy(rule="energy", head="hierarchical")


def test_several_landmarks_of_an_image_are_those_above_a_probability(competition: Competition) -> None:
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
    assert some == [{name: likely for name, likely in each.items() if likely > 0.3} for each in everything]


def test_a_threshold_below_all_doubt_answers_nothing(competition: Competition) -> None:
    split = own_split(competition, "recognition")
    solution = SoftmaxEntropy(threshold=-1.0, **SMALL)
    solution.fit(split.data)
    assert not solution.recognise(split.queries).has_answer.any()


def test_a_head_is_fitted_once_for_both_solutions(competition: Competition, monkeypatch: pytest.MonkeyPatch) -> None:
    data = own_split(competition, "retrieval").data
    SoftmaxEntropy(threshold=9.0, weight_decay=0.5, **SMALL).fit(data)
    monkeypatch.setattr("solutions.training.logistic_head.softmax_regression", None)  # fitting anew would call it
    TransferClustering(weight_decay=0.5, **SMALL).fit(data)


def test_images_of_one_landmark_alone_are_refused_in_one_line(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    for some in (data.labels == data.labels[0], np.zeros(len(data.labels), bool)):
        one = TrainingData(data.train[some], data.labels[some], data.index, 0)
        with pytest.raises(HarnessError, match="train images of two landmarks or more"):
            SoftmaxEntropy(**SMALL).fit(one)


def test_the_flood_ranks_the_images_of_the_landmark_first(competition: Competition) -> None:
    split = own_split(competition, "retrieval")
    solution = TransferClustering(**SMALL)
    solution.fit(split.data)
    assert evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"] == pytest.approx(1.0)


def test_the_flood_in_what_a_network_has_learnt(competition: Competition) -> None:
    split = own_split(competition, "retrieval")
    solution = TransferClustering(head="dense", rate=0.01, epochs=12, **SMALL)
    solution.fit(split.data)
    assert evaluate(solution.rank(split.queries), split.ground_truth).scores["all"]["map@100"] == pytest.approx(1.0)


def test_a_query_that_cannot_be_read_is_not_answered(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    competition = Competition.open(folder, tmp_path / "store")
    path = competition.queries.paths[0]
    assert path is not None
    path.write_bytes(b"broken")
    for task, kind in (("recognition", SoftmaxEntropy), ("retrieval", TransferClustering)):
        split = own_split(competition, task)
        solution = kind(**SMALL)
        solution.fit(split.data)
        answer = solution.recognise(split.queries) if task == "recognition" else solution.rank(split.queries)
        assert not answer.has_answer[0]
        assert answer.has_answer[1:].all()
