"""A scoring case: a small ground truth and a submission, as mappings, tables and files, and its reference score."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.base import Metric, Task

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMN: dict[Task, str] = {"retrieval": "images", "recognition": "landmarks"}

Row = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class ScoringCase:
    """Rows of a ground truth and of a submission, in the order of their files; cases with the same rows are equal.

    In retrieval a row is (query, (image, …)) in both; in recognition it is (query, (landmark_id, …)) in the ground
    truth and (query, (landmark_id, confidence)) in the submission. A query that is left out of the submission is
    unanswered, and so is one with an empty answer.
    """

    task: Task
    ground_truth: tuple[Row, ...]
    submission: tuple[Row, ...]

    @property
    def truth(self) -> dict[str, tuple[Any, ...]]:
        """Query -> relevant images, or landmarks shown."""
        return dict(self.ground_truth)

    @property
    def answers(self) -> dict[str, Any]:
        """Query -> images in order, or landmark and confidence; without unanswered queries."""
        return {query: answer for query, answer in self.submission if answer}

    def tables(self) -> tuple["DataFrame", "DataFrame"]:
        """Tables of ground truth and submission: columns id and images or landmarks, all text, empty for no answer."""
        from pandas import DataFrame

        first, second = (
            DataFrame(
                [(query, " ".join(map(str, fields))) for query, fields in rows],
                columns=["id", COLUMN[self.task]],
                dtype=str,
            )
            for rows in (self.ground_truth, self.submission)
        )
        return first, second

    def write(self, folder: Path) -> None:
        """Write `ground_truth.csv` and `submission.csv` into a folder, which is created if necessary.

        `pandas.read_csv(file, dtype=str, keep_default_na=False)` reads `tables` back.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in zip(("ground_truth", "submission"), self.tables(), strict=True):
            table.to_csv(folder / f"{name}.csv", index=False)


def retrieval_case(ground_truth: Mapping[str, str], submission: Mapping[str, str]) -> ScoringCase:
    """The case of images named in texts, separated by blanks.

    >>> retrieval_case({"q": "a b"}, {"q": "x a"}).answers
    {'q': ('x', 'a')}
    """
    tables = ({query: tuple(images.split()) for query, images in each.items()} for each in (ground_truth, submission))
    truth, answers = tables
    return ScoringCase("retrieval", tuple(truth.items()), tuple(answers.items()))


def recognition_case(
    ground_truth: Mapping[str, tuple[int, ...]], submission: Mapping[str, tuple[int, float]]
) -> ScoringCase:
    """The case of landmarks shown and of landmarks answered with a confidence.

    >>> recognition_case({"q": (7, 9), "r": ()}, {"q": (9, 0.5)}).tables()[1].values.tolist()
    [['q', '9 0.5']]
    """
    return ScoringCase("recognition", tuple(ground_truth.items()), tuple(submission.items()))


def slow_score(metric: Metric, case: ScoringCase) -> float:
    """The score of a case by `metric.reference_score`; ZeroDivisionError where no query counts.

    >>> from metrics import metric
    >>> slow_score(metric("map@100"), retrieval_case({"q": "a b c", "r": "d"}, {"q": "a a x b"}))
    0.25
    """
    return metric.reference_score(case.truth, case.answers)
