"""Weights of a blend found on folds of the train images, and what they are worth: nested, so that nothing is flattered.

The test images have no part in it. For the honest figure the weights of each fold are chosen on the other folds.
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
from harness.running.stored_answers import stored_answer
from harness.scoring.evaluate import evaluate
from harness.submissions.answer import Answer
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import metrics_of

_MOST = 300  # weightings that are tried
_STEPS = (10, 5, 4, 3, 2, 1)  # a weight is a whole number of tenths, or else of fifths, …


@dataclass(frozen=True)
class FoldScore:
    """Mean and standard deviation of the scores of the folds."""

    name: str
    mean: float
    deviation: float


@dataclass(frozen=True)
class FoldWeights:
    """The weights to use, found on all folds, and the scores on them: the nested one and those to compare it to."""

    weights: tuple[float, ...]
    metric: str
    nested: FoldScore
    equal: FoldScore
    singles: tuple[FoldScore, ...]


@dataclass(frozen=True, eq=False)
class FoldAnswers:
    """What each of the blend's solutions answered to the queries of a fold, and the truth."""

    answers: tuple[Answer, ...]
    truth: GroundTruth


def fold_answers(
    ingredients: Sequence[BlendInput], competition: Competition, workspace: Workspace
) -> list[FoldAnswers]:
    """Return the answers to each fold of the present deal, of finished runs.

    Raises HarnessError where there are no folds, for a file, and for a solution that has not run on every fold.
    """
    for each in ingredients:
        if each.entry is None:
            raise HarnessError(
                f"{each.name}: is a file, and weights are found on runs of solutions on folds; "
                "name a solution, or give --weights equal or --weights 0.6,0.4"
            )
    path = workspace.folds_file(competition.key)
    if not path.exists():
        raise HarnessError(
            f"{competition.folder}: has no folds to find weights on; {_command(ingredients, competition)} makes them"
        )
    folds, store = load_folds(path), EntryStore(workspace.database)
    runs = [_runs(each, folds, store, competition) for each in ingredients]
    return [_fold(competition, folds, number, entries) for number, entries in enumerate(zip(*runs, strict=True), 1)]


def find_weights(names: Sequence[str], folds: Sequence[FoldAnswers], method: FusionMethod, k: float) -> FoldWeights:
    """Return the weights with the best mean score over the folds, and what such a choice is worth.

    `names` are those of the answers. Of equally good weights those nearest to equal ones are chosen.
    """
    metric = metrics_of(folds[0].truth.task)[0].name
    order = sorted(range(len(names)), key=lambda place: names[place])  # so that it is no matter how they are named
    candidates = weight_grid(len(names))
    scores = np.array(
        [
            [_score(fold, number, order, weights, metric, method, k) for number, fold in enumerate(folds, 1)]
            for weights in track(candidates, "trying weights")
        ]
    )
    alone = np.eye(len(names))
    best = candidates[int(scores.mean(axis=1).argmax())]
    return FoldWeights(
        weights=tuple(best[order.index(place)] for place in range(len(names))),
        metric=metric,
        nested=_spread("weights chosen on the other folds", scores[best_on_other_folds(scores), np.arange(len(folds))]),
        equal=_spread("equal weights", scores[0]),
        singles=tuple(
            _spread(name, scores[candidates.index(tuple(alone[order.index(place)]))])
            for place, name in enumerate(names)
        ),
    )


def best_on_other_folds(scores: np.ndarray) -> np.ndarray:
    """Return for each fold the candidate `(folds,)` that is best on the others; `scores` is `(candidates, folds)`.

    Of equally good candidates the first is chosen.

    >>> chosen_on_others(np.array([[0.5, 0.1, 0.5], [0.4, 0.9, 0.4]]))
    array([1, 0, 1])
    """
    return np.array([np.delete(scores, fold, axis=1).mean(axis=1).argmax() for fold in range(scores.shape[1])])


def weight_grid(count: int) -> list[tuple[float, ...]]:
    """Return the weights `(count,)` that are tried, equal ones and then a grid, those nearest to them first.

    >>> weightings(2)[:4]
    [(0.5, 0.5), (0.4, 0.6), (0.6, 0.4), (0.3, 0.7)]
    """
    steps = next(each for each in _STEPS if comb(each + count - 1, count - 1) <= _MOST or each == 1)
    equal = (Fraction(1, count),) * count
    grid = {tuple(Fraction(part, steps) for part in parts) for parts in _compositions(steps, count)} | {equal}
    nearest = sorted(grid, key=lambda weights: (sum((each - equal[0]) ** 2 for each in weights), weights))
    return [tuple(map(float, weights)) for weights in nearest]


def _compositions(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to write the total as a sum of so many numbers from 0."""
    for bars in combinations(range(total + count - 1), count - 1):
        ends = (-1, *bars, total + count - 1)
        yield tuple(end - begin - 1 for begin, end in pairwise(ends))


def _score(
    fold: FoldAnswers, number: int, order: list[int], weights: Sequence[float], metric: str, how: FusionMethod, k: float
) -> float:
    answers = [fold.answers[place] for place in order]
    try:
        score = evaluate(fuse_answers(answers, weights, how, k), fold.truth).scores["all"][metric]
    except DataError as error:
        raise DataError(f"fold {number}: {error}") from None
    return score or 0.0


def _spread(name: str, scores: np.ndarray) -> FoldScore:
    return FoldScore(name, fmean(scores), stdev(scores))


def _runs(ingredient: BlendInput, folds: Folds, store: EntryStore, competition: Competition) -> list[Entry]:
    """Return the latest finished run on each fold."""
    entries = store.entries(competition=competition.key, task=ingredient.task)
    latest = {each.split: each for each in entries if each.identity == ingredient.name and each.submission}
    names = [folds.name(number) for number in range(1, folds.count + 1)]
    missing = [name for name in names if name not in latest]
    if missing:
        raise HarnessError(
            f"{ingredient.name}: has no finished run on {len(missing)} of {folds.count} folds; "
            f"{_command([ingredient], competition)} makes them"
        )
    return [latest[name] for name in names]


def _fold(competition: Competition, folds: Folds, number: int, entries: Sequence[Entry]) -> FoldAnswers:
    split = fold_split(competition, folds, number, entries[0].task)  # type: ignore[arg-type]
    if split.ground_truth is None:
        raise DataError(f"{split.name}: has no truth")
    answers = [stored_answer(entry, split.queries.ids, split.data.index.ids) for entry in entries]
    return FoldAnswers(tuple(answers), split.ground_truth)


def _command(ingredients: Sequence[BlendInput], competition: Competition) -> str:
    return join(["landmark", "run", *(each.name for each in ingredients), "--on", str(competition.folder), "--folds"])
