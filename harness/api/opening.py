"""Open or make a competition, and list the solutions."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from harness.api.arguments import require_limits, require_mode
from harness.api.competitions import OpenCompetition
from harness.api.one_line_errors import raises_harness_errors
from harness.errors import DataError
from harness.progress import send_progress_to
from harness.progress_display import progress
from harness.running.local_processes import RunLimits
from harness.sandbox.policy import Mode
from harness.workspace import Workspace
from leaderboard.safe_text import make_printable

if TYPE_CHECKING:
    from pandas import DataFrame

    from harness.data.layouts.photo_placement import Placement


@raises_harness_errors
def open_competition(
    folder: str | os.PathLike[str],
    workspace: str | os.PathLike[str] | None = None,
    *,
    timeout_s: float | None = None,
    memory_mb: float | None = None,
    sandbox: Mode = "auto",
) -> OpenCompetition:
    """Return the competition in a folder, with its results in a workspace (by default that of the command line).

    `timeout_s` and `memory_mb` limit each run. `sandbox` keeps runs from the ground truth: "auto" as far as the system
    can, "require" or else raises HarnessError, "off" not at all. Raises DataError for missing or invalid tables.
    """
    require_limits(timeout_s=timeout_s, memory_mb=memory_mb)
    require_mode(sandbox)
    opened = Workspace.open(None if workspace is None else Path(workspace))
    competition = OpenCompetition(
        Path(folder).expanduser().absolute(), opened, RunLimits(timeout_s, memory_mb, sandbox=sandbox)
    )
    competition.read()
    return competition


@raises_harness_errors
def make_competition(
    folder: str | os.PathLike[str],
    workspace: str | os.PathLike[str] | None = None,
    *,
    landmarks: int = 40,
    seed: int = 7,
    difficulty: float = 0.5,
    jobs: int | None = None,
) -> OpenCompetition:
    """Render the synthetic competition into a folder and open it; the same options give the same images.

    Images that an earlier call has rendered are kept. Raises DataError if the folder holds anything else.
    """
    from harness.cpu_budget import cores
    from harness.synthetic.competition import SyntheticCompetition

    synthetic = SyntheticCompetition(landmarks=landmarks, seed=seed, difficulty=difficulty)
    with progress() as listener:
        update = listener("")
        synthetic.write(Path(folder), jobs=jobs or cores(), progress=lambda done, total: update("images", done, total))
    return open_competition(folder, workspace)


@raises_harness_errors
def import_folders(
    source: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    workspace: str | os.PathLike[str] | None = None,
    *,
    shares: Mapping[Literal["train", "index", "test"], float] | None = None,
    placement: Placement = "auto",
    nested: bool = False,
    seed: int = 0,
) -> OpenCompetition:
    """Create a competition in `folder` from photographs in `source/<landmark>/` and open it.

    `shares` are those of the photographs of a landmark, such as {"test": 0.4}; parts without a share divide the rest.
    `placement` is "link", "copy" or "auto": link where that is possible. Standard error says what was left out.

    Raises DataError for a source without photographs and a folder that is not empty.
    """
    from harness.data.layouts.class_folders import import_folders as import_source
    from harness.data.layouts.part_shares import PartShares
    from harness.data.layouts.writing import PARTS

    stated = {str(part): share for part, share in (shares or {}).items()}
    complete = PartShares.complete(*(stated.pop(part, None) for part in PARTS))
    if stated:
        raise DataError(f"{[*stated]} are no parts; shares are those of {', '.join(PARTS)}")
    with progress() as listener, send_progress_to(listener("")):
        result = import_source(Path(source), Path(folder), seed, shares=complete, placement=placement, nested=nested)
    sys.stderr.writelines(f"{make_printable(line)}\n" for line in result.lines(Path(folder)))
    return open_competition(folder, workspace)


@raises_harness_errors
def solutions(workspace: str | os.PathLike[str] | None = None) -> DataFrame:
    """Return a DataFrame of all solutions: name, task, summary, origin, steps, and why one cannot be imported."""
    from pandas import DataFrame

    from harness.running.description.info import summarise_solutions

    opened = Workspace.open(None if workspace is None else Path(workspace))
    return DataFrame(summarise_solutions(opened.register))
