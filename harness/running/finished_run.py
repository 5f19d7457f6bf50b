"""Whether a finished run can be reused: what it depends on must be what it was."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from shutil import rmtree

from harness.digest_cache import DigestCache, workspace_digests
from harness.running.dependencies.changes import Change, changes
from harness.running.dependencies.collect import collect_dependencies, interrupted_reads_hold
from harness.running.dependencies.record import Dependencies
from harness.running.dependencies.recorder import READS
from harness.running.dependencies.run_places import RunPlaces
from harness.running.outcome import Outcome, finished_outcome
from harness.running.planned_run import PlannedRun
from harness.running.run_folder import CHUNKS

_MAX_CHANGES = 100
_NOT_NOTED = Change("what it depends on was not noted", "", "")


@dataclass(frozen=True)
class FinishedRun:
    """A finished run in its folder, and what has changed since; `changes` is empty if it can be reused."""

    folder: Path
    outcome: Outcome
    digest: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class RunDependencies:
    """Notes, stores and compares what runs depend on; `digests` are those of files and libraries."""

    digests: DigestCache

    @classmethod
    def of_workspace(cls, folder: Path) -> "RunDependencies":
        """Return the dependencies of the runs in a workspace."""
        return cls(workspace_digests(folder))

    def complete(self, run: PlannedRun, folder: Path) -> Dependencies:
        """Return the dependencies of the run that has just finished in a folder, and store them there."""
        dependencies = replace(collect_dependencies(_places(run, folder), self.digests), plan=run.facts)
        dependencies.save(folder)
        (folder / READS).unlink(missing_ok=True)
        self.digests.save()
        return dependencies

    def stored(self, run: PlannedRun, folder: Path) -> Dependencies | None:
        """Return the dependencies of a finished run; None if it has none, as one of an earlier version."""
        if (folder / READS).exists():  # the command ended right after the run
            return self.complete(run, folder)
        return Dependencies.load(folder)

    def changes(self, dependencies: Dependencies | None) -> list[Change]:
        """Return what has changed since a run; [] if it can be reused."""
        if dependencies is None:
            return [_NOT_NOTED]
        return list(islice(changes(dependencies, self.digests), _MAX_CHANGES))

    def finished_runs(self, run: PlannedRun, folder: Path) -> Iterator[FinishedRun]:
        """Yield the finished runs of a plan, the first one in `folder`, and write nothing."""
        for place in run_folders(folder):
            if not place.is_dir():
                return
            outcome, stored = finished_outcome(place), Dependencies.load(place)
            if stored is None and (place / READS).exists():
                stored = collect_dependencies(_places(run, place), self.digests)
            if outcome is not None:
                yield FinishedRun(place, outcome, stored.digest if stored else "", tuple(self.changes(stored)))

    def remove_stale_chunks(self, run: PlannedRun, folder: Path) -> None:
        """Remove the answers that an interrupted run has stored, if something that it read has changed since."""
        if (folder / CHUNKS).exists() and not interrupted_reads_hold(_places(run, folder), self.digests):
            rmtree(folder / CHUNKS, ignore_errors=True)


def run_folders(folder: Path) -> Iterator[Path]:
    """Yield the folders of the repetitions of a run without end: `folder`, `folder-2`, `folder-3` and so on."""
    yield folder
    for number in count(2):
        yield folder.with_name(f"{folder.name}-{number}")


def _places(run: PlannedRun, folder: Path) -> RunPlaces:
    return RunPlaces(folder, Path(run.job.workspace), Path(run.job.folder), run.inputs)
