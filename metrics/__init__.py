"""Scores of landmark retrieval and recognition: pure functions on ids and numbers.

A judgement holds the per-query results of a submission; a metric turns a judgement into a score. Metric classes are
found by the registry and can be imported from here too: `from metrics import MeanAveragePrecision`.

>>> judgement = judge_retrieval({"q": ["x", "a"]}, {"q": {"a"}})
>>> metric("map@100").score(judgement)
0.5
"""

from metrics.base import GainMetric, Metric, NonDecomposableMetric, NoPositives, RetrievalMetric, Task
from metrics.complete_judgement import CompleteJudgement, judge_complete, judge_complete_codes
from metrics.judgement import (
    Judgement,
    RecognitionJudgement,
    RetrievalJudgement,
    judge_recognition,
    judge_recognition_codes,
    judge_retrieval,
    judge_retrieval_codes,
)
from metrics.protocol_metrics import ProtocolJudgements, ProtocolMetric
from metrics.protocols import DIFFICULTIES, holidays, oxford, revisited
from metrics.registry import COMPLETE_METRICS, METRIC_CLASSES, METRICS, PROTOCOL_METRICS, metric, metrics_of
from metrics.statistics.bootstrap import LEVEL, REPLICATES, QueryValues, intervals
from metrics.statistics.comparison import Comparison, PairComparison, compare, most_different
from metrics.statistics.permutation_test import holm

__all__ = [
    "COMPLETE_METRICS",
    "DIFFICULTIES",
    "LEVEL",
    "METRICS",
    "METRIC_CLASSES",
    "PROTOCOL_METRICS",
    "REPLICATES",
    "Comparison",
    "CompleteJudgement",
    "GainMetric",
    "Judgement",
    "Metric",
    "NoPositives",
    "NonDecomposableMetric",
    "PairComparison",
    "ProtocolJudgements",
    "ProtocolMetric",
    "QueryValues",
    "RecognitionJudgement",
    "RetrievalJudgement",
    "RetrievalMetric",
    "Task",
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
globals().update({kind.__name__: kind for kind in METRIC_CLASSES})
