"""Tests of `solutions.recognition.embeddings_recognition` against brute force and the parts that it is built from."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.errors import HarnessError
from harness.running.runner import Runner
from harness.solution.registry import load_solution
from harness.submissions.answer import Labelling
from harness.workspace import Workspace
from solutions.training.logistic_head import train_logistic_head
from tests.factories.vectors import thumbnails
from tests.solutions.factories import gap_of, write_competition_with_others
from tests.solutions.retrieval.test_embeddings import add

SPECS = [f"embeddings_recognition('mine', classifier='{each}')" for each in ("nearest", "centroids", "regression")]


@pytest.fixture
def competition(tmp_path: Path, workspace: Path) -> Competition:
    """A competition with vectors `mine` of all images but the first query and the first train image."""
    folder = write_competition_with_others(tmp_path / "competition")
    opened = Competition.open(folder, Workspace.open(workspace).descriptors)
    ids, vectors = directions(opened)
    first = [0, ids.index(opened.train.ids[0])]
    add(opened, np.delete(ids, first), np.delete(vectors, first, axis=0))
    return opened


def directions(competition: Competition) -> tuple[list[str], np.ndarray]:
    """Return the ids of all images, and vectors `(n, 8)`: noisy axes, one for each landmark, others for no landmark."""
    random = np.random.default_rng(0)
    ids = [*competition.queries.ids, *competition.index.ids, *competition.train.ids]
    axes = [np.repeat([0, 1, 2], 2), random.integers(3, 8, 12), np.repeat([0, 1, 2], 4), random.integers(3, 8, 12)]
    return ids, np.eye(8)[np.concatenate([*axes, competition.labels])] + random.normal(0, 0.1, (len(ids), 8))


def recognise(competition: Competition, spec: str) -> Labelling:
    split = own_split(competition, "recognition", with_truth=False)
    solution = load_solution(spec)
    solution.fit(split.data)
    return solution.recognise(split.queries)


def vectors_of(competition: Competition) -> tuple[np.ndarray, np.ndarray]:
    sets = competition.queries, competition.train
    queries, train = (np.asarray(images.describe(images.embeddings("mine")), float) for images in sets)
    return queries, train


@pytest.mark.parametrize("spec", SPECS)
def test_every_classifier_finds_the_landmarks_and_skips_a_query_without_a_vector(
    spec: str, competition: Competition
) -> None:
    labelling = recognise(competition, spec)
    assert np.array_equal(np.flatnonzero(~labelling.answered), [0])
    assert gap_of(competition, labelling) > 0.5


def test_the_nearest_class_score_equals_brute_force(competition: Competition) -> None:
    queries, train = vectors_of(competition)
    labelling = recognise(competition, SPECS[0])
    landmarks, counts = np.unique(competition.labels, return_counts=True)
    for query in range(1, len(queries)):
        cosines = np.nan_to_num(train @ queries[query], nan=-9)
        near = np.argsort(-cosines, kind="stable")[:5]
        sums = [cosines[near[competition.labels[near] == each]].sum() for each in landmarks]
        sums = [
            value if (competition.labels[near] == each).any() else -9
            for each, value in zip(landmarks, sums, strict=True)
        ]
        scores = np.array(sums) / np.minimum(5, counts)
        assert labelling.landmarks[query] == landmarks[scores.argmax()]
        assert labelling.confidences[query] == pytest.approx(scores.max(), abs=1e-6)


def test_the_cosine_of_the_nearest_mean_equals_brute_force(competition: Competition) -> None:
    queries, train = vectors_of(competition)
    labelling = recognise(competition, SPECS[1])
    landmarks = np.unique(competition.labels)
    means = np.stack([np.nanmean(train[competition.labels == each], axis=0) for each in landmarks])
    cosines = queries @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
    assert np.array_equal(labelling.landmarks[1:], landmarks[cosines[1:].argmax(axis=1)])
    assert np.allclose(labelling.confidences[1:], cosines[1:].max(axis=1), atol=1e-6)


def test_the_regression_is_the_logistic_head(competition: Competition) -> None:
    labelling = recognise(competition, SPECS[2])
    embeddings = competition.train.embeddings("mine")
    head = train_logistic_head(competition.train, competition.labels, embeddings, 1e-3, 0.0)
    logits = head.logits(competition.queries)[1:]
    assert np.array_equal(labelling.landmarks[1:], head.landmarks[logits.argmax(axis=1)])


def test_queries_below_the_threshold_get_no_answer(competition: Competition) -> None:
    all_answers = recognise(competition, SPECS[0])
    threshold = float(np.nanmedian(all_answers.confidences))
    some = recognise(competition, f"embeddings_recognition('mine', threshold={threshold})")
    assert np.array_equal(some.answered, all_answers.confidences >= threshold)


@pytest.mark.parametrize("spec", SPECS)
def test_queries_that_look_like_no_landmark_are_damped(
    spec: str, competition: Competition, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_solution(spec)
    monkeypatch.setattr("solutions.recognition.embeddings_recognition._CERTAIN", 0.8)
    plain = recognise(competition, spec)
    damped = recognise(competition, spec.replace(")", ", landmark_or_not=True)"))
    is_damped = np.isclose(damped.confidences, plain.confidences * 0.1) & (plain.confidences != 0)
    assert np.array_equal(damped.landmarks, plain.landmarks)
    assert (is_damped | np.isclose(damped.confidences, plain.confidences, equal_nan=True)).all()
    assert np.array_equal(np.flatnonzero(is_damped), range(6, 18)), "the queries that show no landmark"


def test_vectors_of_train_images_are_needed(competition: Competition, workspace: Path) -> None:
    ids, vectors = thumbnails(competition, ("test", "index"))
    add(competition, ids, vectors, "no_train")
    with pytest.raises(HarnessError, match="have no vector of a train image"):
        Runner(competition, Workspace.open(workspace)).plan(["embeddings_recognition('no_train')"])
    with pytest.raises(HarnessError, match="weight_decay=0.0 must be above 0"):
        load_solution("embeddings_recognition('mine', weight_decay=0.0)")
