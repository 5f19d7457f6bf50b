"""`landmark what-if`: scores of an answer with shorter lists, without distractors, or with fewer labels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli._options import Folder, Json, Metric, TaskOption, WorkspaceOption
from harness.cli._output import format_score, print_json, say, say_row

if TYPE_CHECKING:
    from harness.comparing.answer_lookup import ScoredAnswer
    from harness.comparing.what_if import WhatIfResult

_PARTS = ("public", "private", "all")


def what_if(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A solution, an entry ('#12'), or a submission file.")],
    *,
    on: Folder,
    task: TaskOption = None,
    metric: Metric = None,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Score an answer with shorter lists, without distractors, or without labels of low confidence.

    A distractor is an index image that is relevant to no query. Choose a cut-off by public scores or on folds, never by
    private scores. Example: landmark what-if hash --on demo
    """
    from harness.cli._open import open_competition
    from harness.comparing.answer_lookup import find_answer
    from harness.comparing.entry_lookup import EntryLookup
    from harness.comparing.what_if import chosen_metric, what_if

    competition, workspace = open_competition(on, workspace_dir)
    scored = find_answer(name, EntryLookup(competition, workspace), task)
    result = what_if(scored.answer, scored.truth, competition.index.ids, chosen_metric(metric, scored.truth.task))
    if json:
        print_json({"competition": competition.name} | _document(scored, result))
        return
    _print(competition.name, scored, result)


def _print(competition: str, scored: ScoredAnswer, result: WhatIfResult) -> None:
    from harness.comparing.what_if_text import answers_label, conclusions
    from leaderboard.rendering.format_cells import metric_label

    arrow = "↑" if result.metric.higher_is_better else "↓"
    queries = f"{result.n_queries} queries, {result.n_public} public"
    say(f"{competition}, {scored.truth.task}: {scored.source}; {metric_label(result.metric.name)} {arrow}, {queries}")
    width = max(len(row.change) for row in result.rows)
    has_labels = scored.truth.task == "recognition"
    say(
        f"{'':{width}}  {answers_label(result):>15}{'  correct' * has_labels}"
        + "".join(f"  {part:>8}" for part in _PARTS)
    )
    for row in result.rows:
        correct = f"  {'-' if row.correct is None else f'{100 * row.correct:.1f} %':>7}" * has_labels
        scores = "".join(f"  {format_score(result.score(row, part)):>8}" for part in _PARTS)
        say(f"{row.change:{width}}  {row.answers:>15.4g}{correct}{scores}")
    for line in conclusions(result):
        say_row("", line)


def _document(scored: ScoredAnswer, result: WhatIfResult) -> dict[str, Any]:
    """Return the what-if scores as a JSON document."""
    best = result.best_on_public()
    return {
        "name": scored.name,
        "entry": scored.entry.id if scored.entry else None,
        "task": scored.truth.task,
        "metric": result.metric.name,
        "queries": result.n_queries,
        "public_queries": result.n_public,
        "distractors": result.n_distractors,
        "rows": [asdict(row) for row in result.rows],
        "best_on_public": asdict(best) if best else None,
    }
