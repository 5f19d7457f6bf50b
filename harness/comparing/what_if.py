"""What-if scores of an answer: with shorter lists, without distractors, or without labels of low confidence.

Each row is a changed answer that is scored as a submission file would be, by every metric on every part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from harness.data.ground_truth import GroundTruth
from harness.data.tables.id_index import find_positions
from harness.errors import HarnessError
from harness.scoring.evaluate import Evaluation, Scores, evaluate, part_masks
from harness.submissions.answer import Answer, Labelling, Ranking
from metrics import COMPLETE_METRICS, Judgement, Metric, NoPositives, RecognitionJudgement, Task, metrics_of
from metrics import metric as metric_named

LIST_LENGTHS = 1, 5, 10, 20, 50, 100
ANSWERED_SHARES = 1.0, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1  # of the answers, the most confident ones
DISTRACTORS = "without distractors"


@dataclass(frozen=True)
class WhatIfRow:
    """A change of an answer with its scores; `cut_off` is a list length or a confidence, None for another change.

    `answers` is the mean number of listed images of a query, or the number of queries with a label. `correct` is the
    share of these labels that are correct; None without labels.
    """

    change: str
    cut_off: float | None
    answers: float
    scores: Scores
    correct: float | None = None


@dataclass(frozen=True)
class WhatIfResult:
    """The rows of an answer, the first one as submitted, and the number of index images that are distractors.

    A distractor is an index image that is relevant to no scored query; there are none in recognition.
    """

    metric: Metric
    n_queries: int
    n_public: int
    rows: tuple[WhatIfRow, ...]
    n_distractors: int = 0

    def score(self, row: WhatIfRow, part: str) -> float | None:
        """Return the score of a row on a part by the metric; None if no query of the part counts."""
        return row.scores[part][self.metric.name]

    def best_on_public(self) -> WhatIfRow | None:
        """Return the cut-off with the best public score; of equals the one with fewest answers. None without one."""
        sign = 1 if self.metric.higher_is_better else -1
        scored = [(sign * score, -row.answers, row) for row in self.cut_offs() if (score := self.score(row, "public"))]
        return max(scored, key=lambda each: each[:2])[2] if scored else None

    def cut_offs(self) -> list[WhatIfRow]:
        """Return the rows of cut-offs."""
        return [row for row in self.rows if row.cut_off is not None]


def what_if(answer: Answer, truth: GroundTruth, index_ids: Sequence[str] | np.ndarray, metric: Metric) -> WhatIfResult:
    """Return the what-if scores of an answer; `index_ids` are those of the competition.

    Raises DataError if no query of the ground truth is scored.
    """
    usage = truth.usage[truth.scored]
    counts = len(usage), int((usage == "Public").sum())
    if isinstance(answer, Labelling):
        return WhatIfResult(metric, *counts, _score_changes(_confidence_changes(answer), truth, metric))
    without = remove_images(answer, ~_is_relevant(truth, answer.index_ids))
    changes = [*_list_changes(answer), (DISTRACTORS, None, without)]
    n_distractors = int((~_is_relevant(truth, index_ids)).sum())
    return WhatIfResult(metric, *counts, _score_changes(changes, truth, metric), n_distractors)


def chosen_metric(name: str | None, task: Task) -> Metric:
    """Return the metric of a name, or the one that ranks the leaderboard of a task; HarnessError for another task's."""
    try:
        metric = metric_named(name) if name else metrics_of(task)[0]
    except ValueError as error:
        raise HarnessError(str(error)) from None
    if metric.task != task or metric in COMPLETE_METRICS:
        raise HarnessError(
            f"{metric} cannot score these answers; choose one of {', '.join(map(str, metrics_of(task)))}"
        )
    return metric


def cut_lists(ranking: Ranking, length: int) -> Ranking:
    """Return the ranking with the first `length` images of each list, repeats included."""
    return replace(ranking, positions=ranking.positions[:, :length])


