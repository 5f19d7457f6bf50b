"""Everything that is wrong with a competition folder, at once.

Read by the host of a competition, so it may speak of the ground truth; no solution and no competitor sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from harness.cores import cores
from harness.data.decode import UndecodableError, decode
from harness.data.ground_truth import COLUMNS, find_ground_truth, read_ground_truth
from harness.data.locate import ImageFolder
from harness.data.tables import read_table, repeated_ids, shown, unsafe_ids
from harness.errors import DataError
from harness.progress import track

_EXAMPLES = 3


@dataclass(frozen=True)
class Fault:
    """One kind of fault: where, what, how often, and the first few ids or lines."""

    where: str
    what: str
    count: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.where}: {self.count} {self.what} ({', '.join(self.examples)}{more})"


def check_competition(folder: Path) -> list[Fault]:
    """Return all faults of the folder, each kind once; every image is decoded.

    Raises DataError only where there is no folder.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder")
    return list(_faults(folder))


def _faults(folder: Path) -> Iterator[Fault]:
    tables: dict[str, np.ndarray] = {}
    for part in ("train", "index", "test"):
        yield from _table_faults(folder, part, tables)
    if "test" not in tables:
        yield Fault("test.csv", "table is missing or unusable: nothing is asked", 1, ("test.csv",))
    yield from _shared_ids(tables)
    for part, ids in tables.items():
        yield from _image_faults(folder, part, ids)
    landmarks = set()
    if "train" in tables:
        yield from _label_faults(folder, landmarks)
    yield from _truth_faults(folder, tables, landmarks)


def _table_faults(folder: Path, part: str, tables: dict[str, np.ndarray]) -> Iterator[Fault]:
    path = folder / f"{part}.csv"
    if not path.exists():
        return
    try:
        ids = read_table(path, ["id"])["id"].to_numpy(object)
    except DataError as error:
        yield Fault(path.name, "table cannot be read", 1, (str(error),))
        return
    tables[part] = ids
    if not len(ids):
        yield Fault(path.name, "table holds no row", 1, (path.name,))
    yield from _fault(path.name, "unusable ids", [f"line {line}: {shown(each)}" for line, each in unsafe_ids(ids)])
    yield from _fault(path.name, "repeated ids", [f"line {line}: {shown(each)}" for line, each in repeated_ids(ids)])


def _shared_ids(tables: dict[str, np.ndarray]) -> Iterator[Fault]:
    sets = {part: set(ids.tolist()) for part, ids in tables.items()}
    for one, other in (("train", "index"), ("train", "test"), ("index", "test")):
        shared = sorted(sets.get(one, set()) & sets.get(other, set()))
        yield from _fault(f"{one}.csv and {other}.csv", "ids stand in both", map(shown, shared))


def _image_faults(folder: Path, part: str, ids: np.ndarray) -> Iterator[Fault]:
    unsafe = {row - 2 for row, _ in unsafe_ids(ids)}
    usable = list(dict.fromkeys(image_id for row, image_id in enumerate(ids) if row not in unsafe))
    files = ImageFolder(folder, part)
    paths = {image_id: files.path(image_id) for image_id in usable}
    yield from _fault(f"{part}.csv", "ids without an image", [each for each, path in paths.items() if path is None])
    yield from _fault(f"{part} images", "unreadable images", list(_unreadable(part, {k: v for k, v in paths.items() if v})))


def _unreadable(part: str, paths: dict[str, str]) -> Iterator[str]:
    checks = Parallel(n_jobs=cores(), prefer="threads", return_as="generator")(
        delayed(_complaint)(image_id, path) for image_id, path in paths.items()
    )
    return (complaint for complaint in track(checks, f"decoding {part} images", len(paths)) if complaint)


def _complaint(image_id: str, path: str) -> str | None:
    try:
        decode(path)
    except UndecodableError as error:
        return f"{image_id}: {error}"
    return None


def _label_faults(folder: Path, landmarks: set[str]) -> Iterator[Fault]:
    try:
        labels = read_table(folder / "train.csv", ["landmark_id"])["landmark_id"].to_numpy(object)
    except DataError as error:
        yield Fault("train.csv", "column is missing", 1, (str(error),))
        return
    landmarks.update(labels.tolist())
    bad = [f"line {row + 2}: {shown(each)}" for row, each in enumerate(labels) if not (each.isdecimal() or each in ("None", ""))]
    yield from _fault("train.csv", "landmark ids that are no whole number", bad)
    names = folder / "train_label_to_category.csv"
    if names.exists():
        named = read_table(names, ["landmark_id"])["landmark_id"]
        unused = [shown(each) for each in named if each not in landmarks]
        yield from _fault(names.name, "landmarks without a train image", unused)


def _truth_faults(folder: Path, tables: dict[str, np.ndarray], landmarks: set[str]) -> Iterator[Fault]:
    try:
        found = find_ground_truth(folder)
    except DataError as error:
        yield Fault("ground truth", "cannot be told", 1, (str(error),))
        return
    for task, path in found.items():
        try:
            truth = read_ground_truth(path, task)
        except DataError as error:
            yield Fault(path.name, "table cannot be read", 1, (str(error),))
            continue
        queries = set(tables.get("test", np.array([])).tolist())
        known = set(tables["index"].tolist()) if task == "retrieval" and "index" in tables else landmarks
        tokens = truth.tokens if task == "retrieval" else truth.tokens.astype(str)
        yield from _fault(path.name, "queries that are not in test.csv", [shown(each) for each in truth.query_ids if each not in queries])
        missing = sorted(queries - set(truth.query_ids.tolist()))
        yield from _fault(path.name, "queries of test.csv without a row", map(shown, missing))
        if known:
            unknown = sorted({each for each in tokens if each not in known})
            where = "index.csv" if task == "retrieval" else "train.csv"
            yield from _fault(path.name, f"{COLUMNS[task]} that are not in {where}", map(shown, unknown))
        yield from (Fault(path.name, "notes", 1, (note,)) for note in truth.notes)


def _fault(where: str, what: str, examples: Iterable[str]) -> Iterator[Fault]:
    found = list(examples)
    if found:
        yield Fault(where, what, len(found), tuple(found[:_EXAMPLES]))
