"""The commands in progress as the pages show them: texts of times, stages and memory."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from harness.running.live.files import live_commands
from harness.running.live.state import LiveCommand, LiveRun
from harness.workspace import Workspace
from leaderboard.safe_text import shorten

_LONGEST = 120  # characters of a command


@dataclass(frozen=True)
class LiveRunView:
    """A run: its name and id, the share that is done in [0, 1], and the texts beside its bar."""

    id: str
    name: str
    details: str  # task and fold
    share: float
    stage: str
    times: str
    memory: str


@dataclass(frozen=True)
class LiveCommandView:
    """A command with its runs in progress. `file` identifies it, `competition` is the key."""

    file: str
    text: str
    competition: str
    competition_name: str
    n_done: int
    n_total: int
    runs: Sequence[LiveRunView]
    waiting: Sequence[str]
    n_waiting: int


def live_view(workspace: Workspace, competition: str | None = None) -> list[LiveCommandView]:
    """Return the commands in progress, the earliest first; only those on a competition if its key is given."""
    now, commands = time.time(), live_commands(workspace).items()
    return [_command(file, each, now) for file, each in commands if competition in (None, each.competition)]


def _command(file: str, command: LiveCommand, now: float) -> LiveCommandView:
    return LiveCommandView(
        file=file,
        text=shorten(command.text, _LONGEST),
        competition=command.competition,
        competition_name=command.competition_name,
        n_done=command.n_done,
        n_total=command.n_total,
        runs=[_run(each, now) for each in command.runs],
        waiting=command.waiting,
        n_waiting=command.n_waiting,
    )


def _run(run: LiveRun, now: float) -> LiveRunView:
    items = f" {run.done:,} of {run.total:,}" if run.total else f" {run.done:,}" if run.done else ""
    left = "" if run.seconds_left is None else f", about {duration_text(run.seconds_left)} left"
    peak = f", peak {memory_text(run.peak_mb)}" if run.peak_mb else ""
    return LiveRunView(
        id=run.id,
        name=run.name,
        details=run.task,
        share=run.share,
        stage=run.stage + items,
        times=duration_text(now - run.started) + left,
        memory=memory_text(run.memory_mb) + peak if run.memory_mb else "",
    )


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units.

    >>> duration_text(7.4), duration_text(200), duration_text(9000), duration_text(-1)
    ('7 s', '3 min 20 s', '2 h 30 min', '0 s')
    """
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def memory_text(megabytes: float) -> str:
    """Return an amount of memory.

    >>> memory_text(312.4), memory_text(2345.0)
    ('312 MB', '2.3 GB')
    """
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
