import numpy as np
import pytest

from harness import TrainingData
from harness.solution.registry import load_solution
from solutions.hashing.hashes.crops import CroppedHashes
from solutions.hashing.hashes.extractor import PerceptualHashes
from tests.solutions.factories import DescribedImages

KINDS = ("average", "dct", "difference", "wavelet")
MEANS = ("geometric", "harmonic", "arithmetic", "square_root")


def rank_at(spec: str, distances: dict[str, tuple[int, int, int, int]]) -> list[str]:
    """Return the ranking for a query at the given distances, by kind, from each named index image."""
    solution = load_solution(spec)
    columns = np.array([[(1 << bits) - 1 for bits in row] for row in distances.values()], np.uint64)
    images = DescribedImages({kind: columns[:, column].copy() for column, kind in enumerate(KINDS)}, list(distances))
    solution.fit(TrainingData(images[:0], np.zeros(0, np.int64), images))
    queries = DescribedImages({kind: np.zeros(1, np.uint64) for kind in KINDS}, ["query"])
    return solution.rank(queries).rows()[0]


@pytest.mark.parametrize("mean", MEANS)
def test_exact_duplicates_come_first_under_every_mean(mean: str) -> None:
    assert rank_at(f"mean_hash(mean={mean!r})", {"far": (9, 9, 9, 9), "near": (1, 1, 1, 1), "same": (0, 0, 0, 0)}) == [
        "same", "near", "far",
    ]  # fmt: skip


def test_the_means_differ_in_the_effect_of_one_match() -> None:
    images = {"even": (10, 10, 10, 10), "uneven": (0, 18, 18, 18)}
    assert rank_at("mean_hash(mean='arithmetic')", images)[0] == "even"
    assert rank_at("mean_hash(mean='square_root')", images)[0] == "even"
    assert rank_at("mean_hash(mean='geometric')", images)[0] == "uneven"
    assert rank_at("mean_hash(mean='harmonic')", images)[0] == "uneven"


def test_a_threshold_is_strict() -> None:
    images = {"at": (8, 8, 8, 8), "below": (7, 8, 8, 8)}
    assert rank_at("mean_hash(mean='arithmetic', threshold=8.0)", images) == ["below"]


def test_only_the_chosen_kinds_count() -> None:
    images = {"a": (9, 0, 9, 9), "b": (0, 9, 0, 0)}
    assert rank_at("mean_hash(kinds=('dct',))", images) == ["a", "b"]


def test_the_printed_ranking_loses_duplicates_and_lists_the_farthest_first() -> None:
    images = {"same": (0, 0, 0, 0), "one": (0, 0, 0, 20), "good": (4, 8, 12, 0), "better": (2, 2, 2, 2)}
    for mean in ("harmonic", "arithmetic", "square_root"):
        assert rank_at(f"mean_hash(mean={mean!r}, order='seed')", images) == ["good", "better"]


def test_corner_crops_are_hashed_like_images() -> None:
    image = np.random.default_rng(0).integers(0, 256, (90, 120), np.uint8)
    five = CroppedHashes().describe([image])["dct"][0]
    alone = [PerceptualHashes().describe([crop])["dct"][0] for crop in CroppedHashes().crops(image)]
    assert five.tolist() == alone
    assert [crop.shape for crop in CroppedHashes().crops(image)] == [(90, 120)] + [(81, 108)] * 4
