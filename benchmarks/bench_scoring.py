"""Submission files of full size: 1 M index ids, 118 k queries, 100 ids each, 203 MB; one with a million faults."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.process import measured
from harness.data.tables.csv_table import read_table

LANDMARK = str(Path(sys.executable).with_name("landmark"))
GLDV2 = Path(__file__).parents[2] / "shared" / "data" / "gldv2"
N_INDEX, N_QUERIES, N_TRAIN, N_LANDMARKS, N_RELEVANT, LENGTH = 1_000_000, 118_000, 1_200_000, 15_000, 56, 100


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give time and memory of `landmark score`, `validate` and `fix`, from start to end."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_competition(folder)
        for file, most in (("sub.csv", 2.5), ("lab.csv", 1.2)):
            yield from _scored(str(folder / file), name, most)
        yield from _real_truth(folder)
        write_faulty(folder / "sub.csv", folder / "faulty.csv")
        out = folder / "fixed.csv"
        for file, faults in (("sub.csv", 0), ("faulty.csv", 1)):
            measured([LANDMARK, "validate", str(folder / file), "--on", name], ends_with=faults)  # compiles
            cost = measured([LANDMARK, "validate", str(folder / file), "--on", name], ends_with=faults)
            what = ("validate", "validate a million faults")[faults]
            yield f"{what}: CPU time", f"{cost.cpu_s:.1f} s", "≤ 5 s", cost.cpu_s <= 5
            yield f"{what}: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600
        cost = measured([LANDMARK, "fix", str(folder / "faulty.csv"), "--on", name, "--out", str(out)])
        yield "fix a million faults: CPU time", f"{cost.cpu_s:.1f} s", "≤ 30 s", cost.cpu_s <= 30
        yield "fix a million faults: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 600 MB", cost.peak_mb <= 600


def _scored(file: str, folder: str, most: float) -> Iterator[tuple[str, str, str, bool]]:
    what = f"score {Path(file).name}"
    measured([LANDMARK, "score", file, "--on", folder])  # compiles
    cost = min((measured([LANDMARK, "score", file, "--on", folder]) for _ in range(3)), key=lambda cost: cost.cpu_s)
    yield f"{what}: CPU time", f"{cost.cpu_s:.2f} s", f"≤ {most} s", cost.cpu_s <= most
    yield f"{what}: peak memory", f"{cost.peak_mb:.0f} MB", "≤ 500 MB", cost.peak_mb <= 500


def _real_truth(folder: Path) -> Iterator[tuple[str, str, str, bool]]:
    """Score lists and labels for all queries of Google Landmarks v2 against its own ground truth, where that is."""
    if not GLDV2.is_dir():
        yield "score Google Landmarks v2", "its ground truth is not here", "-", True
        return
    draw = np.random.default_rng(2)
    for task, column in (("retrieval", "images"), ("recognition", "landmarks")):
        truth = read_table(GLDV2 / f"{task}_solution_v2.1.csv", ["id", column])
        others = np.array([f"{number:016x}" for number in draw.integers(0, 2**63, (100_000))], object)
        rows = zip(truth["id"], truth[column], strict=True)
        path = folder / f"{task}_v2.csv"
        _write(path, f"id,{column}", (f"{query},{_answer(task, told, others, draw)}" for query, told in rows))
        yield from _scored(str(path), str(GLDV2), 2.5)


def _answer(task: str, told: str, others: np.ndarray, draw: np.random.Generator) -> str:
    """Return 100 ids, half of those to be found among them, or a landmark that is right for half of the queries."""
    entries = [] if told == "None" else told.split()
    if task == "recognition":
        return f"{entries[0] if entries and draw.random() < 0.5 else draw.integers(200_000)} {draw.random()!r}"
    listed = others[draw.integers(0, len(others), LENGTH)]
    some = entries[::2][: LENGTH // 2]
    listed[draw.permutation(LENGTH)[: len(some)]] = some
    return " ".join(listed)


def write_competition(folder: Path) -> None:
    """Write the tables and the truth of a competition, and a submission for each task: sub.csv and lab.csv."""
    draw = np.random.default_rng(0)
    numbers = draw.permutation(N_INDEX + N_QUERIES).astype(np.uint64) * np.uint64(16_000_000_000_033)
    ids = np.array([f"{number:016x}" for number in numbers], object)
    index, queries = ids[:N_INDEX], ids[N_INDEX:]
    _write(folder / "index.csv", "id", index)
    _write(folder / "test.csv", "id", queries)
    train = enumerate(draw.integers(0, N_LANDMARKS, N_TRAIN).tolist(), 10**15)
    _write(folder / "train.csv", "id,landmark_id", (f"{number:016x},{landmark}" for number, landmark in train))
    usage = draw.choice(["Public", "Private"], N_QUERIES)
    relevant = draw.integers(0, N_INDEX, (N_QUERIES, N_RELEVANT))
    truth = zip(queries, relevant, usage, strict=True)
    lines = (f"{query},{' '.join(index[row])},{use}" for query, row, use in truth)
    _write(folder / "retrieval_solution.csv", "id,images,Usage", lines)
    lists = (index[_distinct(row, draw)] for row in relevant)
    listed = (f"{query},{' '.join(row)}" for query, row in zip(queries, lists, strict=True))
    _write(folder / "sub.csv", "id,images", listed)
    _write_labels(folder, queries, usage, draw)


def write_faulty(source: Path, path: Path) -> None:
    """Write a submission with a million faults: nine entries of each row, and every fiftieth row as a whole."""
    draw = np.random.default_rng(1)
    with source.open() as file, path.open("wb") as out:
        out.write(next(file).encode())
        for line in file:
            query, _, listed = line.rstrip("\n").partition(",")
            out.write(_spoilt(query, listed.split(" "), draw))


def _spoilt(query: str, entries: list[str], draw: np.random.Generator) -> bytes:
    places = draw.integers(1, LENGTH, 9).tolist()
    for place in places[:3]:
        entries[place] = f"no{place}"
    for place in places[3:6]:
        entries[place] = entries[place - 1]
    for place in places[6:]:
        entries[place] = ""
    row = f"{query},{' '.join(entries)}"
    odd = [f"{row}\n{row}", f"no{row}", "", f"{row} more", f"{row},more", f"{row}\udcff"]
    chosen = int(draw.integers(50 * len(odd)))
    return f"{odd[chosen] if chosen < len(odd) else row}\n".encode("utf-8", "surrogateescape")


def _distinct(relevant: np.ndarray, draw: np.random.Generator) -> list[int]:
    """Return a hundred places in the index, more than forty of them relevant."""
    listed = draw.integers(0, N_INDEX, LENGTH + 30)
    listed[::3] = draw.choice(relevant, len(listed[::3]))
    return list(dict.fromkeys(listed.tolist()))[:LENGTH]


def _write_labels(folder: Path, queries: np.ndarray, usage: np.ndarray, draw: np.random.Generator) -> None:
    landmarks = draw.integers(0, N_LANDMARKS, N_QUERIES)
    shown = [str(landmark) if number % 3 else "" for number, landmark in enumerate(landmarks)]
    truth = (",".join(row) for row in zip(queries, shown, usage, strict=True))
    _write(folder / "recognition_solution.csv", "id,landmarks,Usage", truth)
    guessed = np.where(draw.random(N_QUERIES) < 0.5, landmarks, draw.integers(0, N_LANDMARKS, N_QUERIES))
    told = zip(queries, guessed.tolist(), draw.random(N_QUERIES).tolist(), strict=True)
    _write(folder / "lab.csv", "id,landmarks", (f"{query},{guess} {sure!r}" for query, guess, sure in told))


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    with path.open("w") as file:
        file.write(f"{header}\n")
        file.writelines(f"{line}\n" for line in lines)
