"""Time and memory for submission files of full size: 118 k queries of 100 ids, 203 MB, with and without faults."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measure
from benchmarks.table import Row
from harness.data.tables.csv_table import read_table

LANDMARK = str(Path(sys.executable).with_name("landmark"))
REAL_DATA = Path(os.environ.get("LANDMARK_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
GLDV2 = REAL_DATA / "gldv2"
N_INDEX, N_QUERIES, N_TRAIN, N_LANDMARKS, N_RELEVANT, LENGTH = 1_000_000, 118_000, 1_200_000, 15_000, 56, 100


def rows() -> Iterator[Row]:
    """Yield CPU time and peak memory of `landmark score`, `validate` and `fix`, with the largest values allowed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_competition(folder)
        for file, most in (("sub.csv", 2.5), ("lab.csv", 1.2)):
            yield from _score_rows(str(folder / file), name, most)
        yield from _google_landmarks_rows(folder)
        write_faulty(folder / "sub.csv", folder / "faulty.csv")
        out = folder / "fixed.csv"
        for file, faults in (("sub.csv", 0), ("faulty.csv", 1)):
            measure([LANDMARK, "validate", str(folder / file), "--on", name], exit_code=faults)  # compiles
            cost = measure([LANDMARK, "validate", str(folder / file), "--on", name], exit_code=faults)
            what = ("validate", "validate a million faults")[faults]
            yield f"{what}: CPU time", f"{cost.cpu_s:.1f} s", "≤ 5 s", cost.cpu_s <= 5
            yield f"{what}: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600
        cost = measure([LANDMARK, "fix", str(folder / "faulty.csv"), "--on", name, "--out", str(out)])
        yield "fix a million faults: CPU time", f"{cost.cpu_s:.1f} s", "≤ 30 s", cost.cpu_s <= 30
        yield "fix a million faults: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600


def _score_rows(file: str, folder: str, most: float) -> Iterator[Row]:
    what = f"score {Path(file).name}"
    measure([LANDMARK, "score", file, "--on", folder])  # compiles
    cost = min((measure([LANDMARK, "score", file, "--on", folder]) for _ in range(3)), key=lambda cost: cost.cpu_s)
    yield f"{what}: CPU time", f"{cost.cpu_s:.2f} s", f"≤ {most} s", cost.cpu_s <= most
    yield f"{what}: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 500 MB", cost.peak_mb <= 500


def _google_landmarks_rows(folder: Path) -> Iterator[Row]:
    """Score rankings and labels with the ground truth of Google Landmarks v2, if LANDMARK_TEST_DATA has it."""
    if not GLDV2.is_dir():
        yield "score Google Landmarks v2", "its ground truth is not here", "-", True
        return
    random = np.random.default_rng(2)
    for task, column in (("retrieval", "images"), ("recognition", "landmarks")):
        truth = read_table(GLDV2 / f"{task}_solution_v2.1.csv", ["id", column])
        others = np.array([f"{number:016x}" for number in random.integers(0, 2**63, (100_000))], object)
        cells = zip(truth["id"], truth[column], strict=True)
        path = folder / f"{task}_v2.csv"
        _write(path, f"id,{column}", (f"{query},{_answer(task, cell, others, random)}" for query, cell in cells))
        yield from _score_rows(str(path), str(GLDV2), 2.5)


