"""`landmark why`: say whether a finished run would be reused, and if not, what has changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli._open import open_runner
from harness.cli._options import Device, Folder, Json, OnFolds, Seed, WorkspaceOption
from harness.cli._output import print_json, say

if TYPE_CHECKING:
    from harness.running.run_state import RunState


def why(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A solution such as \"hash(kind='dct')\", or '#12'.")],
    *,
    on: Folder,
    folds: OnFolds = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Of the run on a sample of N test queries.")
    ] = None,
    seed: Seed = 0,
    device: Device = None,
    workspace_dir: WorkspaceOption = None,
    json: Json = False,
) -> None:
    """Say whether landmark run would reuse a finished run or repeat it, and what has changed since. Nothing runs.

    Example: landmark why hash --on DIR

    Example, an entry of the leaderboard: landmark why '#12' --on DIR
    """
    from harness.device import set_device
    from harness.running.run_state import run_states

    set_device(device)
    runner = open_runner(on, workspace_dir, None, None, folds=folds, limit=limit)
    states = run_states(runner, name, seed)
    if json:
        print_json([asdict(state) for state in states])
        return
    for state in states:
        _say_state(state)


def _say_state(state: RunState) -> None:
    from harness.data.split import TEST
    from leaderboard.safe_text import shorten

    seed, split = f", seed {state.seed}" if state.seed else "", "" if state.split == TEST else f", {state.split}"
    entry = f" (entry #{state.entry})" if state.entry else ""
    say(f"{shorten(state.identity)}{seed}{split}: {_VERDICTS[state.state]}{entry}")
    for change in state.changes:
        say(f"  {shorten(str(change), 300)}")


_VERDICTS = {
    "reused": "the finished run would be reused",
    "repeated": "would be repeated, because since the finished run",
    "new": "has not been run yet",
}
