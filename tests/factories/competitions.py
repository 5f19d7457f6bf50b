"""Small synthetic competitions: images of one landmark are similar, all others differ."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

Layout = Literal["flat", "parts", "nested"]
PARTS = ("train", "index", "test")


def make_competition(
    folder: Path,
    *,
    landmarks: int = 3,
    train: int = 4,
    index: int = 3,
    queries: int = 2,
    non_landmark: int = 1,
    layout: Layout = "flat",
    suffix: str = ".jpg",
    truth: bool = True,
    size: int = 48,
) -> Path:
    """Write a competition of about 30 images and return its folder.

    `train`, `index` and `queries` are numbers of images per landmark; landmarks are 0, 1, … Additionally the index and
    the queries have `non_landmark` images of no landmark each. Images are in the folder of the tables (`flat`, with the
    tables of 2018), in `train/`, `index/` and `test/` (`parts`), or in `a/b/c/` below these (`nested`, with the tables
    of GLDv2). A part without images has no table, and no ground truth that needs it. Queries are Private and Public in
    turn.
    """
    landmarks_of = {
        part: [landmark for landmark in range(landmarks) for _ in range(count)]
        + ([None] * non_landmark) * (part != "train")
        for part, count in zip(PARTS, (train, index, queries), strict=True)
        if count
    }
    ids = {part: [image_id(part, number) for number in range(len(landmarks_of[part]))] for part in landmarks_of}
    folder.mkdir(parents=True, exist_ok=True)
    for part, landmark_ids in landmarks_of.items():
        for number, (name, landmark) in enumerate(zip(ids[part], landmark_ids, strict=True)):
            save_image(image_path(folder, part, name, layout, suffix), random_photo(landmark, (part, number), size))
    _write_tables(folder, ids, landmarks_of, layout)
    if truth and "test" in landmarks_of:
        _write_truth(folder, ids, landmarks_of)
    return folder


def image_id(part: str, number: int) -> str:
    """Return the id of an image: 16 hexadecimal digits, as in GLDv2."""
    return blake2b(f"{part} {number}".encode(), digest_size=8).hexdigest()


def image_path(folder: Path, part: str, name: str, layout: Layout = "flat", suffix: str = ".jpg") -> Path:
    """Return the path of an image."""
    parent = {"flat": folder, "parts": folder / part, "nested": folder.joinpath(part, *name[:3])}[layout]
    return parent / f"{name}{suffix}"


def random_photo(landmark: int | None, photo: object, size: int = 48) -> np.ndarray:
    """Return a photo `(size, size, 3)` of a landmark or of none: squares in colours of the landmark, with noise."""
    key = f"landmark {landmark}" if landmark is not None else f"photo {photo}"
    squares = np.repeat(
        np.repeat(_generator(key).integers(30, 226, (6, 6, 3)), -(-size // 6), axis=0), -(-size // 6), axis=1
    )
    noise = _generator(f"noise {photo}").normal(0, 4, (size, size, 3))
    return np.asarray((squares[:size, :size] + noise).clip(0, 255), np.uint8)


def save_image(path: Path, pixels: np.ndarray) -> None:
    """Write an image in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=92)


def write_table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table."""
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")


def _generator(key: str) -> np.random.Generator:
    return np.random.default_rng(list(blake2b(key.encode(), digest_size=8).digest()))


def _write_tables(
    folder: Path, ids: dict[str, list[str]], landmarks_of: dict[str, list[int | None]], layout: Layout
) -> None:
    url = ("http://example.org/x.jpg",) * (layout != "nested")
    columns = ",url" * (layout != "nested")
    for part, names in ids.items():
        if part == "train":
            rows = [(name, *url, landmark) for name, landmark in zip(names, landmarks_of[part], strict=True)]
            write_table(folder / "train.csv", f"id{columns},landmark_id", rows)
        else:
            write_table(folder / f"{part}.csv", f"id{columns}", [(name, *url) for name in names])
    if layout == "nested" and "train" in landmarks_of:
        names_of = [(landmark, f"Place_{landmark}") for landmark in sorted(set(landmarks_of["train"]) - {None})]
        write_table(folder / "train_label_to_category.csv", "landmark_id,category", names_of)


def _write_truth(folder: Path, ids: dict[str, list[str]], landmarks_of: dict[str, list[int | None]]) -> None:
    usage = ["Public" if number % 2 else "Private" for number in range(len(ids["test"]))]
    queries = list(zip(ids["test"], landmarks_of["test"], usage, strict=True))
    if "index" in landmarks_of:
        labelled_index = list(zip(ids["index"], landmarks_of["index"], strict=True))
        relevant = [
            "" if landmark is None else " ".join(name for name, label in labelled_index if label == landmark)
            for _, landmark, _ in queries
        ]
        rows = [
            (name, images or "None", use if images else "Ignored")
            for (name, _, use), images in zip(queries, relevant, strict=True)
        ]
        write_table(folder / "retrieval_solution.csv", "id,images,Usage", rows)
    if "train" in landmarks_of:
        rows = [(name, "" if landmark is None else landmark, use) for name, landmark, use in queries]
        write_table(folder / "recognition_solution.csv", "id,landmarks,Usage", rows)
