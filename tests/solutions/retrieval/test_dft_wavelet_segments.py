"""Tests of `solutions.retrieval.dft`, `solutions.retrieval.wavelet` and `solutions.retrieval.crop_resistant_hash`."""

from pathlib import Path

import numpy as np
import pytest

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.errors import SolutionError
from harness.solution.registry import load_solution
from solutions.hashing import blockwise_ranking as blocks
from tests.factories.competitions import image_id, image_path, make_competition, random_photo, save_image

N_INDEX = 3
SPECS = [
    *(f"dft(kind={kind!r})" for kind in ("block", "polar", "rings")),
    "wavelet",
    "wavelet(kind='energies')",
    "crop_resistant_hash",
]


@pytest.fixture(scope="module")
def competition_folder(tmp_path_factory) -> Path:
    """Five landmarks, drawn large, and a broken image in the index and among the queries."""
    folder = tmp_path_factory.mktemp("spectra") / "competition"
    make_competition(folder, landmarks=5, index=N_INDEX, queries=2, non_landmark=1, suffix=".png", size=160)
    for part, number in (("index", 5 * N_INDEX), ("test", 10)):
        image_path(folder, part, image_id(part, number), suffix=".png").write_bytes(b"no image")
    return folder


def positions(spec: str, folder: Path, chunk: int = 100) -> list[list[int]]:
    competition = Competition.open(folder, folder.parent / "store")
    solution = load_solution(spec)
    split = own_split(competition, solution.task, with_truth=False)
    solution.fit(split.data)
    starts = range(0, len(split.queries), chunk)
    rankings = [solution.rank(split.queries[start : start + chunk]) for start in starts]
    return [row[row >= 0].tolist() for ranking in rankings for row in ranking.positions]


@pytest.mark.parametrize("spec", SPECS)
def test_images_of_the_landmark_come_first(spec, competition_folder):
    *rows, _ = positions(spec, competition_folder)
    hits = [[position // N_INDEX == number // 2 for position in row[:N_INDEX]] for number, row in enumerate(rows)]
    assert np.mean(hits) > 0.9


@pytest.mark.parametrize("spec", SPECS)
def test_a_broken_image_is_not_listed_and_a_broken_query_has_no_answer(spec, competition_folder):
    *rows, broken = positions(spec, competition_folder)
    assert {len(row) for row in rows} == {5 * N_INDEX}
    assert not {5 * N_INDEX} & {position for row in rows for position in row}
    assert broken == []


@pytest.mark.parametrize("spec", SPECS)
def test_blocks_of_queries_and_index_change_nothing(spec, competition_folder, monkeypatch):
    expected = positions(spec, competition_folder)
    monkeypatch.setattr(blocks, "BLOCK", 5)
    assert positions(spec, competition_folder) == expected
    assert positions(spec, competition_folder, chunk=3) == expected


@pytest.mark.parametrize("spec", SPECS)
def test_an_empty_index_gives_empty_answers(spec, competition_folder):
    competition = Competition.open(competition_folder, competition_folder.parent / "store")
    solution = load_solution(spec)
    split = own_split(competition, solution.task, with_truth=False)
    data = type(split.data)(split.data.train, split.data.labels, split.data.index[:0])
    solution.fit(data)
    assert solution.rank(split.queries[:2]).rows() == [[], []]
    assert solution.rank(split.queries[:0]).rows() == []


def test_rings_find_a_query_rotated_by_90_degrees(tmp_path):
    folder = make_competition(
        tmp_path / "competition", landmarks=5, index=N_INDEX, queries=2, non_landmark=0, suffix=".png", size=160
    )
    for number in range(10):
        path = image_path(folder, "test", image_id("test", number), suffix=".png")
        save_image(path, np.rot90(random_photo(number // 2, ("test", number), 160), 1 + number % 3))

    def share_first(kind):
        rows = positions(f"dft(kind={kind!r})", folder)
        return np.mean([row[0] // N_INDEX == number // 2 for number, row in enumerate(rows)])

    assert share_first("rings") == 1
    assert share_first("polar") < 0.8


def test_parameters_that_a_kind_does_not_use_are_not_checked():
    assert repr(load_solution("wavelet(side=64)")) == "wavelet(side=64)"
    assert repr(load_solution("wavelet(kind='energies', side=8, levels=1, wavelet='haar')")).startswith("wavelet(")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("dft(side=32)", "dft: side must be more than twice frequencies"),
        ("dft(rings=0)", "1 or more"),
        ("wavelet(side=100)", "side=100 must be a power of two"),
        ("wavelet(largest=0)", "largest=0 must be from 1 to 16383"),
        ("wavelet(kind='energies', levels=6)", "levels=6 must be from 1 to 4"),
        ("crop_resistant_hash(segments=0)", "segments=0 leaves nothing to compare"),
        ("hash(rotations=3)", "rotations=3 is not allowed"),
    ],
)
def test_impossible_parameters_are_refused_in_one_line(spec, reason):
    with pytest.raises(SolutionError, match=r".*") as raised:
        load_solution(spec)
    assert reason in str(raised.value)
    assert "\n" not in str(raised.value)
