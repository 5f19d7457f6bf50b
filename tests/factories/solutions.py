"""Source files of solutions for tests: one with a parameter for each kind of failure, one with ablation steps."""

from pathlib import Path

OBEDIENT = '''"""Fail in the way that the parameter names, or answer."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness import ImageSet, Ranking, Retrieval, TrainingData


def twice(number: int) -> int:
    return 2 * number


@dataclass
class Obedient(Retrieval):
    do: str = "answer"  # name of an action
    chunk = 2

    def fit(self, data: TrainingData) -> None:
        self.index = data.index
        print("a word from fit")
        actions = {
            "raise": lambda: [][1],
            "exit": lambda: sys.exit(3),
            "leave": lambda: os._exit(4),
            "die": lambda: os.kill(os.getpid(), signal.SIGKILL),
            "sleep": lambda: time.sleep(600),
            "ask": input,
            "grow": self.grow,
            "peek": lambda: open(self.folder() / "retrieval_solution.csv"),
            "fill": self.fill,
            "linger": lambda: threading.Thread(target=time.sleep, args=(60,)).start(),
            "look": lambda: sqlite3.connect(self.database()),
        }
        actions.get(self.do, lambda: None)()

    def folder(self) -> Path:
        return self.index.paths[0].parent

    def database(self) -> str:
        return str(Path(sys.argv[1]).parents[2] / "leaderboard.db")

    def grow(self) -> None:
        self.arrays = []
        while True:
            self.arrays.append(np.ones(1 << 18))
            time.sleep(0.001)

    def fill(self) -> None:
        raise OSError(28, "No space left on device", "/some/file")

    def spread(self) -> None:
        import joblib

        raise ValueError(sum(joblib.Parallel(n_jobs=2)(joblib.delayed(twice)(number) for number in range(3))))

    def rank(self, queries: ImageSet) -> Ranking:
        if self.do == "slowly":
            Path(os.environ["ASKED"]).open("a").write(queries.ids[0] + "\\\\n")
            time.sleep(0.4)
        positions = np.tile(np.arange(len(self.index)), (len(queries), 1))
        answers = {
            "break": lambda: np.zeros(3)[queries.ids],
            "spread": self.spread,
            "nothing": lambda: None,
            "twice": lambda: Ranking.from_positions(positions * 0, queries.ids, self.index.ids),
            "beyond": lambda: Ranking.from_positions(positions + 1, queries.ids, self.index.ids),
            "others": lambda: Ranking.from_positions(positions, queries.ids[::-1], self.index.ids),
        }
        return answers.get(self.do, lambda: Ranking.from_positions(positions, queries.ids, self.index.ids))()
'''.replace("\\\\n", "\\n")


def write_obedient(folder: Path) -> Path:
    """Write the solution `obedient` and return its path."""
    path = folder / "obedient.py"
    path.write_text(OBEDIENT, encoding="utf-8")
    return path


STEPWISE = '''"""Rank the index by its order or by similarity, with ablation steps."""
from dataclasses import dataclass
import numpy as np
from harness import Extractor, ImageSet, Ranking, Retrieval, Step, TrainingData

@dataclass(frozen=True)
class Thumbnail(Extractor):
    size = (8, 8)
    def describe(self, images: np.ndarray) -> np.ndarray:
        return images.reshape(len(images), -1) / np.float32(255)

@dataclass
class Grown(Retrieval):
    alike: bool = True
    sign: int = 1
    ladder = (
        Step("by name", {"alike": False}, published=0.25),
        Step("+ likeness", {}),
        Step("+ the same", {"sign": 1}),
        Step("turned round", {"sign": -1}),
    )
    def fit(self, data: TrainingData) -> None:
        self.index = data.index
    def rank(self, queries: ImageSet) -> Ranking:
        ours, theirs = queries.describe(Thumbnail()), self.index.describe(Thumbnail())
        distances = ((ours[:, None].astype(float) - theirs[None]) ** 2).sum(axis=2)
        return Ranking.by_similarity(-distances * self.sign if self.alike else distances * 0, queries.ids, self.index.ids)
'''
