"""Entries as offline runs of Weights & Biases; nothing is sent before the user calls `wandb sync`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from shutil import copyfile, rmtree
from typing import Any

from harness.export.entry_record import EntryRecord, tracker_name
from harness.export.tracker import one_line_errors, require_package


class WandbTracker:
    """The offline runs in a folder; the project is named like the competition, an entry replaces its earlier run."""

    def __init__(self, place: str, *, submissions: bool = True) -> None:
        require_package("wandb", "Weights & Biases")
        self._folder, self._submissions = Path(place).expanduser().absolute(), submissions
        self.view = f"wandb sync {quote(place)}/wandb/offline-run-*"
        with one_line_errors(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True)

    def store(self, record: EntryRecord) -> bool:
        """Add an entry and return True, or replace its run and return False; HarnessError, in one line."""
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        import wandb

        before = [*self._folder.glob(f"wandb/offline-run-*-{record.key}")]
        with one_line_errors(f"{self._folder}: Weights & Biases", wandb.Error), _replace(before):
            run = self._start_run(record)
            run.summary.update(record.metrics)
            if self._submissions and record.submission:
                copy = copyfile(record.submission, Path(run.dir) / record.submission.name)
                run.save(str(copy), base_path=run.dir, policy="now")
            run.finish(exit_code=int(record.failed))
        return not before

    def _start_run(self, record: EntryRecord) -> Any:
        """Return a new offline run of Weights & Biases with the parameters and tags of an entry."""
        import wandb

        return wandb.init(
            project=tracker_name(record.experiment).replace("/", "_"),
            name=record.name[:128],
            id=record.key,
            dir=self._folder,
            mode="offline",
            reinit="create_new",  # also after one that ended in an error
            config=record.parameters | {"tags": record.tags},
            settings=_quiet_settings(),
        )


@contextmanager
def _replace(folders: Sequence[Path]) -> Iterator[None]:
    """Remove the folders after the block, or restore them if it raises.

    A folder is named by the second of its start, so a run of the same second would write into the former folder.
    """
    moved = [folder.rename(folder.with_name(f"replaced-{folder.name}")) for folder in folders]
    try:
        yield
    except BaseException:
        for folder, place in zip(moved, folders, strict=True):
            if not place.exists():
                folder.rename(place)
        raise
    for folder in moved:
        rmtree(folder, ignore_errors=True)


def _quiet_settings() -> Any:
    """Return settings without output, statistics of the machine, source code and git."""
    import wandb

    return wandb.Settings(
        silent=True,
        console="off",
        disable_git=True,
        disable_code=True,
        x_disable_stats=True,
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
    )
