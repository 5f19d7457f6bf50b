"""Tests of `solutions.retrieval.hash` and `solutions.retrieval.mean_hash` with rotated and mirrored queries."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.solution.registry import load_solution
from tests.factories.competitions import image_id, image_path, make_competition, random_photo, save_image

N_INDEX = 3  # images of each landmark


def rotated_competition(folder: Path, rotate) -> Path:
    """Write a competition of five landmarks whose queries are changed by `rotate(pixels, number)`."""
    make_competition(folder, landmarks=5, index=N_INDEX, queries=2, non_landmark=0, suffix=".png")
    for number in range(10):
        pixels = rotate(random_photo(number // 2, ("test", number)), number)
        save_image(image_path(folder, "test", image_id("test", number), suffix=".png"), pixels)
    return folder


def share_found(spec: str, folder: Path) -> float:
    """Return the mean precision at 3; each query has three relevant images."""
    competition = Competition.open(folder, folder / "store")
    solution = load_solution(spec)
    split = own_split(competition, solution.task, with_truth=False)
    solution.fit(split.data)
    positions = solution.rank(split.queries).positions[:, :N_INDEX]
    landmarks = [position // N_INDEX for position in positions]  # the index is in the order of landmarks
    return float(np.mean([result == number // 2 for number, result in enumerate(landmarks)]))


def rotated(pixels, number):
    return np.rot90(pixels, number % 4)


def rotated_and_mirrored(pixels, number):
    return np.rot90(pixels[:, ::-1], number % 4)


@pytest.mark.parametrize("solution", ["hash", "hash(kind='dct')", "mean_hash", "mean_hash(against='one_to_many')"])
def test_rotated_queries_are_found_with_rotations(tmp_path, solution):
    def with_(parameters):
        return f"{solution[:-1]}, {parameters})" if solution.endswith(")") else f"{solution}({parameters})"

    folder = rotated_competition(tmp_path / "competition", rotated)
    assert share_found(with_("rotations=4"), folder) == 1
    assert share_found(solution, folder) < 0.7
    mirrored = rotated_competition(tmp_path / "mirrored", rotated_and_mirrored)
    assert share_found(with_("rotations=4, flips=True"), mirrored) == 1
    assert share_found(with_("rotations=4"), mirrored) < 0.9


def test_upright_queries_are_also_found_with_rotations(tmp_path):
    folder = rotated_competition(tmp_path / "competition", lambda pixels, _: pixels)
    assert share_found("hash", folder) == share_found("hash(rotations=4, flips=True)", folder) == 1


@pytest.mark.parametrize(
    "spec", ["hash(order='seed', threshold=25, rotations=4)", "mean_hash(order='seed', rotations=4)"]
)
def test_the_printed_ranking_uses_the_smallest_distance_of_all_rotations(tmp_path, spec):
    """As the farthest come first, the images of a query's landmark are the last that are listed."""
    folder = rotated_competition(tmp_path / "competition", rotated)
    competition = Competition.open(folder, folder / "store")
    solution = load_solution(spec)
    split = own_split(competition, solution.task, with_truth=False)
    solution.fit(split.data)
    for number, row in enumerate(solution.rank(split.queries).positions):
        assert {position // N_INDEX for position in row[row >= 0][-N_INDEX:]} == {number // 2}


def test_the_colour_hash_does_not_depend_on_rotation(tmp_path):
    folder = rotated_competition(tmp_path / "competition", rotated)
    assert share_found("hash(kind='colour', rotations=4)", folder) == share_found("hash(kind='colour')", folder) > 0.8


def test_an_image_is_decoded_once_for_all_rotations(tmp_path, monkeypatch):
    folder = rotated_competition(tmp_path / "competition", rotated)
    opened = []
    original = Image.Image.convert
    monkeypatch.setattr(Image.Image, "convert", lambda *given, **named: opened.append(1) or original(*given, **named))
    share_found("hash(rotations=4, flips=True)", folder)
    assert len(opened) == 5 * N_INDEX + 10


def test_without_rotations_the_plain_extractor_is_used():
    solution = load_solution("hash(rotations=1, flips=False)")
    assert repr(solution) == "hash"
    assert repr(load_solution("mean_hash(rotations=1)")) == "mean_hash"
    assert repr(load_solution("hash(rotations=4)")) == "hash(rotations=4)"
