"""A world: a small ground truth and the submission that is scored against it, as mappings, tables and files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.base import Task

if TYPE_CHECKING:
    from pandas import DataFrame

COLUMN: dict[Task, str] = {"retrieval": "images", "recognition": "landmarks"}

Row = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class World:
    """Rows of a ground truth and of a submission, each in the order of its file; two of the same rows are equal.

    In retrieval a row is (query, (image, …)) in both; in recognition it is (query, (landmark_id, …)) in the ground
    truth and (query, (landmark_id, confidence)) in the submission. A query may be left out of the submission, or stand
    there with an empty answer, which is the same.
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
        """Query -> images in order, or landmark and confidence; unanswered queries left out."""
        return {query: answer for query, answer in self.submission if answer}

    def tables(self) -> tuple["DataFrame", "DataFrame"]:
        """New tables of ground truth and submission: columns id and images or landmarks, all text, empty if nothing."""
        from pandas import DataFrame

        first, second = (
            DataFrame([(query, _text(fields)) for query, fields in rows], columns=["id", COLUMN[self.task]], dtype=str)
            for rows in (self.ground_truth, self.submission)
        )
        return first, second

    def write(self, folder: Path) -> None:
        """Write `ground_truth.csv` and `submission.csv` into a folder, made if need be.

        `pandas.read_csv(file, dtype=str, keep_default_na=False)` gives `tables` again.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in zip(("ground_truth", "submission"), self.tables(), strict=True):
            table.to_csv(folder / f"{name}.csv", index=False)


def retrieval_world(ground_truth: Mapping[str, str], submission: Mapping[str, str]) -> World:
    """The world of images named in texts, parted by blanks.

    >>> retrieval_world({"q": "a b"}, {"q": "x a"}).answers
    {'q': ('x', 'a')}
    """
    tables = ({query: tuple(images.split()) for query, images in each.items()} for each in (ground_truth, submission))
    truth, answers = tables
    return World("retrieval", tuple(truth.items()), tuple(answers.items()))


def recognition_world(
    ground_truth: Mapping[str, tuple[int, ...]], submission: Mapping[str, tuple[int, float]]
) -> World:
    """The world of landmarks shown and of landmarks named with a confidence.

    >>> recognition_world({"q": (7, 9), "r": ()}, {"q": (9, 0.5)}).tables()[1].values.tolist()
    [['q', '9 0.5']]
    """
    return World("recognition", tuple(ground_truth.items()), tuple(submission.items()))


def _text(fields: tuple[Any, ...]) -> str:
    return " ".join(map(str, fields))
