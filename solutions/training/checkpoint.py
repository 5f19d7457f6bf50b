"""How far a training has come, kept after each epoch, so that one that was killed goes on."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

_PARTS = Path(__file__).parents[1]
_ELSEWHERE = (_PARTS / "kernels" / "keyed_random.py", _PARTS / "descriptors" / "pooling" / "keras_pooling.py")


@dataclass
class State:
    """What a training knows after some epochs."""

    model: list[np.ndarray] = field(default_factory=list)  # as `Model.everything` gives it
    best: list[np.ndarray] = field(default_factory=list)  # the same after the best epoch
    history: list[tuple[float, float]] = field(default_factory=list)  # mean loss and held-out GAP of each epoch


def checkpoint(store: Path, facts: str) -> Path:
    """Return where the state of a training of these facts lies, another place for other code."""
    digest = sha256(facts.encode(errors="surrogatepass") + _code()).hexdigest()
    return store / "training" / f"{digest[:24]}.npz"


@cache  # what was imported, whatever becomes of the files
def _code() -> bytes:
    return sha256(
        b"".join(file.read_bytes() for file in [*sorted(Path(__file__).parent.glob("*.py")), *_ELSEWHERE])
    ).digest()


def save(path: Path, state: State) -> None:
    """Write the state, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{part}{place}": each for part in ("model", "best") for place, each in enumerate(getattr(state, part))}
    partial = path.with_name(f".{path.stem}.partial.npz")  # of one that was killed it is written over
    try:
        np.savez(partial, history=np.array(state.history), **arrays)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path) -> State:
    """Return the state, one of no epochs where there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            parts = [
                [found[f"{part}{place}"] for place in range(_count(found.files, part))] for part in ("model", "best")
            ]
            return State(parts[0], parts[1], [(float(loss), float(gap)) for loss, gap in found["history"]])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return State()


def _count(names: list[str], part: str) -> int:
    return sum(name.startswith(part) for name in names)
