"""`landmark export`: hand entries to experiment trackers, trec_eval and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._options import Folder, Part, TaskOption, WorkspaceOption
from harness.cli._output import note, say
from harness.cli.plugin_commands import PluginGroup

if TYPE_CHECKING:
    from harness.data.competition import Competition
    from harness.export.registry import TrackerKind
    from harness.workspace import Workspace
    from leaderboard import Entry

app = typer.Typer(
    cls=PluginGroup,
    no_args_is_help=True,
    help="Hand entries to MLflow, TensorBoard, Weights & Biases, trec_eval or Parquet files.",
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Solutions or entries such as '#12'; default: all entries."),
]
Folds = Annotated[bool, typer.Option("--folds", help="Entries on folds of the train images.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to, created if missing.")]
Submissions = Annotated[
    bool, typer.Option("--submissions/--no-submissions", help="Also hand over the submission files.")
]
Private = Annotated[
    bool, typer.Option("--private/--no-private", help="Also the scores of private queries and of all queries.")
]


@app.command()
def mlflow(
    names: Names = None,
    *,
    on: Folder,
    to: Annotated[
        str,
        typer.Option("--to", metavar="URI", envvar="MLFLOW_TRACKING_URI", help="A server's address, or a folder."),
    ],
    task: TaskOption = None,
    folds: Folds = False,
    submissions: Submissions = True,
    private: Private = True,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Add entries to MLflow, as runs of an experiment named like the competition; update those added before.

    Example: landmark export mlflow --on demo --to http://localhost:5000
    """
    selection = _select(on, workspace_dir, names, task, folds=folds)
    _store_all("mlflow", to, selection, submissions=submissions, private=private)


@app.command()
def tensorboard(
    names: Names = None,
    *,
    on: Folder,
    out: Out,
    task: TaskOption = None,
    folds: Folds = False,
    private: Private = True,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write event files of TensorBoard, in a folder for each entry; replace those written before.

    Example: landmark export tensorboard --on demo --out logs
    """
    selection = _select(on, workspace_dir, names, task, folds=folds)
    _store_all("tensorboard", str(out), selection, submissions=False, private=private)


@app.command()
def wandb(
    names: Names = None,
    *,
    on: Folder,
    out: Out,
    task: TaskOption = None,
    folds: Folds = False,
    submissions: Submissions = True,
    private: Private = True,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write offline runs of Weights & Biases; nothing is sent before you call wandb sync.

    Example: landmark export wandb --on demo --out wandb-demo
    """
    selection = _select(on, workspace_dir, names, task, folds=folds)
    _store_all("wandb", str(out), selection, submissions=submissions, private=private)


@app.command()
def trec(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A solution, an entry ('#12'), or a submission file.")],
    *,
    on: Folder,
    out: Out,
    part: Part = "all",
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write a ranking as run.txt, and the ground truth as qrels.txt, in the format of trec_eval.

    qrels.txt holds the ground truth: hand it only to people who may see that. Example: landmark export trec hash
    --on demo --out trec
    """
    from harness.cli._open import open_competition
    from harness.comparing.answer_lookup import find_answer
    from harness.comparing.entry_lookup import EntryLookup
    from harness.export.trec import write_trec

    scored = find_answer(name, EntryLookup(*open_competition(on, workspace_dir)))
    files = write_trec(scored, out, part)
    say(f"{files.run}: {files.listed} images of {files.queries} queries, of {scored.source}")
    say(f"{files.qrels}: {files.relevant} relevant images; this is the ground truth")
    if files.repeats:
        note(f"note: {files.repeats} repeated images left out, because trec_eval refuses them; its scores differ")


@app.command()
def parquet(
    names: Names = None,
    *,
    on: Folder,
    out: Out,
    task: TaskOption = None,
    folds: Folds = False,
    answers: Annotated[bool, typer.Option("--answers/--no-answers", help="Also the rows of the submissions.")] = True,
    workspace_dir: WorkspaceOption = None,
) -> None:
    """Write Parquet files: entries, the score of each query by each metric, and the answers.

    Example: landmark export parquet --on demo --out tables
    """
    from harness.export.parquet_tables import write_parquet
    from leaderboard import EntryStore

    competition, workspace, entries = _select(on, workspace_dir, names, task, folds=folds)
    tables = write_parquet(entries, EntryStore(workspace.database), competition, out, answers=answers)
    for path, rows in tables.rows.items():
        say(f"{path}: {rows} rows")
    for message in tables.notes:
        note(f"note: {message}")


def _select(
    folder: Path, workspace_dir: Path | None, names: list[str] | None, task: TaskOption, *, folds: bool
) -> tuple[Competition, Workspace, list[Entry]]:
    """Return the competition, the workspace and the entries to export."""
    from harness.cli._open import open_competition
    from harness.export.selection import entries_to_export

    competition, workspace = open_competition(folder, workspace_dir)
    return competition, workspace, entries_to_export(competition, workspace, names or (), task, folds=folds)


def _store_all(
    kind: TrackerKind,
    place: str,
    selection: tuple[Competition, Workspace, list[Entry]],
    *,
    submissions: bool,
    private: bool,
) -> None:
    from harness.export.entry_record import entry_record
    from harness.export.registry import open_tracker, store_records
    from harness.progress_display import progress
    from leaderboard.safe_text import hide_credentials

    entries = selection[2]
    tracker = open_tracker(kind, place, submissions=submissions)
    with progress() as listener:
        report = listener(f"export to {kind}")
        records = [entry_record(entry, private=private) for entry in entries]
        added = store_records(tracker, records, lambda done: report("entries", done, len(entries)))
    say(f"{hide_credentials(place)}: {added} entries added, {len(entries) - added} updated")
    say(f"look at them: {tracker.view}")
