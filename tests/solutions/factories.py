"""Image sets with given descriptors, and small competitions whose landmarks are patterns."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness import ImageSet, Labelling, TrainingData
from harness.data.competition import Competition
from harness.data.split import own_split
from harness.scoring.evaluate import evaluate
from tests.factories.competitions import image_id, image_path, save_image, write_table

LANDMARKS = 3


class DescribedImages:
    """A fake ImageSet whose descriptors are given."""

    def __init__(self, arrays: dict[str, np.ndarray], ids: Sequence[str], broken: Sequence[int] = ()) -> None:
        self.arrays, self.ids = arrays, np.array(ids, object)
        self.broken = np.isin(np.arange(len(ids)), broken)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: slice) -> "DescribedImages":
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return DescribedImages(arrays, self.ids[rows], np.flatnonzero(self.broken[rows]))

    def describe(self, extractor: object, name: str) -> np.ndarray:
        return self.arrays[name]

    def undecodable(self, extractor: object) -> np.ndarray:
        return self.broken


def landmark_photo(landmark: int, photo: int) -> np.ndarray:
    """Return a photo of horizontal stripes, vertical stripes or squares, in the colour of the landmark."""
    generator = np.random.default_rng([landmark, photo])
    down, across = np.indices((96, 96)) + generator.integers(0, 9, 2)[:, None, None]
    light = ((down // 6 % 2), (across // 6 % 2), (down // 12 + across // 12) % 2)[landmark]
    colour = np.array([[200, 60, 40], [40, 170, 60], [50, 70, 210]])[landmark]
    return np.asarray((light[..., None] * colour + generator.normal(20, 5, (96, 96, 3))).clip(0, 255), np.uint8)


def other_photo(photo: int) -> np.ndarray:
    """Return a photo without a landmark: a soft gradient."""
    generator = np.random.default_rng([9, photo])
    down, across = np.indices((96, 96)) / 96
    mixture = generator.random(3) * down[..., None] + generator.random(3) * across[..., None]
    return np.asarray((mixture / 2 * 255).clip(0, 255), np.uint8)


def write_pattern_competition(folder: Path) -> Path:
    """Write a competition with five train and four index images and two queries of each landmark."""
    photos = [(part, landmark, photo) for part, count in (("train", 5), ("index", 4), ("test", 2))
              for landmark in range(LANDMARKS) for photo in range(count)]  # fmt: skip
    names = {each: image_id(each[0], number) for number, each in enumerate(photos)}
    for (part, landmark, photo), name in names.items():
        save_image(image_path(folder, part, name), landmark_photo(landmark, photo + 10 * (part != "train")))
    of = {
        part: [(name, each[1]) for each, name in names.items() if each[0] == part]
        for part in ("train", "index", "test")
    }
    write_table(folder / "train.csv", "id,landmark_id", of["train"])
    for part in ("index", "test"):
        write_table(folder / f"{part}.csv", "id", [(name,) for name, _ in of[part]])
    relevant = [
        (name, " ".join(each for each, shows in of["index"] if shows == landmark)) for name, landmark in of["test"]
    ]
    write_table(folder / "retrieval_solution.csv", "id,images", relevant)
    write_table(folder / "recognition_solution.csv", "id,landmarks", of["test"])
    return folder


def write_competition_with_others(folder: Path, n: int = 12) -> Path:
    """Write the same competition with `n` more images without a landmark in index and test; for recognition only."""
    write_pattern_competition(folder)
    for part in ("index", "test"):
        names = [image_id(f"other {part}", number) for number in range(n)]
        for number, name in enumerate(names):
            save_image(image_path(folder, part, name), other_photo(number + 100 * (part == "test")))
        ids = (folder / f"{part}.csv").read_text().split()[1:]
        write_table(folder / f"{part}.csv", "id", [(name,) for name in ids + names])
        if part == "test":
            truth = folder / "recognition_solution.csv"
            truth.write_text(truth.read_text() + "".join(f"{name},\n" for name in names))
    (folder / "retrieval_solution.csv").unlink()
    return folder


def gap_of(competition: Competition, labelling: Labelling) -> float:
    """Return the GAP of a labelling of the competition's queries."""
    ground_truth = own_split(competition, "recognition").ground_truth
    assert ground_truth is not None
    score = evaluate(labelling, ground_truth).scores["all"]["gap"]
    assert score is not None
    return score


def subset(data: TrainingData, rows: np.ndarray, index: ImageSet | None = None) -> TrainingData:
    """Return the training data with some of its train images, and another index if one is given."""
    return TrainingData(data.train[rows], data.labels[rows], data.index if index is None else index)
