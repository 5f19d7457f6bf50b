"""Epoch after epoch, until enough: chance by seed, a checkpoint after each, and the best one by held-out images."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import cos, isfinite, pi
from pathlib import Path
from typing import Protocol

import numpy as np
from scipy.special import softmax

from harness import HarnessError, cores, track
from solutions.training import checkpoint
from solutions.training.checkpoint import State
from solutions.training.model import Batch, Model, batch_size
from solutions.training.rejection import gap


class Shown(Protocol):
    """Images as a network is given them."""

    def __len__(self) -> int: ...

    def batch(self, places: np.ndarray, epoch: int | None) -> np.ndarray:
        """Return some of them `(m, ...)` as they are in an epoch; None: as they are asked."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is learnt: images, their classes from 0, and what each weighs, one in all."""

    shown: Shown
    classes: np.ndarray  # (n,)
    shares: np.ndarray  # (n,)


@dataclass(frozen=True, eq=False)
class Exam:
    """What is asked after each epoch; the class of what is not to be known is -1."""

    shown: Shown
    classes: np.ndarray  # (n,)


@dataclass(frozen=True)
class Plan:
    """How it is learnt."""

    epochs: int  # until steps have grown to nothing
    stop: int  # epochs after which it ends
    shard: int  # images that go through the network at a time
    rate: float  # of Adam at the start; it falls to nothing along half a cosine
    weight_decay: float
    patience: int  # epochs without a better GAP after which no more follow
    seed: int
    what: str  # is taught, in words


def teach(model: Model, lesson: Lesson, exam: Exam | None, plan: Plan, path: Path) -> np.ndarray:
    """Teach the model and return mean loss and held-out GAP of each epoch `(epochs, 2)`, NaN where none is known.

    With an exam the model is left as it was after the best epoch, else after the last. What is kept at `path` after
    each epoch is gone on from.

    Raises HarnessError where the loss is no number any more.
    """
    state = checkpoint.load(path)
    if state.model:
        model.restore(state.model)
    left = _steps(lesson, plan) * max(plan.stop - len(state.history), 0)
    beats = track(range(left), f"training {plan.what}")
    with ThreadPoolExecutor(cores()) as pool:
        while len(state.history) < plan.stop and not _tired(state.history, plan.patience):
            loss = _epoch(model, lesson, plan, len(state.history), pool, beats)
            _refuse_no_number(loss, len(state.history) + 1, plan, path)
            _note(state, model, loss, exam, batch_size(plan.shard))
            checkpoint.save(path, state)
    model.restore(state.best if exam else state.model)
    return np.array(state.history).reshape(-1, 2)


def best_epoch(history: np.ndarray) -> int:
    """Return the number of the epoch, from 1, with the best GAP, the first of equals; the last where none is known."""
    return len(history) if np.isnan(history[:, 1]).all() else int(np.nanargmax(history[:, 1])) + 1


def _epoch(
    model: Model, lesson: Lesson, plan: Plan, epoch: int, pool: ThreadPoolExecutor, beats: Iterator[int]
) -> float:
    """Go through all images once, and return the mean loss."""
    losses, steps = [], _steps(lesson, plan)
    for number, batch in enumerate(_batches(model, lesson, plan, epoch)):
        rate = plan.rate * (1 + cos(pi * (epoch + number / steps) / plan.epochs)) / 2
        losses.append(model.step(batch, rate, plan.weight_decay, pool))
        next(beats, None)
    return float(np.mean(losses))


def _refuse_no_number(loss: float, epoch: int, plan: Plan, path: Path) -> None:
    if not isfinite(loss):
        path.unlink(missing_ok=True)
        raise HarnessError(
            f"training {plan.what}: the loss is no number any more in epoch {epoch}; choose a smaller rate than "
            f"{plan.rate:g}"
        )


def _note(state: State, model: Model, loss: float, exam: Exam | None, size: int) -> None:
    """Add what has been reached in an epoch."""
    score = float("nan") if exam is None else _gap(model, exam, size)
    if exam and all(score > before for _, before in state.history):
        state.best = model.everything
    state.history.append((loss, score))
    state.model = model.everything


def _steps(lesson: Lesson, plan: Plan) -> int:
    return -(-len(lesson.classes) // batch_size(plan.shard))


def _batches(model: Model, lesson: Lesson, plan: Plan, epoch: int) -> Iterator[Batch]:
    """Yield full batches: the last is filled up from the beginning."""
    n, size = len(lesson.classes), batch_size(plan.shard)
    order = _order(lesson.classes, model.head.pairs, np.random.default_rng([plan.seed, epoch]))
    for number in range(_steps(lesson, plan)):
        places = np.take(order, np.arange(number * size, (number + 1) * size), mode="wrap")
        draw = model.head.draw
        fixed = draw(model.fixed, np.random.default_rng([plan.seed, epoch, number])) if draw else {}
        classes, weights = lesson.classes[places].astype(np.int32), (lesson.shares[places] * n).astype(np.float32)
        yield Batch(partial(_inputs, lesson.shown, places, epoch), classes, weights, fixed)


def _inputs(shown: Shown, places: np.ndarray, epoch: int, shard: slice) -> np.ndarray:
    return shown.batch(places[shard], epoch)


def _order(classes: np.ndarray, pairs: bool, generator: np.random.Generator) -> np.ndarray:
    """Return the places of all images in the order in which they are shown, by twos of a landmark if asked for."""
    order = generator.permutation(len(classes))
    if not pairs:
        return order
    within = order[np.argsort(classes[order], kind="stable")]
    twos = np.arange(len(order)) - np.searchsorted(classes[within], classes[within])
    key = generator.permutation(len(order))[np.searchsorted(classes[within], classes[within]) + twos // 2]
    return np.asarray(within[np.argsort(key, kind="stable")])


def _tired(history: list[tuple[float, float]], patience: int) -> bool:
    scores = np.array([score for _, score in history])
    return bool(len(scores) and not np.isnan(scores).all() and len(scores) - 1 - int(np.nanargmax(scores)) >= patience)


def _gap(model: Model, exam: Exam, size: int) -> float:
    """Return the GAP of the likeliest classes, each with its probability."""
    found = [_answers(model, exam.shown.batch(some, None)) for some in _filled(len(exam.classes), size)]
    classes, likely = (np.concatenate(part)[: len(exam.classes)] for part in zip(*found, strict=True))
    order = np.lexsort((np.arange(len(likely)), -likely))
    return gap((classes == exam.classes)[order], int((exam.classes >= 0).sum()))


def _filled(n: int, size: int) -> list[np.ndarray]:
    """Return places in batches of one size, so that a network is compiled once; the last is filled up."""
    return [np.minimum(np.arange(start, start + size), n - 1) for start in range(0, n, size)]


def _answers(model: Model, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    probabilities = softmax(model.logits(inputs), axis=1)
    return probabilities.argmax(axis=1), probabilities.max(axis=1)
