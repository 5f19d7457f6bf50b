"""A large site: a board of 10 000 entries of a competition with 118 000 queries, 200 000 images and 5 000 landmarks.

`python -m benchmarks.big_site DIR` makes `DIR/large` (the competition) and `DIR/workspace`. A few dozen entries have
submission files and per-query values, so that their pages, comparisons and explorers work; the others have scores only.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from harness.data.competition import Competition
from harness.scoring.evaluate import score_file
from harness.scoring.stored_evaluation import part_intervals, to_arrays
from harness.workspace import Workspace
from leaderboard import Coverage, Entry, Stage
from leaderboard.storage.database import Database
from leaderboard.storage.store import prepare_insert

N_ENTRIES, N_STORED, LENGTH = 10_000, 24, 20
PER_LANDMARK = 40  # index images
N_WITH_PHOTO = 30  # the most frequent landmarks, whose images exist
METHODS = ("hash", "dft", "gem", "delg", "asmk", "diffusion", "rerank", "sift", "classify", "prototypes")


@dataclass(frozen=True)
class LargeCompetition:
    """The ids of queries `(n,)` and of index images, PER_LANDMARK for each landmark; the landmark of each query."""

    folder: Path
    queries: np.ndarray
    index: np.ndarray
    landmarks: np.ndarray

    @property
    def n_landmarks(self) -> int:
        """The number of landmarks of the index."""
        return len(self.index) // PER_LANDMARK


def make_site(folder: Path, *, n_queries: int = 118_000, n_landmarks: int = 5_000, n_entries: int = N_ENTRIES) -> None:
    """Write the competition `folder/large` and `folder/workspace` with entries of both tasks."""
    competition = write_competition(folder / "large", n_queries, n_landmarks)
    workspace = Workspace.open(folder / "workspace")
    key = Competition.open(competition.folder, workspace.descriptors).key
    database = Database(workspace.database)
    for number, (task, quality) in enumerate(_stored_runs()):
        path = workspace.folder / "runs" / key / f"run-{number:02}" / "submission.csv"
        path.parent.mkdir(parents=True)
        write = _write_rankings if task == "retrieval" else _write_labels
        write(path, competition, quality, np.random.default_rng(number))
        evaluation = score_file(path, competition.folder)[0]
        entry = replace(_entry(number, key, task, evaluation.scores), submission=str(path))
        entry = replace(entry, intervals=part_intervals(evaluation), coverage=Coverage(n_queries, n_queries, 0, 0))
        with database.write_transaction() as connection:
            prepare_insert(entry, to_arrays(evaluation), evaluation.query_ids.tolist())(connection)
    with database.write_transaction() as connection:
        for entry in _entries_of_scores_only(key, n_entries):
            prepare_insert(entry, None, None)(connection)


def write_competition(folder: Path, n_queries: int, n_landmarks: int) -> LargeCompetition:
    """Write tables, names of landmarks, ground truth of both tasks, and images of the most frequent landmarks."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    n_index = n_landmarks * PER_LANDMARK
    numbers = random.permutation(2 * n_index + n_queries).astype(np.uint64) * np.uint64(16_000_000_000_033)
    ids = np.array([f"{number:016x}" for number in numbers], object)
    index, queries, train = ids[:n_index], ids[n_index : n_index + n_queries], ids[n_index + n_queries :]
    weights = 1 / (np.arange(n_landmarks) + 10)
    landmarks = random.choice(n_landmarks, n_queries, p=weights / weights.sum())
    _write(folder / "index.csv", "id", np.sort(index.astype(str)))
    _write(folder / "test.csv", "id", np.sort(queries.astype(str)))
    _write(
        folder / "train.csv", "id,landmark_id", (f"{image},{row // PER_LANDMARK}" for row, image in enumerate(train))
    )
    names = (f"{landmark},old_town_{landmark // 40}__tower_{landmark % 40}" for landmark in range(n_landmarks))
    _write(folder / "train_label_to_category.csv", "landmark_id,category", names)
    competition = LargeCompetition(folder, queries, index, landmarks)
    _write_truth(competition, random)
    _write_images(competition, train)
    return competition


def _write_truth(competition: LargeCompetition, random: np.random.Generator) -> None:
    usage = random.choice(["Public", "Private"], len(competition.queries), p=[0.33, 0.67])
    relevant = [" ".join(images) for images in competition.index.reshape(-1, PER_LANDMARK)]
    rows = [*zip(competition.queries, competition.landmarks.tolist(), usage, strict=True)]
    lines = (f"{query},{relevant[landmark]},{part}" for query, landmark, part in rows)
    _write(competition.folder / "retrieval_solution.csv", "id,images,Usage", lines)
    lines = (f"{query},{landmark if number % 10 else ''},{part}" for number, (query, landmark, part) in enumerate(rows))
    _write(competition.folder / "recognition_solution.csv", "id,landmarks,Usage", lines)


