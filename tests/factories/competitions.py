"""Small competitions made in code, for the tests of every part: images of a landmark look alike, all others do not."""

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
    """Return the folder, with a competition in it: so many images a landmark of each part, some 30 in all.

    Landmarks are 0, 1, … `non_landmark` images in the index and as many queries show something else. Images lie beside
    the tables (`flat`, with the tables of 2018), in `train/`, `index/` and `test/` (`parts`), or there in `a/b/c/`
    (`nested`, with the tables of GLDv2). Without images of a part there is no such table, and no truth that needs it.
    Every other query is Public, the first one is Private.
    """
    shown = {
        part: [landmark for landmark in range(landmarks) for _ in range(count)]
        + ([None] * non_landmark) * (part != "train")
        for part, count in zip(PARTS, (train, index, queries), strict=True)
        if count
    }
    ids = {part: [image_id(part, number) for number in range(len(shown[part]))] for part in shown}
    folder.mkdir(parents=True, exist_ok=True)
    for part, landmark_ids in shown.items():
        for number, (name, landmark) in enumerate(zip(ids[part], landmark_ids, strict=True)):
            save_image(image_path(folder, part, name, layout, suffix), drawn(landmark, (part, number), size))
    _write_tables(folder, ids, shown, layout)
    if truth and "test" in shown:
        _write_truth(folder, ids, shown)
    return folder


def image_id(part: str, number: int) -> str:
    """Return the id of an image: 16 hexadecimal digits, as in GLDv2."""
    return blake2b(f"{part} {number}".encode(), digest_size=8).hexdigest()


def image_path(folder: Path, part: str, name: str, layout: Layout = "flat", suffix: str = ".jpg") -> Path:
    """Return where an image lies."""
    within = {"flat": folder, "parts": folder / part, "nested": folder.joinpath(part, *name[:3])}[layout]
    return within / f"{name}{suffix}"


def drawn(landmark: int | None, photo: object, size: int = 48) -> np.ndarray:
    """Return a photo `(size, size, 3)` of a landmark, or of something else: blotches in its colours, a little noise."""
    of = f"landmark {landmark}" if landmark is not None else f"photo {photo}"
    blotches = np.repeat(
        np.repeat(_generator(of).integers(30, 226, (6, 6, 3)), -(-size // 6), axis=0), -(-size // 6), axis=1
    )
    noise = _generator(f"noise {photo}").normal(0, 4, (size, size, 3))
    return np.asarray((blotches[:size, :size] + noise).clip(0, 255), np.uint8)


def save_image(path: Path, pixels: np.ndarray) -> None:
    """Write an image in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, quality=92)


def write_table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table."""
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")


def _generator(what: str) -> np.random.Generator:
    return np.random.default_rng(list(blake2b(what.encode(), digest_size=8).digest()))


def _write_tables(folder: Path, ids: dict[str, list[str]], shown: dict[str, list[int | None]], layout: Layout) -> None:
    url = ("http://example.org/x.jpg",) * (layout != "nested")
    columns = ",url" * (layout != "nested")
    for part, names in ids.items():
        if part == "train":
            rows = [(name, *url, landmark) for name, landmark in zip(names, shown[part], strict=True)]
            write_table(folder / "train.csv", f"id{columns},landmark_id", rows)
        else:
            write_table(folder / f"{part}.csv", f"id{columns}", [(name, *url) for name in names])
    if layout == "nested" and "train" in shown:
        names_of = [(landmark, f"Place_{landmark}") for landmark in sorted(set(shown["train"]) - {None})]
        write_table(folder / "train_label_to_category.csv", "landmark_id,category", names_of)


def _write_truth(folder: Path, ids: dict[str, list[str]], shown: dict[str, list[int | None]]) -> None:
    usage = ["Public" if number % 2 else "Private" for number in range(len(ids["test"]))]
    queries = list(zip(ids["test"], shown["test"], usage, strict=True))
    if "index" in shown:
        pictured = list(zip(ids["index"], shown["index"], strict=True))
        found = [
            "" if landmark is None else " ".join(name for name, each in pictured if each == landmark)
            for _, landmark, _ in queries
        ]
        rows = [
            (name, each or "None", use if each else "Ignored")
            for (name, _, use), each in zip(queries, found, strict=True)
        ]
        write_table(folder / "retrieval_solution.csv", "id,images,Usage", rows)
    if "train" in shown:
        rows = [(name, "" if landmark is None else landmark, use) for name, landmark, use in queries]
        write_table(folder / "recognition_solution.csv", "id,landmarks,Usage", rows)
