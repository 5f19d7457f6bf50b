"""The steps of a solution as a figure, from entries that `landmark ablate` made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import HarnessError
from harness.figures.looks import Size
from harness.plugins import load_solution
from harness.running.ablate import rungs, steps_of
from harness.running.contenders import Contenders
from harness.running.ladder_picture import draw_ladder
from harness.solution import identity
from harness.workspace import Workspace
from leaderboard import EntryStore


def draw_steps(
    competition: Competition, opened: Workspace, names: Sequence[str], path: Path, part: str, size: Size | None = None
) -> None:
    """Write the figure; HarnessError unless one solution is named whose steps have all been run."""
    if len(names) != 1:
        raise HarnessError("a ladder is of one solution; name it: landmark plot ladder SOLUTION")
    steps = steps_of(names[0], opened.register)
    entries = EntryStore(opened.database).entries(competition=competition.key, split=TEST)
    latest = {entry.identity: entry for entry in entries if entry.status == "scored"}
    lacking = [step.name for step, spec in steps if identity(load_solution(spec, opened.register)) not in latest]
    if lacking:
        raise HarnessError(
            f"not run yet: {', '.join(lacking)}; landmark ablate {names[0]!r} --on {competition.folder} runs them"
        )
    ladder = rungs(steps, list(latest.values()), Contenders(competition, opened), part)
    title, metric = f"{names[0]} on {competition.name}", ladder[0].entries[0].metric or ""
    draw_ladder(ladder, path, title=title, metric=metric, part=part, size=size)
