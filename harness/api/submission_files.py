"""Submissions in Python: a path or a DataFrame in; scores, faults and written files out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.api.notebook_view import NotebookView, ViewTable
from harness.errors import HarnessError, SubmissionError
from harness.scoring.submission_scores import SubmissionScores
from harness.submissions.validation.report import ValidationReport
from harness.temporary_files import temporary_folder
from leaderboard import Entry
from leaderboard.rendering.format_cells import metric_label
from metrics.registry import spelling_key

if TYPE_CHECKING:
    from pandas import DataFrame

SubmissionLike: TypeAlias = "str | os.PathLike[str] | DataFrame"

FRAME = "the DataFrame"  # in the place of a path, in messages


@dataclass(frozen=True, repr=False)
class ScoresView(NotebookView):
    """The scores of a submission; `faults` and `notes` are lines of text."""

    name: str
    result: SubmissionScores
    notes: Sequence[str]

    def score(self, metric: str, part: str = "all") -> float | None:
        """Return one score, None if no query of the part counts; HarnessError for an unknown part or metric."""
        first = next(iter(self.result.scores.values()))
        labels = {spelling_key(label): name for name in first for label in (metric_label(name), name)}
        try:
            return self.result.scores[part][labels.get(spelling_key(metric), metric)]
        except KeyError:
            raise HarnessError(
                f"there is no score {metric!r} of {part!r}; metrics: {', '.join(first)}; "
                f"parts: {', '.join(self.result.scores)}"
            ) from None

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame: part, metric, score, and low and high of the 95 % interval."""
        from pandas import DataFrame

        rows = [
            (part, metric, score, *self.result.intervals.get(part, {}).get(metric, (None, None)))
            for part, scores in self.result.scores.items()
            for metric, score in scores.items()
        ]
        return DataFrame(rows, columns=["part", "metric", "score", "low", "high"])

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the scores, one column for each part."""
        parts = list(self.result.scores)
        names = next(iter(self.result.scores.values()))
        rows = [[metric_label(name), *(self.result.scores[part][name] for part in parts)] for name in names]
        title = f"{self.name}, {self.result.task}: {self.result.n_queries} queries scored"
        return [ViewTable(title, ["", *parts], rows, self.notes)]


@dataclass(frozen=True, repr=False)
class ValidationView(NotebookView):
    """The faults of a submission; `valid` if it has none, `accepted` if Kaggle would accept it."""

    name: str
    report: ValidationReport

    @property
    def valid(self) -> bool:
        """Return whether there is no fault at all."""
        return not self.report.is_rejected_by("strict")

    @property
    def accepted(self) -> bool:
        """Return whether Kaggle would accept the file."""
        return not self.report.is_rejected_by("kaggle")

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame with one row for each kind of fault: how often, where first, and how to mend it."""
        from pandas import DataFrame

        rows: Any = self.report.document()["faults"]
        columns = ["kind", "what", "remedy", "count", "line", "column", "entry", "example", "rejected"]
        return DataFrame(rows, columns=columns)

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the faults, each with its remedy."""
        faults = [
            ["accepted silently" if fault.kind.kaggle_error is None else "rejected", fault.description, fault.location]
            for fault in self.report.faults
        ]
        rows = [[*row, fault.kind.remedy] for row, fault in zip(faults, self.report.faults, strict=True)]
        counts = f"{self.report.n_rows} rows, {self.report.n_answered} queries answered"
        notes = [f"not checked: {check}" for check in self.report.skipped_checks]
        title = f"{self.name}: {'no faults' if self.valid else f'kinds of faults: {len(rows)}'}: {counts}"
        return [ViewTable(title, ["Kaggle", "fault", "first", "remedy"] if rows else [], rows, notes)]


@dataclass(frozen=True, repr=False)
class WrittenSubmission(NotebookView):
    """A written submission file, and beside it a JSON file with its provenance.

    `command` submits it with Kaggle's own tool; put the competition's name in the place of SLUG.
    """

    path: Path
    provenance: Path
    entry: Entry
    reason: str
    command: str
    warnings: Sequence[str]

    def view_tables(self) -> Sequence[ViewTable]:
        """Return where it comes from, and the command that submits it."""
        from harness.delivery.choose_entry import entry_source

        coverage = self.entry.coverage
        answered = f"{coverage.answered} of {coverage.queries} queries answered by " if coverage else ""
        title = f"{self.path}: {answered}{entry_source(self.entry, self.reason)}"
        notes = [f"provenance: {self.provenance}", self.command, *self.warnings]
        return [ViewTable(title, [], [], notes)]


@contextmanager
def submission_path(submission: SubmissionLike) -> Iterator[tuple[Path, str]]:
    """Yield the file of a submission and its name in messages; a DataFrame is written to a file that is deleted.

    A HarnessError inside the block names the DataFrame in the place of that file.
    """
    if isinstance(submission, str | os.PathLike):
        yield Path(submission), str(Path(submission))
        return
    with temporary_folder() as folder:
        path = Path(folder) / "submission.csv"
        write_frame(submission, path)
        try:
            yield path, FRAME
        except HarnessError as error:
            raise type(error)(message_of_frame(str(error), path, FRAME)) from None


def message_of_frame(message: str, path: Path, name: str) -> str:
    """Return a message about the file of a DataFrame as one about the DataFrame.

    >>> message_of_frame("/tmp/a.csv: the first line must be id,images", Path("/tmp/a.csv"), "the DataFrame")
    'the DataFrame: the columns must be id,images'
    """
    return message.replace(str(path), name).replace("the first line must be", "the columns must be")


def write_frame(frame: Any, path: Path, rename: Mapping[str, str] | None = None) -> None:
    """Write the columns of a DataFrame as a CSV file; missing cells are empty, and cells with lists are joined.

    Raises SubmissionError if it is no DataFrame.
    """
    from pandas import DataFrame

    if not isinstance(frame, DataFrame):
        raise SubmissionError(f"a submission is a path or a DataFrame, not a {type(frame).__name__}")
    columns = {str(name): frame[name].map(_cell_text) for name in frame.columns}
    DataFrame(columns).rename(columns=dict(rename or {})).to_csv(path, index=False)


def _cell_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None or value != value else str(value)  # noqa: PLR0124 (NaN)
