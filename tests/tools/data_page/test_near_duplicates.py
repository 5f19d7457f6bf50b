from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.competition import Competition
from tests.factories.competitions import image_id, image_path, make_competition, random_photo
from tools.data_page.analysis import analyse_collection
from tools.data_page.collection import Collection
from tools.data_page.near_duplicates import (
    MAX_DISTANCE,
    MIN_CORRELATION,
    DuplicatePairs,
    correlation,
    find_near_codes,
    find_near_duplicates,
)
from tools.data_page.thumbnails import GreyThumbnails

Change = dict[str, object]


def slow_pairs(codes: np.ndarray, usable: np.ndarray, distance: int) -> list[list[int]]:
    """All pairs, one by one."""
    return [
        [one, other]
        for one in range(len(codes))
        for other in range(one + 1, len(codes))
        if usable[one] and usable[other] and (int(codes[one]) ^ int(codes[other])).bit_count() <= distance
    ]


def clustered(n: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    centres = generator.integers(0, 2**64, n // 8, np.uint64)
    flips = np.uint64(1) << generator.integers(0, 64, (n, 8), np.uint64)
    return generator.choice(centres, n) ^ np.bitwise_or.reduce(flips, axis=1)


@pytest.mark.parametrize("distance", [0, 3, MAX_DISTANCE, 14])
def test_all_pairs_are_found_if_no_image_has_many(distance: int) -> None:
    codes, usable = clustered(160, 3), np.random.default_rng(4).random(160) < 0.9
    slow = slow_pairs(codes, usable, distance)
    assert find_near_codes(codes, usable, distance, neighbours=159).tolist() == slow
    assert find_near_codes(codes, usable, distance).tolist() == slow
    assert slow or distance < MAX_DISTANCE


def test_pairs_are_found_across_blocks(monkeypatch) -> None:
    codes, usable = clustered(90, 1), np.ones(90, bool)
    whole = find_near_codes(codes, usable).tolist()
    monkeypatch.setattr("tools.data_page.near_duplicates._QUERIES", 7)
    assert find_near_codes(codes, usable).tolist() == whole


def test_of_many_copies_each_is_in_a_pair() -> None:
    codes = np.full(100, 7, np.uint64)
    pairs = find_near_codes(codes, np.ones(100, bool), neighbours=5)
    assert set(pairs.reshape(-1).tolist()) == set(range(100))
    assert len(pairs) <= 5 * 100


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_images_give_no_pair(n: int) -> None:
    assert find_near_codes(np.zeros(n, np.uint64), np.ones(n, bool)).shape == (0, 2)


def test_correlation_equals_that_of_numpy_and_is_zero_for_a_uniform_image() -> None:
    generator = np.random.default_rng(0)
    one = generator.integers(0, 256, (20, 1024), dtype=np.uint8)
    other = (one * 0.6 + generator.integers(0, 100, (20, 1024))).astype(np.uint8)
    other[7] = 9
    result = correlation(one, other)
    assert result[7] == 0
    assert result[:7] == pytest.approx([np.corrcoef(*rows)[0, 1] for rows in zip(one[:7], other[:7], strict=True)])
    assert correlation(one[3:5], other[3:5]).tolist() == result[3:5].tolist()


@pytest.fixture
def analyse(tmp_path: Path):
    """A function that puts pictures in place of images and analysiss the competition; no two others are alike."""
    folder = make_competition(tmp_path / "a", landmarks=2, train=3, index=2, queries=2, non_landmark=0, suffix=".png")
    for part, count in (("train", 6), ("index", 4), ("test", 4)):
        for number in range(count):
            Image.fromarray(photo(f"{part} {number}")).save(where(folder, part, number))

    def analyse_changed(changes: Change):
        for (part, number), picture in changes.items():
            path = where(folder, part, number)
            path.write_bytes(picture) if isinstance(picture, bytes) else Image.fromarray(picture).save(path)
        return analyse_collection(Competition.open(folder, tmp_path / "descriptors"), {})

    analyse_changed.folder = folder
    return analyse_changed


def where(folder: Path, part: str, number: int) -> Path:
    return image_path(folder, part, image_id(part, number), suffix=".png")


def photo(name: str) -> np.ndarray:
    return random_photo(None, name, size=96)


def pairs_of(analysis) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in analysis.pairs.rows.tolist()]


def test_different_images_are_no_pair(analyse) -> None:
    assert pairs_of(analyse({})) == []


def test_a_copy_in_another_set_is_found_and_marked_exact(analyse) -> None:
    file = where(analyse.folder, "train", 1).read_bytes()
    analysis = analyse({("test", 2): file})
    assert pairs_of(analysis) == [(1, 12)]
    assert analysis.pairs.exact.tolist() == [True]
    assert len(analysis.between(2, 0)) == 1
    assert not len(analysis.between(0, 0))


CHANGES = {
    "tinted": lambda pixels: (pixels * [0.7, 1, 0.9]).astype(np.uint8),
    "grey": lambda pixels: np.asarray(Image.fromarray(pixels).convert("L").convert("RGB")),
    "darker": lambda pixels: (pixels * 0.6).astype(np.uint8),
    "smaller": lambda pixels: np.asarray(Image.fromarray(pixels).resize((64, 64))),
    "stretched": lambda pixels: np.asarray(Image.fromarray(pixels).resize((144, 96))),
    "cropped by a pixel": lambda pixels: pixels[1:-1, 1:-1],
}
OTHERS = {
    "turned": lambda pixels: np.rot90(pixels),
    "mirrored": lambda pixels: pixels[:, ::-1],
    "upside down": lambda pixels: pixels[::-1],
    "cropped by half": lambda pixels: pixels[:48, :48],
    "negative": lambda pixels: 255 - pixels,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_and_is_not_exact(analyse, change: str) -> None:
    analysis = analyse({("index", 3): np.ascontiguousarray(CHANGES[change](photo("train 0")))})
    assert pairs_of(analysis) == [(0, 9)]
    assert analysis.pairs.exact.tolist() == [False]
    assert analysis.pairs.distances[0] <= MAX_DISTANCE
    assert MIN_CORRELATION <= analysis.pairs.correlations[0] <= 1


@pytest.mark.parametrize("change", OTHERS)
def test_a_strongly_changed_copy_is_not_found(analyse, change: str) -> None:
    assert pairs_of(analyse({("index", 3): np.ascontiguousarray(OTHERS[change](photo("train 0")))})) == []


def test_uniform_images_are_no_duplicates_unless_their_files_are_equal(analyse) -> None:
    white, black = np.full((96, 96, 3), 255, np.uint8), np.zeros((96, 96, 3), np.uint8)
    analysis = analyse({("index", 0): white, ("index", 1): white, ("test", 0): black})
    assert pairs_of(analysis) == [(6, 7)]
    assert analysis.pairs.exact.all()


def test_a_copy_among_train_images_with_another_label_is_marked(analyse) -> None:
    analysis = analyse({("train", 1): photo("train 0"), ("train", 5): photo("train 0")})  # 0 0 0 1 1 1
    assert pairs_of(analysis) == [(0, 1), (0, 5), (1, 5)]
    assert analysis.conflicts.rows.tolist() == [[0, 5], [1, 5]]


def test_broken_and_missing_files_are_in_no_pair(analyse) -> None:
    where(analyse.folder, "index", 2).unlink()
    analysis = analyse({("index", 0): b"no image", ("index", 1): b"no image"})
    assert pairs_of(analysis) == []
    assert analysis.broken.nonzero()[0].tolist() == [6, 7]
    assert (~analysis.usable).nonzero()[0].tolist() == [6, 7, 8]


def test_the_pairs_equal_those_of_comparing_all_images(competition_folder: Path, tmp_path: Path) -> None:
    """In this competition all images of a landmark are alike, across the sets."""
    analysis = analyse_collection(Competition.open(competition_folder, tmp_path), {})
    collection = analysis.collection
    codes = np.concatenate([_codes(images) for images in collection.sets])
    grey = collection.describe(GreyThumbnails(), np.arange(len(collection)))
    slow = [
        pair
        for pair in slow_pairs(codes, analysis.usable, MAX_DISTANCE)
        if np.corrcoef(grey[pair[0]], grey[pair[1]])[0, 1] >= MIN_CORRELATION
    ]
    assert analysis.pairs.rows.tolist() == slow
    assert len({*collection.parts(analysis.pairs.rows[:, 0]).tolist()}) == 3


def _codes(images) -> np.ndarray:
    from solutions.hashing.hashes.extractor import PerceptualHashes

    return images.describe(PerceptualHashes(), "dct")


def test_the_block_size_does_not_change_the_pairs(competition_folder: Path, tmp_path: Path, monkeypatch) -> None:
    competition = Competition.open(competition_folder, tmp_path)
    collection = Collection.of(competition)
    codes = np.concatenate([_codes(images) for images in collection.sets])
    usable = np.ones(len(collection), bool)
    whole = find_near_duplicates(collection, codes, usable)
    monkeypatch.setattr("tools.data_page.near_duplicates._PAIRS", 3)
    monkeypatch.setattr("tools.data_page.near_duplicates._QUERIES", 5)
    parts = find_near_duplicates(collection, codes, usable)
    for name in DuplicatePairs.__dataclass_fields__:
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
