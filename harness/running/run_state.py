"""Whether a run would be reused or repeated, and what has changed since the earlier one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.data.query_sample import is_fold, sample_size
from harness.errors import HarnessError, SolutionError
from harness.running.dependencies.changes import Change
from harness.running.dependencies.json_file import read_json
from harness.running.dependencies.record import Dependencies
from harness.running.outcome import finished_outcome
from harness.running.planned_run import PlannedRun
from harness.running.run_entries import dependent_key
from harness.running.run_folder import JOB
from harness.running.runner import Runner
from leaderboard import Entry

State = Literal["reused", "repeated", "new"]

_NUMBER = re.compile("#?[0-9]{1,18}")
_DIGEST = 64  # characters of a digest, which is not shown


@dataclass(frozen=True)
class RunState:
    """A run: "reused" if the finished one would be, "repeated" because of the changes, or "new" if there is none.

    `entry` is the number of the entry of the finished run, None if it is not on the leaderboard.
    """

    identity: str
    split: str
    seed: int
    state: State
    entry: int | None = None
    changes: tuple[Change, ...] = ()


def run_states(runner: Runner, name: str, seed: int = 0) -> list[RunState]:
    """Return the states of the runs of a spec, or of an entry such as "#12"; on folds there is one for each.

    Nothing is run, and plug-ins are imported in processes of their own. Raises HarnessError for an unknown name.
    """
    if _NUMBER.fullmatch(name):
        entry = runner.entries.by_ids([int(name.removeprefix("#"))]).get(int(name.removeprefix("#")))
        if entry is None:
            raise HarnessError(f"there is no entry #{name.removeprefix('#')}")
        return _states_of_entry(runner, entry)
    try:
        runs = runner.plan([name], seed)
    except SolutionError:
        entries = [each for each in runner.entries.entries() if name in (each.identity, each.solution)]
        if not entries or not (spec := _job(entries[-1]).get("spec")):
            raise
        runs = runner.plan([str(spec)], seed)
    return [run_state(runner, run) for run in runs]


def _states_of_entry(runner: Runner, entry: Entry) -> list[RunState]:
    runs = runner.plan([str(_job(entry).get("spec", entry.identity))], entry.seed)
    on_split = [run for run in runs if run.split == entry.split]
    if not on_split:
        size = sample_size(entry.split)
        option = (
            "with --folds" if is_fold(entry.split) else f"with --limit {size}" if size else "without --folds, --limit"
        )
        raise HarnessError(f"entry #{entry.id} is on {entry.split}; call landmark why {option}")
    return [run_state(runner, run) for run in on_split]


def run_state(runner: Runner, run: PlannedRun) -> RunState:
    """Return whether a finished run of a plan would be reused, or what has changed since the latest one."""
    finished = runner.finished_runs(run)
    reusable = next((each for each in finished if not each.changes), None)
    chosen = reusable or (finished[-1] if finished else None)
    if chosen:
        entries = runner.entries.of_run(dependent_key(run.key, chosen.digest))
        entry = entries[0].id if entries else None
        return _state(run, "reused" if reusable else "repeated", entry, chosen.changes)
    for earlier, dependencies in _earlier_runs(runner, run):
        changes = [*_plan_changes(dependencies.plan, run.facts), *runner.dependencies.changes(dependencies)]
        return _state(run, "repeated", earlier.id, tuple({change.what: change for change in changes}.values()))
    return _state(run, "new", None, ())


def _state(run: PlannedRun, state: State, entry: int | None, changes: tuple[Change, ...]) -> RunState:
    return RunState(run.identity, run.split, run.job.seed, state, entry, changes)


def _earlier_runs(runner: Runner, run: PlannedRun) -> Iterator[tuple[Entry, Dependencies]]:
    """Yield the finished runs of other plans for the same solution, split and seed, the latest first."""
    entries = runner.entries.entries(task=run.job.task, solution=run.solution)
    for entry in reversed(entries):
        is_same = (entry.identity, entry.split, entry.seed) == (run.identity, run.split, run.job.seed)
        if not is_same or not entry.submission:
            continue
        folder = Path(entry.submission).parent
        dependencies = Dependencies.load(folder)
        if dependencies and _job(entry).get("folder") == run.job.folder and finished_outcome(folder):
            yield entry, dependencies


def _job(entry: Entry) -> Mapping[str, object]:
    """Return the description of an entry's run, {} if it is not stored."""
    stored = read_json(Path(entry.log).parent / JOB) if entry.log else None
    return stored if isinstance(stored, dict) else {}


def _plan_changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *now)):
        if before.get(name) != now.get(name):
            values = [mapping.get(name, "not set") for mapping in (before, now)]
            yield Change(name, *("" if len(value) == _DIGEST else value for value in values))
