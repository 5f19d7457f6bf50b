"""What-if scores of an answer as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.api.notebook_view import Cell, NotebookView, ViewTable
from harness.comparing.answer_lookup import find_answer
from harness.comparing.entry_lookup import EntryLookup
from harness.comparing.what_if import WhatIfResult, chosen_metric, what_if
from harness.comparing.what_if_text import answers_label, conclusions
from harness.data.competition import Competition
from harness.workspace import Workspace
from leaderboard.rendering.format_cells import metric_label
from metrics import Task

if TYPE_CHECKING:
    from pandas import DataFrame

_PARTS = ("public", "private", "all")


@dataclass(frozen=True, repr=False)
class WhatIfView(NotebookView):
    """The scores of an answer with shorter lists and without distractors, or without labels of low confidence."""

    competition: str
    source: str
    result: WhatIfResult

    @property
    def table(self) -> DataFrame:
        """Return a DataFrame: change, cut_off, answers, correct, and the score of each part by the metric.

        `answers` is the mean length of a list or the number of labels, `correct` the share of correct labels.
        """
        from pandas import DataFrame

        rows = [
            {"change": row.change, "cut_off": row.cut_off, "answers": row.answers, "correct": row.correct}
            | {part: self.result.score(row, part) for part in _PARTS}
            for row in self.result.rows
        ]
        return DataFrame(rows)

    @property
    def best_cut_off(self) -> float | None:
        """Return the cut-off with the best public score, of equals the one with fewest answers; None without one."""
        best = self.result.best_on_public()
        return best.cut_off if best else None

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the scores of each change, and what follows from them."""
        result = self.result
        title = f"{self.competition}, {result.metric.task}: {self.source}; {metric_label(result.metric.name)}"
        rows: list[list[Cell]] = [
            [row.change, f"{row.answers:.4g}", *(result.score(row, part) for part in _PARTS)] for row in result.rows
        ]
        return [ViewTable(title, ["", answers_label(result), *_PARTS], rows, conclusions(result))]


def what_if_view(
    competition: Competition, workspace: Workspace, name: str, task: Task | None, metric: str | None
) -> WhatIfView:
    """Return the what-if scores of the answer that a name means; HarnessError if it has none."""
    scored = find_answer(name, EntryLookup(competition, workspace), task)
    result = what_if(scored.answer, scored.truth, competition.index.ids, chosen_metric(metric, scored.truth.task))
    return WhatIfView(competition.name, scored.source, result)
