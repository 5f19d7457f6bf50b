"""Ablation of a solution as a figure: a bar for each step, its interval, and its published score."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.comparing.ablation import AblationRow, ablation_steps, ablation_table, step_identities
from harness.comparing.entry_lookup import EntryLookup
from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import HarnessError
from harness.plotting.figure import new_figure
from harness.plotting.style import BLUE, ORANGE, Inches, legend_below, save_figure
from harness.workspace import Workspace
from leaderboard import EntryStore
from leaderboard.rendering.format_cells import metric_label

_WIDTH, _HEAD, _STEP = 7.5, 1.3, 0.38  # inches


def draw_ablation(
    table: Sequence[AblationRow], path: Path, *, title: str, metric: str, part: str, size: Inches | None = None
) -> None:
    """Write the figure; steps without a score have no bar. `size` is in inches."""
    figure = new_figure(*(size or (_WIDTH, _HEAD + _STEP * len(table))))
    panel = figure.subplots()
    ys = range(len(table))
    panel.barh(ys, [row.score(part) or 0.0 for row in table], height=0.62, color=BLUE, label=f"here, {part}")
    for y, row in zip(ys, table, strict=True):
        if bounds := row.interval(part):
            panel.plot(bounds, [y, y], color="black", linewidth=1.4, marker="|")
    published = [(row.step.published, y) for y, row in zip(ys, table, strict=True) if row.step.published]
    if published:
        panel.plot(*zip(*published, strict=True), "D", color=ORANGE, label="published, on other images")
    panel.set_yticks(ys, [row.step.name for row in table], parse_math=False)
    panel.invert_yaxis()
    panel.set_xlabel(metric_label(metric))
    panel.set_title(title, parse_math=False)
    panel.grid(axis="x", alpha=0.3)
    panel.set_axisbelow(True)
    legend_below(figure, panel)
    save_figure(figure, path)


def plot_ablation(
    competition: Competition,
    workspace: Workspace,
    names: Sequence[str],
    path: Path,
    part: str,
    size: Inches | None = None,
) -> None:
    """Write the figure of the one named solution; raise HarnessError unless all its steps have run."""
    if len(names) != 1:
        raise HarnessError("an ablation is of one solution; name it: landmark plot ablation SOLUTION")
    steps = ablation_steps(names[0], workspace.register)
    entries = EntryStore(workspace.database).entries(competition=competition.key, split=TEST)
    latest = {entry.identity: entry for entry in entries if entry.status == "scored"}
    names_of = zip(steps, step_identities(steps, workspace.register), strict=True)
    missing = [step.name for (step, _), name in names_of if name not in latest]
    if missing:
        raise HarnessError(
            f"not run yet: {', '.join(missing)}; landmark ablate {names[0]!r} --on {competition.folder} runs them"
        )
    table = ablation_table(steps, list(latest.values()), EntryLookup(competition, workspace), part)
    title, metric = f"{names[0]} on {competition.name}", table[0].entries[0].metric or ""
    draw_ablation(table, path, title=title, metric=metric, part=part, size=size)