def remove_images(ranking: Ranking, is_removed: np.ndarray) -> Ranking:
    """Return the ranking without some images `(n_index,)`; those behind move up.

    >>> ranking = Ranking.from_rows([["a", "b", "c"]], np.array(["q"]), np.array(["a", "b", "c"]))
    >>> remove_images(ranking, np.array([True, False, False])).rows()
    [['b', 'c']]
    """
    positions = ranking.positions
    stays = (positions >= 0) & ~np.append(is_removed, False)[positions]
    order = np.argsort(~stays, axis=1, kind="stable")
    moved = np.take_along_axis(np.where(stays, positions, -1), order, axis=1)
    return replace(ranking, positions=moved)


def withhold_below(labelling: Labelling, confidence: float) -> Labelling:
    """Return the labelling without the answers below a confidence."""
    confidences = labelling.confidences
    return replace(labelling, confidences=np.where(confidences >= confidence, confidences, np.nan))


_Change = tuple[str, float | None, Answer]


def _list_changes(ranking: Ranking) -> Iterator[_Change]:
    yield "as submitted", None, ranking
    for length in LIST_LENGTHS:
        yield f"first {length} image{'s' * (length > 1)}", length, cut_lists(ranking, length)


def _confidence_changes(labelling: Labelling) -> Iterator[_Change]:
    """Yield the labelling, and for each share of its answers that with the most confident ones."""
    yield "as submitted", None, labelling
    confidences = np.sort(labelling.confidences[labelling.answered])[::-1]
    counts = [ceil(share * len(confidences)) for share in ANSWERED_SHARES if len(confidences)]
    for lowest in dict.fromkeys(confidences[count - 1] for count in counts):
        cut_off = short_cut_off(confidences, lowest)
        yield f"confidence ≥ {cut_off!r}", cut_off, withhold_below(labelling, cut_off)


def short_cut_off(confidences: np.ndarray, lowest: float) -> float:
    """Return the number of fewest digits, three or more, that as a cut-off withholds the same answers as `lowest`.

    >>> short_cut_off(np.array([0.98, 0.87654321, 0.5]), 0.87654321)
    0.8765
    """
    below = confidences[confidences < lowest].max(initial=-np.inf)
    numbers = (float(f"{lowest:.{digits}g}") for digits in range(3, 18))
    return next(number for number in numbers if below < number <= lowest)


def _score_changes(changes: Iterable[_Change], truth: GroundTruth, metric: Metric) -> tuple[WhatIfRow, ...]:
    return tuple(_score_change(*change, truth, metric) for change in changes)


def _score_change(change: str, cut_off: float | None, answer: Answer, truth: GroundTruth, metric: Metric) -> WhatIfRow:
    evaluation = evaluate(answer, truth)
    judgement, correct = evaluation.judgement, None
    if isinstance(judgement, RecognitionJudgement) and judgement.answered.any():
        correct = float(judgement.correct.sum() / judgement.answered.sum())
    return WhatIfRow(change, cut_off, _count_answers(answer), _scores(evaluation, metric), correct)


def _scores(evaluation: Evaluation, metric: Metric) -> Scores:
    """Return the scores by every reported metric, and by the chosen one."""
    if metric.name in evaluation.per_query:
        return evaluation.scores
    judgements = {part: evaluation.judgement.select(mask) for part, mask in part_masks(evaluation.usage).items()}
    return {part: by | {metric.name: _score(metric, judgements[part])} for part, by in evaluation.scores.items()}


def _score(metric: Metric, judgement: Judgement) -> float | None:
    try:
        return metric.score(judgement)
    except NoPositives:
        return None


def _count_answers(answer: Answer) -> float:
    if isinstance(answer, Labelling):
        return int(answer.answered.sum())
    return float((answer.positions >= 0).sum() / max(1, len(answer.positions)))


def _is_relevant(truth: GroundTruth, image_ids: Sequence[str] | np.ndarray) -> np.ndarray:
    """Return a mask `(n_images,)` of the images that are relevant to a scored query."""
    is_scored = np.repeat(truth.scored, np.diff(truth.offsets))
    numbers = truth.relevant[is_scored & (truth.relevant >= 0)]
    relevant = truth.images.texts()[np.unique(numbers)] if len(numbers) else []
    return np.asarray(find_positions(image_ids, relevant) >= 0)
