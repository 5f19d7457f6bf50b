from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from harness.data.competition import Competition
from tests.factories.competitions import drawn, image_id, image_path, make_competition
from tools.data_page.analysis import surveyed
from tools.data_page.collection import Collection
from tools.data_page.near_duplicates import DISTANCE, LIKENESS, Pairs, correlation, near_duplicates, near_pairs
from tools.data_page.thumbnails import Greys

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


@pytest.mark.parametrize("distance", [0, 3, DISTANCE, 14])
def test_all_pairs_are_found_where_no_image_has_many(distance: int) -> None:
    codes, usable = clustered(160, 3), np.random.default_rng(4).random(160) < 0.9
    slow = slow_pairs(codes, usable, distance)
    assert near_pairs(codes, usable, distance, neighbours=159).tolist() == slow
    assert near_pairs(codes, usable, distance).tolist() == slow
    assert slow or distance < DISTANCE


def test_pairs_are_found_across_blocks(monkeypatch) -> None:
    codes, usable = clustered(90, 1), np.ones(90, bool)
    whole = near_pairs(codes, usable).tolist()
    monkeypatch.setattr("tools.data_page.near_duplicates._QUERIES", 7)
    assert near_pairs(codes, usable).tolist() == whole


def test_of_many_copies_each_is_in_a_pair() -> None:
    codes = np.full(100, 7, np.uint64)
    pairs = near_pairs(codes, np.ones(100, bool), neighbours=5)
    assert set(pairs.reshape(-1).tolist()) == set(range(100))
    assert len(pairs) <= 5 * 100


@pytest.mark.parametrize("n", [0, 1])
def test_no_image_and_one_image_make_no_pair(n: int) -> None:
    assert near_pairs(np.zeros(n, np.uint64), np.ones(n, bool)).shape == (0, 2)


def test_correlation_is_that_of_numpy_and_zero_for_one_grey() -> None:
    generator = np.random.default_rng(0)
    one = generator.integers(0, 256, (20, 1024), dtype=np.uint8)
    other = (one * 0.6 + generator.integers(0, 100, (20, 1024))).astype(np.uint8)
    other[7] = 9
    found = correlation(one, other)
    assert found[7] == 0
    assert found[:7] == pytest.approx([np.corrcoef(*rows)[0, 1] for rows in zip(one[:7], other[:7], strict=True)])
    assert correlation(one[3:5], other[3:5]).tolist() == found[3:5].tolist()


@pytest.fixture
def world(tmp_path: Path):
    """A function that puts pictures in place of images and surveys the competition; no two others are alike."""
    folder = make_competition(tmp_path / "a", landmarks=2, train=3, index=2, queries=2, non_landmark=0, suffix=".png")
    for part, count in (("train", 6), ("index", 4), ("test", 4)):
        for number in range(count):
            Image.fromarray(photo(f"{part} {number}")).save(where(folder, part, number))

    def look(changes: Change):
        for (part, number), picture in changes.items():
            path = where(folder, part, number)
            path.write_bytes(picture) if isinstance(picture, bytes) else Image.fromarray(picture).save(path)
        return surveyed(Competition.open(folder, tmp_path / "descriptors"), {})

    look.folder = folder
    return look


def where(folder: Path, part: str, number: int) -> Path:
    return image_path(folder, part, image_id(part, number), suffix=".png")


def photo(name: str) -> np.ndarray:
    return drawn(None, name, size=96)


def found(survey) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in survey.pairs.rows.tolist()]


def test_pictures_that_differ_make_no_pair(world) -> None:
    assert found(world({})) == []


def test_a_copy_is_found_in_another_set_and_told_to_be_exact(world) -> None:
    file = where(world.folder, "train", 1).read_bytes()
    survey = world({("test", 2): file})
    assert found(survey) == [(1, 12)]
    assert survey.pairs.exact.tolist() == [True]
    assert len(survey.between(2, 0)) == 1
    assert not len(survey.between(0, 0))


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
def test_a_changed_copy_is_found_and_is_not_exact(world, change: str) -> None:
    survey = world({("index", 3): np.ascontiguousarray(CHANGES[change](photo("train 0")))})
    assert found(survey) == [(0, 9)]
    assert survey.pairs.exact.tolist() == [False]
    assert survey.pairs.distances[0] <= DISTANCE
    assert LIKENESS <= survey.pairs.likeness[0] <= 1


@pytest.mark.parametrize("change", OTHERS)
def test_a_copy_changed_by_much_is_not_found(world, change: str) -> None:
    assert found(world({("index", 3): np.ascontiguousarray(OTHERS[change](photo("train 0")))})) == []


def test_pictures_of_one_grey_are_no_duplicates_unless_they_are_the_same_file(world) -> None:
    white, black = np.full((96, 96, 3), 255, np.uint8), np.zeros((96, 96, 3), np.uint8)
    survey = world({("index", 0): white, ("index", 1): white, ("test", 0): black})
    assert found(survey) == [(6, 7)]
    assert survey.pairs.exact.all()


def test_train_images_with_two_labels_are_told_apart(world) -> None:
    survey = world({("train", 1): photo("train 0"), ("train", 5): photo("train 0")})  # 0 0 0 1 1 1
    assert found(survey) == [(0, 1), (0, 5), (1, 5)]
    assert survey.conflicts.rows.tolist() == [[0, 5], [1, 5]]


def test_broken_and_missing_files_are_in_no_pair(world) -> None:
    where(world.folder, "index", 2).unlink()
    survey = world({("index", 0): b"no image", ("index", 1): b"no image"})
    assert found(survey) == []
    assert survey.broken.nonzero()[0].tolist() == [6, 7]
    assert (~survey.usable).nonzero()[0].tolist() == [6, 7, 8]


def test_the_pairs_are_those_of_looking_at_each(competition_folder: Path, tmp_path: Path) -> None:
    """In this competition all images of a landmark are alike, across the sets."""
    survey = surveyed(Competition.open(competition_folder, tmp_path), {})
    collection = survey.collection
    codes = np.concatenate([_codes(images) for images in collection.sets])
    grey = collection.describe(Greys(), np.arange(len(collection)))
    slow = [
        pair
        for pair in slow_pairs(codes, survey.usable, DISTANCE)
        if np.corrcoef(grey[pair[0]], grey[pair[1]])[0, 1] >= LIKENESS
    ]
    assert survey.pairs.rows.tolist() == slow
    assert len({*collection.parts(survey.pairs.rows[:, 0]).tolist()}) == 3


def _codes(images) -> np.ndarray:
    from solutions.hashing.hashes.extractor import PerceptualHashes

    return images.describe(PerceptualHashes(), "dct")


def test_blocks_of_pairs_change_nothing(competition_folder: Path, tmp_path: Path, monkeypatch) -> None:
    competition = Competition.open(competition_folder, tmp_path)
    collection = Collection.of(competition)
    codes = np.concatenate([_codes(images) for images in collection.sets])
    usable = np.ones(len(collection), bool)
    whole = near_duplicates(collection, codes, usable)
    monkeypatch.setattr("tools.data_page.near_duplicates._PAIRS", 3)
    monkeypatch.setattr("tools.data_page.near_duplicates._QUERIES", 5)
    parts = near_duplicates(collection, codes, usable)
    for name in Pairs.__dataclass_fields__:
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
