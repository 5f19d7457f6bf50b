"""Metrics as functions of Kaggle's contract: two DataFrames and the name of the id column in, a score out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.api.one_line_errors import raises_harness_errors
from harness.api.submission_files import message_of_frame, write_frame
from harness.data.ground_truth import read_ground_truth
from harness.data.tables.csv_table import read_table
from harness.errors import HarnessError, SubmissionError
from harness.scoring.evaluate import evaluate
from harness.submissions.read_write import read_submission
from harness.temporary_files import temporary_folder
from metrics import (
    COMPLETE_METRICS,
    METRICS,
    PROTOCOL_METRICS,
    CompleteJudgement,
    Metric,
    ProtocolMetric,
    Task,
    judge_complete,
    revisited,
)
from metrics import metric as metric_named
from metrics.base import CompleteRankingMetric
from metrics.protocols import Difficulty
from metrics.registry import spelling_key

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, repr=False)
class MetricFunction:
    """A metric as a function; `metric` is the object that scores a judgement and has the definition in its docstring.

    >>> from pandas import DataFrame
    >>> truth = DataFrame({"id": ["q", "r"], "images": ["a b", "c"]})
    >>> answers = DataFrame({"id": ["q", "r"], "images": ["x a", "c"]})
    >>> metric("map@100")(truth, answers, "id")
    0.625
    """

    metric: Metric

    @raises_harness_errors
    def __call__(self, solution: DataFrame, submission: DataFrame, row_id_column_name: str = "id") -> float:
        """Return the score of a submission against the ground truth `solution`.

        Both have the id column and the column `images` (blank-separated ids) or `landmarks` (in the submission one
        landmark and its confidence). Queries without a row are unanswered. A column Usage of the ground truth may mark
        rows as Ignored. Complete metrics also read a column `ignored` of the ground truth, and those of a protocol the
        columns `easy`, `hard` and `ignored`.

        Raises SubmissionError for a submission that Kaggle's scorer could not read, HarnessError if no query counts.
        """
        with temporary_folder() as folder:
            paths = {name: Path(folder) / f"{name}.csv" for name in ("solution", "submission")}
            for frame, path in zip((solution, submission), paths.values(), strict=True):
                write_frame(frame, path, {row_id_column_name: "id"})
            try:
                return _score(self.metric, *paths.values())
            except (HarnessError, ValueError) as error:
                message = str(error)
                kind = type(error) if isinstance(error, HarnessError) else HarnessError
                for name, path in paths.items():
                    message = message_of_frame(message, path, f"the DataFrame {name}")
        raise kind(message)

    @property
    def name(self) -> str:
        """Return the canonical name, such as `map@100`."""
        return self.metric.name

    @property
    def task(self) -> Task:
        """Return the task that the metric scores."""
        return self.metric.task

    @property
    def higher_is_better(self) -> bool:
        """Return whether a higher score is better."""
        return self.metric.higher_is_better

    def __repr__(self) -> str:
        return f"<metric {self.name}: call it with (solution, submission, row_id_column_name)>"


@raises_harness_errors
def metric(name: str) -> MetricFunction:
    """Return the metric of a name, such as `map@100`, `precision@5` or `gap`, as a function on two DataFrames.

    Any usual spelling is read, such as `mAP` or `P@5`. Raises HarnessError, with the nearest name, for any other.
    """
    complete = {spelling_key(each.name): each for each in COMPLETE_METRICS}
    try:
        return MetricFunction(complete.get(spelling_key(name)) or metric_named(name))
    except ValueError as error:
        raise HarnessError(str(error)) from None


def metrics() -> DataFrame:
    """Return a DataFrame of the metrics: name, task, direction, bounds, and the first sentence of the definition."""
    from pandas import DataFrame

    rows = [
        {
            "name": metric.name,
            "task": metric.task,
            "higher_is_better": metric.higher_is_better,
            "lowest": metric.bounds[0],
            "highest": metric.bounds[1],
            "complete_rankings": metric in (*COMPLETE_METRICS, *PROTOCOL_METRICS),
            "definition": (type(metric).__doc__ or "").strip().partition("\n")[0],
        }
        for metric in (*METRICS.values(), *COMPLETE_METRICS, *PROTOCOL_METRICS)
    ]
    return DataFrame(rows)


def _score(metric: Metric, solution: Path, submission: Path) -> float:
    """Return the score of a submission file against a ground truth file; ValueError if no query counts."""
    if isinstance(metric, CompleteRankingMetric):
        return metric.score(_judge_complete(solution, submission))
    if isinstance(metric, ProtocolMetric):
        return metric.measure.score(_judge_protocol(solution, submission, metric.protocol))
    truth = replace(read_ground_truth(solution, metric.task), protocols=None)
    scored = truth.query_ids[truth.scored]
    answer = read_submission(submission, scored, truth.query_ids[~truth.scored].tolist())
    if answer.task != metric.task:
        raise SubmissionError(f"{submission}: is a submission for {answer.task}, and {metric} scores {metric.task}")
    return metric.score(evaluate(answer, truth).judgement)


def _judge_complete(solution: Path, submission: Path) -> CompleteJudgement:
    relevant = _lists(solution, "images")
    return judge_complete(_lists(submission, "images"), relevant, _lists(solution, "ignored"))


def _judge_protocol(solution: Path, submission: Path, protocol: Difficulty) -> CompleteJudgement:
    easy, hard, ignored = (_lists(solution, grade) for grade in ("easy", "hard", "ignored"))
    return judge_complete(_lists(submission, "images"), *revisited(easy, hard, ignored, protocol))


def _lists(path: Path, column: str) -> dict[str, list[str]]:
    """Return the blank-separated ids of a column by query."""
    table = read_table(path, ["id", column])
    return {query: cell.split() for query, cell in zip(table["id"], table[column], strict=True)}