def _write_images(competition: LargeCompetition, train: np.ndarray) -> None:
    """Write one picture for each of the most frequent landmarks, linked under the ids of all its images."""
    for landmark in range(min(N_WITH_PHOTO, competition.n_landmarks)):
        of_landmark = slice(landmark * PER_LANDMARK, (landmark + 1) * PER_LANDMARK)
        picture = competition.folder / f"landmark-{landmark}.jpg"
        noise = np.random.default_rng(landmark).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(noise).resize((320, 240), Image.Resampling.BICUBIC).save(picture)
        queries = competition.queries[competition.landmarks == landmark]
        parts = ("test", queries), ("index", competition.index[of_landmark]), ("train", train[of_landmark])
        for part, images in parts:
            for image in images.tolist():
                path = competition.folder / part / image[0] / image[1] / image[2] / f"{image}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(picture, path)


def _stored_runs() -> list[tuple[str, float]]:
    qualities = np.linspace(0.25, 0.75, N_STORED)
    return [("retrieval" if number % 3 else "recognition", quality) for number, quality in enumerate(qualities)]


def _write_rankings(path: Path, competition: LargeCompetition, quality: float, random: np.random.Generator) -> None:
    """Write a ranking of each query; what is not relevant is of the landmarks with the next numbers."""
    n_queries = len(competition.queries)
    difficulty = np.random.default_rng(1).random((n_queries, 1)) + competition.landmarks[:, None] % 7 / 20
    is_hit = random.random((n_queries, LENGTH)) < quality * (1.3 - difficulty)
    ranks, next_hit = np.arange(LENGTH), np.cumsum(is_hit, axis=1) - 1
    others = (competition.landmarks[:, None] + 1 + random.integers(0, 4, (n_queries, 1))) % competition.n_landmarks
    positions = np.where(is_hit, competition.landmarks[:, None], others) * PER_LANDMARK
    positions += np.where(is_hit, next_hit, ranks)
    rankings = zip(competition.queries, competition.index[positions], strict=True)
    _write(path, "id,images", (f"{query},{' '.join(images)}" for query, images in rankings))


def _write_labels(path: Path, competition: LargeCompetition, quality: float, random: np.random.Generator) -> None:
    n_queries, landmarks = len(competition.queries), competition.landmarks
    is_right = random.random(n_queries) < quality
    guesses = np.where(is_right, landmarks, (landmarks + random.integers(1, 4, n_queries)) % competition.n_landmarks)
    confidences = random.random(n_queries) * (0.5 + 0.5 * is_right)
    rows = zip(competition.queries, guesses.tolist(), confidences.tolist(), strict=True)
    _write(path, "id,landmarks", (f"{query},{guess} {confidence:.6f}" for query, guess, confidence in rows))


def _entries_of_scores_only(key: str, n_entries: int) -> Iterator[Entry]:
    """Yield entries of retrieval, each 97th of which failed."""
    random = np.random.default_rng(2)
    for number in range(N_STORED, n_entries):
        score = float(random.beta(2, 5)) * 0.5
        by_metric = {"map@100": score, "map@10": score * 0.9, "mp@10": score * 1.1, "recall@100": score * 1.2}
        scores = dict.fromkeys(("all", "public", "private"), by_metric)
        entry = _entry(number, key, "retrieval", scores)
        bounds = dict.fromkeys(("public", "private"), (score - 0.003, score + 0.003))
        if number % 97 == 0:
            yield replace(entry, status="failed", scores={}, reason="ValueError: 3 images cannot be read")
        else:
            yield replace(entry, intervals=bounds)


def _entry(number: int, key: str, task: str, scores: Any) -> Entry:
    method = METHODS[number % len(METHODS)] + (f"_{number // 40}" if number >= N_STORED else "")
    name = f"{method}(size={8 * (1 + number % 4)}, threshold={number / 20_000:g})"
    wall, peak = 1.0 + number * 37 % 997, 100.0 + number * 13 % 4001
    values: dict[str, Any] = {
        "competition": key,
        "competition_name": "large",
        "task": task,
        "split": "test",
        "scores": scores,
        "solution": method,
        "identity": name,
        "seed": 0,
        "status": "scored",
        "code_version": "c" * 64,
        "metric": "map@100" if task == "retrieval" else "gap",
        "run_key": f"{number:064}",
        "stages": (Stage("fit", wall, 3 * wall, peak), Stage("rank", wall / 9, wall / 4, peak * 1.2)),
        "versions": {f"library-{library}": "1.2.3" for library in range(20)},
        "created": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=7 * number),
    }
    return Entry(**values)


def _write(path: Path, header: str, lines: Iterable[str]) -> None:
    with path.open("w") as file:
        file.write(f"{header}\n")
        file.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    make_site(Path(sys.argv[1]))
