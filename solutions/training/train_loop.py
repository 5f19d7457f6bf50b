"""The training loop: epochs with seeded randomness, a checkpoint after each, early stopping by a validation set."""

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
from solutions.training.checkpoint import TrainingState
from solutions.training.head_model import HeadModel, TrainingBatch
from solutions.training.rejection import gap
from solutions.training.settings import TrainingConfig


class ImageBatches(Protocol):
    """Images as input for a network."""

    def __len__(self) -> int: ...

    def batch(self, positions: np.ndarray, epoch: int | None) -> np.ndarray:
        """Return a batch `(m, ...)`; `epoch` seeds the augmentation, None disables it (evaluation)."""


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Images, their classes from 0, and their weights, whose sum is 1."""

    images: ImageBatches
    classes: np.ndarray  # (n,)
    weights: np.ndarray  # (n,)


@dataclass(frozen=True, eq=False)
class ValidationSet:
    """Images and their classes; class -1 marks images of none of the landmarks."""

    images: ImageBatches
    classes: np.ndarray  # (n,)


def train(
    model: HeadModel,
    training: TrainingSet,
    validation: ValidationSet | None,
    config: TrainingConfig,
    name: str,
    path: Path,
) -> np.ndarray:
    """Train the model and return mean loss and validation GAP of each epoch `(epochs, 2)`, NaN without validation.

    `name` is that of the training in messages. The model ends with the weights of the best epoch, without a validation
    set of the last. Training continues from the checkpoint at `path`, which is written after each epoch.

    Raises HarnessError if the loss becomes infinite or NaN.
    """
    state = checkpoint.load_state(path)
    if state.model:
        model.restore(state.model)
    remaining = _steps(training, config) * max(config.last_epoch - len(state.history), 0)
    progress = track(range(remaining), f"training {name}")
    with ThreadPoolExecutor(cores()) as pool:
        while len(state.history) < config.last_epoch and not should_stop(state.history, config.patience):
            loss = _train_epoch(model, training, config, len(state.history), pool, progress)
            if not isfinite(loss):
                path.unlink(missing_ok=True)
                raise HarnessError(
                    f"training {name}: the loss is {loss} in epoch {len(state.history) + 1}; choose a smaller rate "
                    f"than {config.rate:g}"
                )
            _record_epoch(state, model, loss, validation, config.batch_size)
            checkpoint.save_state(path, state)
    model.restore(state.best if validation else state.model)
    return np.array(state.history).reshape(-1, 2)


def best_epoch(history: np.ndarray) -> int:
    """Return the number, from 1, of the first epoch with the best GAP; of the last if there is no GAP."""
    return len(history) if np.isnan(history[:, 1]).all() else int(np.nanargmax(history[:, 1])) + 1


def should_stop(history: list[tuple[float, float]], patience: int) -> bool:
    """Return whether the best GAP is `patience` epochs old."""
    scores = np.array([score for _, score in history])
    return bool(len(scores) and not np.isnan(scores).all() and len(scores) - 1 - int(np.nanargmax(scores)) >= patience)


def _train_epoch(
    model: HeadModel,
    training: TrainingSet,
    config: TrainingConfig,
    epoch: int,
    pool: ThreadPoolExecutor,
    progress: Iterator[int],
) -> float:
    """Train on all images once, and return the mean loss."""
    losses, steps = [], _steps(training, config)
    for number, batch in enumerate(_batches(model, training, config, epoch)):
        rate = config.rate * (1 + cos(pi * (epoch + number / steps) / config.epochs)) / 2
        losses.append(model.train_step(batch, rate, config.weight_decay, pool))
        next(progress, None)
    return float(np.mean(losses))


def _record_epoch(
    state: TrainingState, model: HeadModel, loss: float, validation: ValidationSet | None, size: int
) -> None:
    """Append loss and GAP of an epoch, and keep the weights."""
    score = float("nan") if validation is None else _validation_gap(model, validation, size)
    if validation and all(score > before for _, before in state.history):
        state.best = model.state_arrays
    state.history.append((loss, score))
    state.model = model.state_arrays


def _steps(training: TrainingSet, config: TrainingConfig) -> int:
    return -(-len(training.classes) // config.batch_size)


def _batches(model: HeadModel, training: TrainingSet, config: TrainingConfig, epoch: int) -> Iterator[TrainingBatch]:
    """Yield full batches; the last is filled up with the first images."""
    n, size, seed = len(training.classes), config.batch_size, config.seed
    order = _shuffle(training.classes, model.head.pairs, np.random.default_rng([seed, epoch]))
    for number in range(_steps(training, config)):
        positions = np.take(order, np.arange(number * size, (number + 1) * size), mode="wrap")
        draw = model.head.draw_for_step
        fixed = draw(model.fixed, np.random.default_rng([seed, epoch, number])) if draw else {}
        classes = training.classes[positions].astype(np.int32)
        weights = (training.weights[positions] * n).astype(np.float32)
        yield TrainingBatch(partial(_shard_inputs, training.images, positions, epoch), classes, weights, fixed)


def _shard_inputs(images: ImageBatches, positions: np.ndarray, epoch: int, shard: slice) -> np.ndarray:
    return images.batch(positions[shard], epoch)


def _shuffle(classes: np.ndarray, pairs: bool, generator: np.random.Generator) -> np.ndarray:
    """Return the positions of all images in random order; with `pairs`, two images of a landmark are adjacent."""
    order = generator.permutation(len(classes))
    if not pairs:
        return order
    by_class = order[np.argsort(classes[order], kind="stable")]
    first = np.searchsorted(classes[by_class], classes[by_class])
    key = generator.permutation(len(order))[first + (np.arange(len(order)) - first) // 2]
    return np.asarray(by_class[np.argsort(key, kind="stable")])


def _validation_gap(model: HeadModel, validation: ValidationSet, size: int) -> float:
    """Return the GAP of the most probable classes, with their probabilities as confidences."""
    images, expected = validation.images, validation.classes
    batches = [_predict(model, images.batch(each, None)) for each in _batch_positions(len(expected), size)]
    classes, confidences = (np.concatenate(part)[: len(expected)] for part in zip(*batches, strict=True))
    order = np.lexsort((np.arange(len(confidences)), -confidences))
    return gap((classes == expected)[order], int((expected >= 0).sum()))


def _batch_positions(n: int, size: int) -> list[np.ndarray]:
    """Return positions in batches of one size, so that a network is compiled once; the last is filled up."""
    return [np.minimum(np.arange(start, start + size), n - 1) for start in range(0, n, size)]


def _predict(model: HeadModel, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    probabilities = softmax(model.logits(inputs), axis=1)
    return probabilities.argmax(axis=1), probabilities.max(axis=1)
