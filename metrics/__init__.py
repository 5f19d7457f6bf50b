"""Scores of landmark retrieval and recognition: pure functions on ids and numbers.

A judgement says what a submission got right, query by query; a metric turns a judgement into a score.

>>> judgement = judge_retrieval({"q": ["x", "a"]}, {"q": {"a"}})
>>> metric("map@100").score(judgement)
0.5
"""

from metrics.base import Metric, NoPositives, RetrievalMetric, Task
from metrics.complete_judgement import CompleteJudgement, judge_complete, judge_complete_codes
from metrics.first_hit import MeanFirstHit, MedianFirstHit
from metrics.global_average_precision import GlobalAveragePrecision
from metrics.judgement import (
    Judgement,
    RecognitionJudgement,
    RetrievalJudgement,
    judge_recognition,
    judge_recognition_codes,
    judge_retrieval,
    judge_retrieval_codes,
)
from metrics.mean_average_precision import MeanAveragePrecision
from metrics.precision import Precision
from metrics.protocols import DIFFICULTIES, holidays, oxford, revisited
from metrics.recall import Recall
from metrics.registry import METRICS, metric, metrics_of
from metrics.revisited_precision import RevisitedPrecision
from metrics.statistics.bootstrap import LEVEL, REPLICATES, QueryValues, intervals
from metrics.statistics.comparison import Comparison, Pair, compare, most_different
from metrics.statistics.permutation_test import holm
from metrics.top1_accuracy import Top1Accuracy
from metrics.trapezoid_average_precision import TrapezoidAveragePrecision

__all__ = [
    "DIFFICULTIES",
    "LEVEL",
    "METRICS",
    "REPLICATES",
    "Comparison",
    "CompleteJudgement",
    "GlobalAveragePrecision",
    "Judgement",
    "MeanAveragePrecision",
    "MeanFirstHit",
    "MedianFirstHit",
    "Metric",
    "NoPositives",
    "Pair",
    "Precision",
    "QueryValues",
    "Recall",
    "RecognitionJudgement",
    "RetrievalJudgement",
    "RetrievalMetric",
    "RevisitedPrecision",
    "Task",
    "Top1Accuracy",
    "TrapezoidAveragePrecision",
    "compare",
    "holidays",
    "holm",
    "intervals",
    "judge_complete",
    "judge_complete_codes",
    "judge_recognition",
    "judge_recognition_codes",
    "judge_retrieval",
    "judge_retrieval_codes",
    "metric",
    "metrics_of",
    "most_different",
    "oxford",
    "revisited",
]
