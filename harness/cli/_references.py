"""Reference scores under the boards of `landmark leaderboard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from harness.cli._output import say

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from leaderboard import Entry
    from leaderboard.references import ReferenceRow
    from metrics import Task


def references_of(
    competition: Competition, entries: Mapping[Task, Sequence[Entry]], *, every: bool
) -> dict[Task, list[ReferenceRow]]:
    """Return the reference rows of each task that the competition has or that has entries.

    With `every` they include published scores on other photographs.
    """
    from harness.scoring.reference_scores import reference_board_rows

    tasks = {*competition.tasks, *(task for task, of_task in entries.items() if of_task)}
    return {
        task: reference_board_rows(competition, task, of_task, every=every)
        for task, of_task in entries.items()
        if task in tasks
    }


def print_references(competition: Competition, rows: Mapping[Task, Sequence[ReferenceRow]]) -> None:
    """Print the rows of each task, and in one line why published scores are missing."""
    from harness.scoring.reference_scores import published_rows
    from leaderboard.references import reference_lines

    for place, (task, of_task) in enumerate(rows.items()):
        say("\n" * (place > 0) + "\n".join([f"{task}: references (not ranked)", *reference_lines(of_task)]))
        shown = {(row.name, row.of) for row in of_task}
        left_out = sum((row.name, row.of) not in shown for row in published_rows(competition, task))
        if left_out:
            say(f"{left_out} published scores are on other photographs; see them with --all-references")
