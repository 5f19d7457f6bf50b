"""Vectors of the images of small competitions, in files of every format, written without the code under test."""

from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from harness.data.competition import Competition

SIDE = 4  # pixels of the thumbnails


def thumbnails(
    competition: Competition, parts: tuple[str, ...] = ("test", "index", "train")
) -> tuple[list[str], np.ndarray]:
    """Return the ids of all images, and their thumbnails as vectors `(n, 48)` float32; zeros for unreadable ones."""
    sets = {"test": competition.queries, "index": competition.index, "train": competition.train}
    pairs = [pair for part in parts for pair in zip(sets[part].ids, sets[part].paths, strict=True)]
    return [name for name, _ in pairs], np.stack([_thumbnail(path) for _, path in pairs])


def _thumbnail(path: Path) -> np.ndarray:
    try:
        pixels = np.asarray(Image.open(path).convert("RGB").resize((SIDE, SIDE)), np.float32)
    except OSError:
        return np.zeros(3 * SIDE * SIDE, np.float32)
    return pixels.ravel() / 255 - 0.5


def write_npy(path: Path, ids: list[str], vectors: np.ndarray) -> Path:
    np.save(path, vectors)
    path.with_suffix(".ids.txt").write_text("".join(f"{each}\n" for each in ids))
    return path


def write_npz(path: Path, ids: list[str], vectors: np.ndarray) -> Path:
    np.savez(path, ids=np.array(ids), vectors=vectors)
    return path


def write_hdf5(path: Path, ids: list[str], vectors: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        file["ids"], file["vectors"] = ids, vectors
    return path


def write_lists(path: Path, ids: list[str], vectors: np.ndarray) -> Path:
    """Write a Parquet file with a column of lists."""
    import pandas as pd

    pd.DataFrame({"image_id": ids, "vector": list(vectors)}).to_parquet(path)
    return path


def write_columns(path: Path, ids: list[str], vectors: np.ndarray) -> Path:
    """Write a Parquet file with a column for each number of a vector."""
    import pandas as pd

    pd.DataFrame(vectors, columns=[f"f{number}" for number in range(vectors.shape[1])]).assign(id=ids).to_parquet(path)
    return path


WRITERS = {
    ".npy": write_npy,
    ".npz": write_npz,
    ".h5": write_hdf5,
    ".parquet": write_lists,
    ".pq": write_columns,
}
