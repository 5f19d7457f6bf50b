"""`landmark leaderboard`: rank the entries of a competition."""

from __future__ import annotations

from dataclasses import asdict, replace
from json import loads
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from harness.cli._options import Every, Folder, Json, Metric, TaskOption, WorkspaceOption
from harness.cli._output import print_json, say
from harness.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cli._render_board import BoardStyle
    from harness.comparing.boards import BoardRows
    from harness.data.competition import Competition
    from harness.workspace import Workspace
    from leaderboard.references import ReferenceRow
    from leaderboard.storage.notes import EntryNote
    from metrics import Task as TaskName

    Boards = Mapping[TaskName, BoardRows]
    SampleBoards = Mapping[tuple[TaskName, str], BoardRows]
    References = Mapping[TaskName, list[ReferenceRow]] | None

Format = Annotated[
    Literal["table", "csv", "json", "markdown", "latex"], typer.Option("--format", help="Output format.")
]
Medals = Annotated[
    bool, typer.Option("--medals", help="Also medals and percentiles, as Kaggle gives them to so many teams.")
]
EveryColumn = Annotated[
    bool, typer.Option("--every-column", help="Markdown and LaTeX: all columns, as CSV and JSON have.")
]


def leaderboard(
    *,
    on: Folder,
    task: TaskOption = None,
    folds: Annotated[bool, typer.Option("--folds", help="Rank by the mean over folds of the train images.")] = False,
    references: Annotated[
        bool,
        typer.Option("--references", help="Also print baselines, samples and published scores on these photographs."),
    ] = False,
    all_references: Annotated[
        bool, typer.Option("--all-references", help="Also print published scores on other photographs, separately.")
    ] = False,
    every: Every = False,
    metric: Metric = None,
    medals: Medals = False,
    every_column: EveryColumn = False,
    format: Format = "table",
    json: Json = False,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Rank the best entry of each solution by its public score, ties by time, as Kaggle does.

    The baselines first_images and most_frequent have no rank.

    Example, a table for a paper: landmark leaderboard --on DIR --task retrieval --format latex

    Example, by another metric: landmark leaderboard --on DIR --task retrieval --metric P@1
    """
    from harness.cli._open import open_competition
    from harness.cli._references import references_of
    from harness.cli._render_board import BoardStyle
    from harness.comparing.boards import entries_by_sample, entries_by_task, entry_metrics, task_board
    from leaderboard.references import is_baseline

    style = BoardStyle("json" if json else format, medals=medals, every_column=every_column)
    _check(style, references=references or all_references, folds=folds)
    competition, workspace = open_competition(on, workspace_dir)
    entries = entries_by_task(competition, workspace, task, folds=folds)
    reference_rows = None
    if references or all_references:
        reference_rows = references_of(competition, entries, every=all_references)
        entries = {name: [each for each in of_task if not is_baseline(each)] for name, of_task in entries.items()}
    by = entry_metrics(metric, competition, [name for name, of_task in entries.items() if of_task], folds=folds)
    boards = {name: task_board(name, entries[name], folds=folds, every=every, metric=each) for name, each in by.items()}
    samples = {} if folds or reference_rows is not None else entries_by_sample(competition, workspace, task)
    style = replace(style, notes=_notes(workspace, style), tied=_tied(workspace, boards, style))
    sample_boards = {key: task_board(key[0], of, every=every, metric=by.get(key[0])) for key, of in samples.items()}
    if style.format == "json":
        _print_document(competition, style, boards, sample_boards, reference_rows)
    elif not boards and not sample_boards and reference_rows is None and format != "csv":
        say(f"no entries for {competition.name} in {workspace.folder}; add some with: landmark run … --on {on}")
    else:
        _print(competition, style, boards, sample_boards, reference_rows)


def _notes(workspace: Workspace, style: BoardStyle) -> Mapping[int, EntryNote]:
    """Return the notes of all entries by id, for the formats that have them."""
    if style.format not in ("csv", "json"):
        return {}
    from leaderboard.storage.database import Database
    from leaderboard.storage.notes import NoteStore

    return NoteStore(Database(workspace.database)).find()


def _tied(workspace: Workspace, boards: Boards, style: BoardStyle) -> frozenset[str]:
    """Return the identities that are tied with the best of their board, for the terminal."""
    if style.format != "table":
        return frozenset()
    from harness.comparing.board_ties import tied_with_best
    from leaderboard import BoardRow, EntryStore
    from metrics import metric

    store, tied = EntryStore(workspace.database), frozenset[str]()
    for rows in boards.values():
        of_board = [row for row in rows if isinstance(row, BoardRow)]
        if of_board and of_board[0].metric:
            tied |= tied_with_best(of_board, store, metric(of_board[0].metric))
    return tied


def _check(style: BoardStyle, *, references: bool, folds: bool) -> None:
    """Raise HarnessError for options that exclude each other."""
    if references and (folds or style.format not in ("table", "json")):
        raise HarnessError("--references needs the test images (no --folds) and the format table or json")
    if style.medals and folds:
        raise HarnessError("--medals needs ranks on the test images; leave out --folds")
    if style.every_column and style.format not in ("markdown", "latex"):
        raise HarnessError("--every-column is for --format markdown and latex; csv and json have all columns")


def _print(
    competition: Competition, style: BoardStyle, boards: Boards, samples: SampleBoards, references: References
) -> None:
    from harness.cli._references import print_references
    from harness.cli._render_board import print_board

    if style.format == "csv" and len(boards) > 1:
        raise HarnessError(f"CSV has one table; choose --task {' or --task '.join(boards)}")
    for name, rows in boards.items():
        print_board(competition, name, rows, style)
    for (name, split), rows in samples.items() if style.format != "csv" else ():
        print_board(competition, name, rows, style, split)
    if references is not None:
        print_references(competition, references)


def _print_document(
    competition: Competition, style: BoardStyle, boards: Boards, samples: SampleBoards, references: References
) -> None:
    """Print the boards as one JSON document."""
    from harness.cli._render_board import render_board

    document: dict[str, Any] = {"competition": competition.name}
    document["leaderboards"] = {
        name: loads(render_board(competition, name, rows, style)) for name, rows in boards.items()
    }
    document["samples"] = [
        {"task": name, "split": split, "rows": loads(render_board(competition, name, rows, style, split))}
        for (name, split), rows in samples.items()
    ]
    if references is not None:
        document["references"] = {name: list(map(asdict, rows)) for name, rows in references.items()}
    print_json(document)
