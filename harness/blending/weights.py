"""Choose the weights of a blend by cross-validation on folds of the training images.

The test images are not used. The nested score is unbiased: the weights of each fold are chosen on the other folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from math import comb
from shlex import join
from statistics import fmean, stdev

import numpy as np

from harness.blending.fusion import FusionMethod, fuse_answers
from harness.blending.inputs import BlendInput
from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth
from harness.data.split import Folds, fold_split, load_folds
from harness.errors import DataError, HarnessError
from harness.progress import track
from harness.running.outcome import stored_answer
from harness.scoring.evaluate import evaluate
from harness.submissions.answer import Answer
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import metrics_of

_MAX_CANDIDATES = 300
_STEPS = (10, 5, 4, 3, 2, 1)  # weights are multiples of 1/10, or of 1/5, … if there are too many


@dataclass(frozen=True)
class FoldScore:
    """Mean and standard deviation of the scores of the folds."""

    name: str
    mean: float
    deviation: float


@dataclass(frozen=True)
class FoldWeights:
    """The weights chosen on all folds, the nested score of this choice, and the scores it is compared with."""

    weights: tuple[float, ...]
    metric: str
    nested: FoldScore
    equal: FoldScore
    singles: tuple[FoldScore, ...]


@dataclass(frozen=True, eq=False)
class FoldAnswers:
    """The answers of the blend's solutions to the queries of a fold, and the ground truth."""

    answers: tuple[Answer, ...]
    truth: GroundTruth


def fold_answers(inputs: Sequence[BlendInput], competition: Competition, workspace: Workspace) -> list[FoldAnswers]:
    """Return the answers of the finished runs on each of the current folds.

    Raises HarnessError if there are no folds, for a file, and for a solution without a run on every fold.
    """
    for each in inputs:
        if each.entry is None:
            raise HarnessError(
                f"{each.name}: is a file, but --weights folds needs runs of solutions on folds; "
                "name a solution, or give --weights equal or --weights 0.6,0.4"
            )
    path = workspace.folds_file(competition.key)
    if not path.exists():
        raise HarnessError(
            f"{competition.folder}: has no folds to choose weights on; {_command(inputs, competition)} makes them"
        )
    folds, store = load_folds(path, competition), EntryStore(workspace.database)
    runs = [_fold_entries(each, folds, store, competition) for each in inputs]
    return [_fold(competition, folds, number, entries) for number, entries in enumerate(zip(*runs, strict=True), 1)]


def find_weights(names: Sequence[str], folds: Sequence[FoldAnswers], method: FusionMethod, k: float) -> FoldWeights:
    """Return the weights of the named answers with the best mean score over folds; ties go to the most equal."""
    metric = metrics_of(folds[0].truth.task)[0].name
    order = sorted(range(len(names)), key=lambda place: names[place])  # independent of the order of the names
    candidates = weight_grid(len(names))

    def score(fold: int, weights: Sequence[float]) -> float:
        answers = [folds[fold].answers[place] for place in order]
        try:
            evaluation = evaluate(fuse_answers(answers, weights, method, k), folds[fold].truth)
        except DataError as error:
            raise DataError(f"fold {fold + 1}: {error}") from None
        return evaluation.scores["all"][metric] or 0.0

    trials = track(candidates, "trying weights")
    scores = np.array([[score(fold, weights) for fold in range(len(folds))] for weights in trials])
    single = np.eye(len(names))
    best = candidates[int(scores.mean(axis=1).argmax())]
    return FoldWeights(
        weights=tuple(best[order.index(place)] for place in range(len(names))),
        metric=metric,
        nested=_spread("weights chosen on the other folds", scores[best_on_other_folds(scores), np.arange(len(folds))]),
        equal=_spread("equal weights", scores[0]),
        singles=tuple(
            _spread(name, scores[candidates.index(tuple(single[order.index(place)]))])
            for place, name in enumerate(names)
        ),
    )


def best_on_other_folds(scores: np.ndarray) -> np.ndarray:
    """Return for each fold the candidate `(folds,)` that is best on the others; `scores` is `(candidates, folds)`.

    Ties go to the first candidate.

    >>> best_on_other_folds(np.array([[0.5, 0.1, 0.5], [0.4, 0.9, 0.4]]))
    array([1, 0, 1])
    """
    return np.array([np.delete(scores, fold, axis=1).mean(axis=1).argmax() for fold in range(scores.shape[1])])


def weight_grid(count: int) -> list[tuple[float, ...]]:
    """Return the candidate weights `(count,)`: equal weights, then a grid ordered by the distance from them.

    >>> weight_grid(2)[:4]
    [(0.5, 0.5), (0.4, 0.6), (0.6, 0.4), (0.3, 0.7)]
    """
    steps = next(each for each in _STEPS if comb(each + count - 1, count - 1) <= _MAX_CANDIDATES or each == 1)
    equal = (Fraction(1, count),) * count
    grid = {tuple(Fraction(part, steps) for part in parts) for parts in _compositions(steps, count)} | {equal}
    ordered = sorted(grid, key=lambda weights: (sum((each - equal[0]) ** 2 for each in weights), weights))
    return [tuple(map(float, weights)) for weights in ordered]


def _compositions(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """Yield every tuple of `count` non-negative integers that sum to `total`."""
    for bars in combinations(range(total + count - 1), count - 1):
        ends = (-1, *bars, total + count - 1)
        yield tuple(end - begin - 1 for begin, end in pairwise(ends))


def _spread(name: str, scores: np.ndarray) -> FoldScore:
    return FoldScore(name, fmean(scores), stdev(scores))


def _fold_entries(each: BlendInput, folds: Folds, store: EntryStore, competition: Competition) -> list[Entry]:
    """Return the entry of the latest finished run on each fold."""
    entries = store.entries(competition=competition.key, task=each.task)
    latest = {entry.split: entry for entry in entries if entry.identity == each.name and entry.submission}
    names = [folds.name(number) for number in range(1, folds.count + 1)]
    missing = [name for name in names if name not in latest]
    if missing:
        raise HarnessError(
            f"{each.name}: has no finished run on {len(missing)} of {folds.count} folds; "
            f"{_command([each], competition)} makes them"
        )
    return [latest[name] for name in names]


def _fold(competition: Competition, folds: Folds, number: int, entries: Sequence[Entry]) -> FoldAnswers:
    split = fold_split(competition, folds, number, entries[0].task)  # type: ignore[arg-type]
    if split.ground_truth is None:
        raise DataError(f"{split.name}: has no ground truth")
    answers = [stored_answer(entry, split.queries.ids, split.data.index.ids) for entry in entries]
    return FoldAnswers(tuple(answers), split.ground_truth)


def _command(inputs: Sequence[BlendInput], competition: Competition) -> str:
    return join(["landmark", "run", *(each.name for each in inputs), "--on", str(competition.folder), "--folds"])
