"""Checkpoints: the state of a training after each epoch, so that an interrupted training continues."""

import os
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from harness import imports_digest


@dataclass
class TrainingState:
    """The state of a training after some epochs."""

    model: list[np.ndarray] = field(default_factory=list)  # `HeadModel.state_arrays`
    best: list[np.ndarray] = field(default_factory=list)  # the same after the best epoch
    history: list[tuple[float, float]] = field(default_factory=list)  # mean loss and validation GAP of each epoch


def checkpoint_path(store: Path, facts: str) -> Path:
    """Return the path of the checkpoint for these facts and the present code."""
    digest = sha256(facts.encode(errors="surrogatepass") + _code_digest().encode()).hexdigest()
    return store / "training" / f"{digest[:24]}.npz"


@cache  # the code that was imported counts, even if its files change
def _code_digest() -> str:
    """Return the digest of the training code and of all that it imports."""
    return imports_digest("solutions.training.trained_network")


def save_state(path: Path, state: TrainingState) -> None:
    """Write the state atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{part}{i}": array for part in ("model", "best") for i, array in enumerate(getattr(state, part))}
    partial = path.with_name(f".{path.stem}.partial.npz")  # an interrupted write is overwritten
    try:
        np.savez(partial, history=np.array(state.history), **arrays)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load_state(path: Path) -> TrainingState:
    """Return the state, or an empty one if the file is missing or damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            model, best = (
                [arrays[f"{part}{i}"] for i in range(_count(arrays.files, part))] for part in ("model", "best")
            )
            return TrainingState(model, best, [(float(loss), float(gap)) for loss, gap in arrays["history"]])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return TrainingState()


def _count(names: list[str], part: str) -> int:
    return sum(name.startswith(part) for name in names)