def _answer(task: str, cell: str, others: np.ndarray, random: np.random.Generator) -> str:
    """Return 100 ids with half of the relevant ones, or a landmark that is right for half of the queries."""
    entries = [] if cell == "None" else cell.split()
    if task == "recognition":
        return f"{entries[0] if entries and random.random() < 0.5 else random.integers(200_000)} {random.random()!r}"
    ranking = others[random.integers(0, len(others), LENGTH)]
    relevant = entries[::2][: LENGTH // 2]
    ranking[random.permutation(LENGTH)[: len(relevant)]] = relevant
    return " ".join(ranking)


def write_competition(folder: Path) -> None:
    """Write tables and ground truth of a competition, and a submission of each task: sub.csv and lab.csv."""
    random = np.random.default_rng(0)
    numbers = random.permutation(N_INDEX + N_QUERIES).astype(np.uint64) * np.uint64(16_000_000_000_033)
    ids = np.array([f"{number:016x}" for number in numbers], object)
    index, queries = ids[:N_INDEX], ids[N_INDEX:]
    _write(folder / "index.csv", "id", index)
    _write(folder / "test.csv", "id", queries)
    train = enumerate(random.integers(0, N_LANDMARKS, N_TRAIN).tolist(), 10**15)
    _write(folder / "train.csv", "id,landmark_id", (f"{number:016x},{landmark}" for number, landmark in train))
    usage = random.choice(["Public", "Private"], N_QUERIES)
    relevant = random.integers(0, N_INDEX, (N_QUERIES, N_RELEVANT))
    truth = zip(queries, relevant, usage, strict=True)
    lines = (f"{query},{' '.join(index[row])},{use}" for query, row, use in truth)
    _write(folder / "retrieval_solution.csv", "id,images,Usage", lines)
    lists = (index[_random_positions(row, random)] for row in relevant)
    rankings = (f"{query},{' '.join(row)}" for query, row in zip(queries, lists, strict=True))
    _write(folder / "sub.csv", "id,images", rankings)
    _write_labels(folder, queries, usage, random)


def write_faulty(source: Path, path: Path) -> None:
    """Write a submission with a million faults: nine wrong entries in each row, and every fiftieth row malformed."""
    random = np.random.default_rng(1)
    with source.open() as file, path.open("wb") as out:
        out.write(next(file).encode())
        for line in file:
            query, _, ids = line.rstrip("\n").partition(",")
            out.write(_faulty_row(query, ids.split(" "), random))


def _faulty_row(query: str, entries: list[str], random: np.random.Generator) -> bytes:
    places = random.integers(1, LENGTH, 9).tolist()
    for place in places[:3]:
        entries[place] = f"no{place}"
    for place in places[3:6]:
        entries[place] = entries[place - 1]
    for place in places[6:]:
        entries[place] = ""
    row = f"{query},{' '.join(entries)}"
    malformed = [f"{row}\n{row}", f"no{row}", "", f"{row} more", f"{row},more", f"{row}\udcff"]
    choice = int(random.integers(50 * len(malformed)))
    return f"{malformed[choice] if choice < len(malformed) else row}\n".encode("utf-8", "surrogateescape")


def _random_positions(relevant: np.ndarray, random: np.random.Generator) -> list[int]:
    """Return a hundred different positions in the index, of which more than forty are relevant."""
    positions = random.integers(0, N_INDEX, LENGTH + 30)
    positions[::3] = random.choice(relevant, len(positions[::3]))
    return list(dict.fromkeys(positions.tolist()))[:LENGTH]


def _write_labels(folder: Path, queries: np.ndarray, usage: np.ndarray, random: np.random.Generator) -> None:
    landmarks = random.integers(0, N_LANDMARKS, N_QUERIES)
    labels = [str(landmark) if number % 3 else "" for number, landmark in enumerate(landmarks)]
    truth = (",".join(row) for row in zip(queries, labels, usage, strict=True))
    _write(folder / "recognition_solution.csv", "id,landmarks,Usage", truth)
    guesses = np.where(random.random(N_QUERIES) < 0.5, landmarks, random.integers(0, N_LANDMARKS, N_QUERIES))
    answers = zip(queries, guesses.tolist(), random.random(N_QUERIES).tolist(), strict=True)
    _write(
        folder / "lab.csv", "id,landmarks", (f"{query},{guess} {confidence!r}" for query, guess, confidence in answers)
    )


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    with path.open("w") as file:
        file.write(f"{header}\n")
        file.writelines(f"{line}\n" for line in lines)
