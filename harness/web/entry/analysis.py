"""What the page of an entry shows of its queries: histogram or counts, curve, costly landmarks, and subsets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from harness.scoring.reported_metric import needs_complete_rankings
from harness.web.charts.curve import RecallCurve, recall_curve
from harness.web.charts.histogram import Histogram, score_histogram
from harness.web.data.analysis_cache import AnalysisCache
from harness.web.data.entry_analysis import EntryAnalysis, LabellingAnalysis
from harness.web.data.slices import ScoreSlice, slice_scores
from harness.web.rendering import address, query_metric_label
from leaderboard import Entry
from metrics import RetrievalJudgement
from metrics.curves import LEVELS, precision_at_recall, precision_by_confidence

N_LANDMARKS = 5
N_SAMPLED = 1000  # queries of a precision-recall curve, at most
_RANKS = 100
_PART = "part"  # the slices whose scores the table of scores has already


@dataclass(frozen=True)
class LandmarkCost:
    """A landmark, its queries, and how much its imperfect answers lower the score."""

    name: str
    queries: int
    cost: float
    address: str


@dataclass(frozen=True)
class EntryQueries:
    """Charts and tables of an entry's queries. `n_sampled` queries are in the curve, 0 if all are.

    `answers` are the numbers of right, wrong and missing answers of a recognition, and of wrong ones to queries without
    a landmark.
    """

    histogram: Histogram | None
    answers: tuple[int, int, int, int] | None
    curve: RecallCurve | None
    n_sampled: int
    landmarks: Sequence[LandmarkCost]
    slices: Mapping[str, Sequence[ScoreSlice]]


def analyse_queries(analyses: AnalysisCache, entry: Entry) -> EntryQueries | None:
    """Return charts and tables of an entry; None if truth, submission or values by query are missing.

    Raises DataError if a file or a stored value is missing.
    """
    if not analyses.can_analyse(entry):
        return None
    analysis = analyses.analysis(entry)
    groups = {name: masks for name, masks in analyses.groups(analysis).items() if name != _PART}
    slices = slice_scores(groups, analysis.metric, analysis.truth.query_ids, analysis.values)
    if isinstance(analysis, LabellingAnalysis):
        curve, landmarks = _gap_curve(analysis), _costly_landmarks(analysis, _lacking_answers(analysis))
        return EntryQueries(None, _answer_counts(analysis), curve, 0, landmarks, slices)
    curve, n_sampled = _ranking_curve(analysis)
    lacking = np.nan_to_num(1 - analysis.gains) / max(1, int((~np.isnan(analysis.gains)).sum()))
    return EntryQueries(_histogram(analysis), None, curve, n_sampled, _costly_landmarks(analysis, lacking), slices)


def _histogram(analysis: EntryAnalysis) -> Histogram | None:
    scores = analysis.gains
    if not np.nanmax(scores, initial=0) <= 1:
        return None
    of_range = lambda text: address("e", analysis.entry.id, "queries", ap=text)
    return score_histogram(scores, query_metric_label(analysis.metric.name), of_range)


def _answer_counts(analysis: LabellingAnalysis) -> tuple[int, int, int, int]:
    judgement = analysis.judgement
    wrong = judgement.answered & ~judgement.correct
    masks = (
        judgement.correct,
        wrong & judgement.landmark,
        judgement.landmark & ~judgement.answered,
        wrong & ~judgement.landmark,
    )
    right, confused, missing, distracted = (int(mask.sum()) for mask in masks)
    return right, confused, missing, distracted


def _lacking_answers(analysis: LabellingAnalysis) -> np.ndarray:
    """Return the share of the right answers that each query lacks `(n_queries,)`."""
    judgement = analysis.judgement
    return (judgement.landmark & ~judgement.correct) / max(1, int(judgement.landmark.sum()))


def _gap_curve(analysis: LabellingAnalysis) -> RecallCurve | None:
    _, precision, recall = precision_by_confidence(analysis.judgement)
    return recall_curve(recall, precision, ("share of the landmarks found", "precision"))


def _ranking_curve(analysis: EntryAnalysis) -> tuple[RecallCurve | None, int]:
    """Return the curve, and of how many queries it is if not of all."""
    if needs_complete_rankings(analysis.metric):
        return None, 0
    scored = np.flatnonzero((analysis.truth.n_relevant > 0) & ~np.isnan(analysis.gains))
    rows = scored[np.unique(np.linspace(0, len(scored) - 1, N_SAMPLED).astype(int))] if len(scored) else scored
    judgement = RetrievalJudgement(
        analysis.truth.query_ids[rows],
        hits=np.array([_hits(analysis, row) for row in rows.tolist()], bool).reshape(len(rows), _RANKS),
        lengths=np.full(len(rows), _RANKS),
        n_relevant=analysis.truth.n_relevant[rows],
    )
    curve = recall_curve(LEVELS, precision_at_recall(judgement), ("recall", "interpolated precision"))
    return curve, len(rows) if len(rows) < len(scored) else 0


def _hits(analysis: EntryAnalysis, row: int) -> list[bool]:
    """Return whether a relevant image is at each of the first ranks, and not at an earlier one too."""
    relevant = set(analysis.truth.relevant_images(row))
    listed = analysis.submission.tokens(row)[:_RANKS]
    hits = [image in relevant and image not in listed[:rank] for rank, image in enumerate(listed)]
    return hits + [False] * (_RANKS - len(hits))


def _costly_landmarks(analysis: EntryAnalysis, costs: np.ndarray) -> list[LandmarkCost]:
    """Return the landmarks whose queries cost most by `costs` `(n_queries,)`."""
    landmarks = analysis.landmarks
    if landmarks is None:
        return []
    sums, counts = landmarks.sums(costs), landmarks.counts
    link = partial(address, "e", analysis.entry.id, "queries")
    return [
        LandmarkCost(analysis.photos.name(number), int(counts[code]), float(sums[code]), link(landmark=number))
        for code in np.argsort(-sums, kind="stable")[:N_LANDMARKS].tolist()
        if sums[code] > 0
        for number in [int(landmarks.ids[code])]
    ]
