"""The fourth place's pipeline on a small world whose landmarks are patterns."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("keras", reason="networks are an extra: pip install 'landmark[networks]'")

from harness import ImageSet, Labelling, TrainingData
from harness.data.competition import Competition
from harness.data.split import own_split
from harness.scoring.evaluate import evaluate
from harness.solution.base import identity
from harness.solution.registry import load_class
from solutions.recognition.fourth_place import ALONE, FourthPlace
from tests.factories.competitions import image_id, image_path, save_image, write_table
from tests.solutions.recognition.test_softmax_entropy import write_world

SMALL: dict[str, object] = {"second": None, "side": 96, "crop_side": 96, "crops": 12}
STEP_4: dict[str, object] = ALONE | {"side": 96, "frame": "squash", "crops": 0}


def other(photo: int) -> np.ndarray:
    """A photo of something that is no landmark: one of many soft gradients."""
    draw = np.random.default_rng([9, photo])
    down, across = np.indices((96, 96)) / 96
    mixed = draw.random(3) * down[..., None] + draw.random(3) * across[..., None]
    return np.asarray((mixed / 2 * 255).clip(0, 255), np.uint8)


def write_world_with_others(folder: Path, n: int = 12) -> Path:
    """Return the folder with a competition in whose index and test are images of no landmark, too."""
    write_world(folder)
    for part in ("index", "test"):
        names = [image_id(f"other {part}", number) for number in range(n)]
        for number, name in enumerate(names):
            save_image(image_path(folder, part, name), other(number + 100 * (part == "test")))
        known = (folder / f"{part}.csv").read_text().split()[1:]
        write_table(folder / f"{part}.csv", "id", [(name,) for name in known + names])
        if part == "test":
            truth = folder / "recognition_solution.csv"
            truth.write_text(truth.read_text() + "".join(f"{name},\n" for name in names))
    (folder / "retrieval_solution.csv").unlink()
    return folder


@pytest.fixture(scope="module")
def competition(tmp_path_factory: pytest.TempPathFactory) -> Competition:
    folder = tmp_path_factory.mktemp("competition")
    return Competition.open(write_world_with_others(folder), folder / "store")


def fitted(competition: Competition, **parameters: object) -> FourthPlace:
    solution = FourthPlace(**(SMALL | parameters))  # type: ignore[arg-type]
    solution.fit(own_split(competition, "recognition").data)
    return solution


def gap(competition: Competition, labelling: Labelling) -> float:
    truth = own_split(competition, "recognition").ground_truth
    assert truth is not None
    found = evaluate(labelling, truth).scores["all"]["gap"]
    assert found is not None
    return found


def some(data: TrainingData, keep: np.ndarray, index: ImageSet | None = None) -> TrainingData:
    return TrainingData(data.train[keep], data.labels[keep], data.index if index is None else index)


@pytest.mark.parametrize("parameters", [STEP_4, SMALL, SMALL | {"cut": "pixels", "crops": 3}, SMALL | {"crops": 0}])
def test_landmarks_are_named_and_come_before_what_is_none(
    competition: Competition, parameters: dict[str, object]
) -> None:
    assert gap(competition, fitted(competition, **parameters).recognise(competition.queries)) > 0.95


def test_step_4_alone_is_the_normalised_sum_of_the_five_nearest(competition: Competition) -> None:
    from solutions.descriptors.extractors.square import SquareExtractor
    from solutions.descriptors.normalisation import l2_normalise

    found = fitted(competition, **STEP_4).recognise(competition.queries)
    features, data = SquareExtractor("lite0", 96, ("gem",), frame="squash"), own_split(competition, "recognition").data
    train, queries = (l2_normalise(images.describe(features)) for images in (data.train, competition.queries))
    for row, landmark, confidence in zip(queries, found.landmarks, found.confidences, strict=True):
        cosines = train @ row
        nearest = np.argsort(-cosines)[:5]
        sums = {each: cosines[nearest][data.labels[nearest] == each].sum() / 5 for each in np.unique(data.labels)}
        assert landmark == max(sums, key=lambda each: sums[each])
        assert confidence == pytest.approx(1 + sums[landmark], abs=1e-5), "one model of one names it"


def test_what_is_surely_no_landmark_keeps_a_tenth_of_its_confidence(competition: Competition) -> None:
    plain = fitted(competition, crops=0, landmark_or_not=False).recognise(competition.queries)
    solution = fitted(competition, crops=0)
    lowered = solution.recognise(competition.queries)
    (sides,) = solution.sides
    from solutions.descriptors.ensemble import describe_ensemble

    sure = sides.probability_of_second(describe_ensemble(competition.queries, solution.first)) > 0.95
    assert sure[6:].mean() > 0.5
    assert not sure[:6].any()
    assert lowered.confidences == pytest.approx(np.where(sure, plain.confidences / 10, plain.confidences))


def test_the_domain_classifier_lowers_what_looks_like_the_index_and_unlike_train_images(
    competition: Competition,
) -> None:
    both = fitted(competition, crops=0, domain=True)
    assert len(both.sides) == 2
    before = fitted(competition, crops=0).recognise(competition.queries).confidences
    assert (both.recognise(competition.queries).confidences <= before + 1e-12).all()


def test_where_all_crops_agree_the_answer_is_above_one(competition: Competition) -> None:
    answers = {rule: fitted(competition, rule=rule).recognise(competition.queries) for rule in ("source", "deck")}
    shown = own_split(competition, "recognition").ground_truth
    assert shown is not None
    assert (answers["source"].confidences[:6] > 1).any()
    assert answers["source"].confidences.max() <= 1 + 5 * 12 / 100
    assert gap(competition, answers["source"]) >= gap(competition, answers["deck"])


def test_an_answer_is_the_same_in_any_chunk_and_order_of_queries(competition: Competition) -> None:
    solution, queries = fitted(competition), competition.queries
    together = solution.recognise(queries)
    order = np.random.default_rng(0).permutation(len(queries))
    shuffled = solution.recognise(queries[order])
    apart = [solution.recognise(queries[row : row + 1]) for row in range(len(queries))]
    for name in ("landmarks", "confidences"):
        assert np.array_equal(np.concatenate([getattr(each, name) for each in apart]), getattr(together, name))
        assert np.array_equal(getattr(shuffled, name), getattr(together, name)[order])


def test_without_an_index_there_are_no_distractors_to_learn_from_and_all_is_answered(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    solution = FourthPlace(**(SMALL | {"domain": True}))  # type: ignore[arg-type]
    solution.fit(some(data, np.ones(len(data.labels), bool), data.index[:0]))
    assert solution.sides == []
    assert solution.recognise(competition.queries).has_answer.all()
    assert gap(competition, fitted(competition, crops=0, landmark_or_not=False).recognise(competition.queries)) > 0.9


def test_a_landmark_with_one_image_and_one_that_no_query_shows_are_no_trouble(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    keep = (data.labels != 2) | (np.arange(len(data.labels)) == np.flatnonzero(data.labels == 2)[0])
    solution = FourthPlace(**SMALL)  # type: ignore[arg-type]
    solution.fit(some(data, keep))
    found = solution.recognise(competition.queries[:6])
    assert found.landmarks.tolist() == [0, 0, 1, 1, 2, 2]
    assert solution.recognise(competition.queries[:2]).landmarks.tolist() == [0, 0]


def test_of_one_landmark_the_neighbours_answer_alone_and_of_none_nothing_is_answered(competition: Competition) -> None:
    data = own_split(competition, "recognition").data
    for keep, answered in ((data.labels == 1, True), (data.labels == 99, False)):
        solution = FourthPlace(**SMALL)  # type: ignore[arg-type]
        solution.fit(some(data, keep))
        assert len(solution.models) == 1
        found = solution.recognise(competition.queries)
        assert found.has_answer.all() == answered
        assert set(found.landmarks[found.has_answer].tolist()) <= {1}


def test_a_query_that_cannot_be_read_is_not_answered_and_one_of_one_colour_is(tmp_path: Path) -> None:
    folder = write_world_with_others(tmp_path, 6)
    queries = Competition.open(folder, tmp_path / "store").queries
    assert queries.paths[0]
    assert queries.paths[1]
    queries.paths[0].write_bytes(b"broken")
    save_image(queries.paths[1], np.full((96, 96, 3), 120, np.uint8))
    opened = Competition.open(folder, tmp_path / "store")
    found = fitted(opened).recognise(opened.queries)
    assert not found.has_answer[0]
    assert found.has_answer[1:].all()


def test_every_step_of_the_ladder_can_be_asked_for_and_the_last_that_helps_is_the_solution() -> None:
    cls = load_class("fourth_place", Path("nowhere"))
    steps = [identity(cls(**step.parameters)) for step in cls.ablation_steps]
    assert steps[-4] == "fourth_place", "what follows are further classifiers and crops, which make it worse"
    assert len(set(steps)) == len(steps)
