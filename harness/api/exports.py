"""Submissions, what-if scores and exports of a competition's entries, as methods of `OpenCompetition`."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from harness.api.answers import entry_on_test_images
from harness.api.arguments import require_task
from harness.api.one_line_errors import raises_harness_errors
from harness.data.competition import Competition
from harness.workspace import Workspace
from metrics import Task

if TYPE_CHECKING:
    from pandas import DataFrame

    from harness.api.what_ifs import WhatIfView


class ExportMethods(ABC):
    """Methods of a competition that read its entries: submissions, what-if scores, files and trackers of others."""

    workspace: Workspace

    @abstractmethod
    def read(self) -> Competition:
        """Return the competition as it is now."""

    @raises_harness_errors
    def submission(self, name: str) -> DataFrame:
        """Return the submission of a solution or an entry ('#12') as a DataFrame of texts, as it is in its file."""
        from pandas import read_csv

        from harness.running.outcome import stored_submission

        entry = entry_on_test_images(self.read(), self.workspace, name)
        return read_csv(stored_submission(entry), dtype=str, keep_default_na=False)

    @raises_harness_errors
    def what_if(
        self, name: str | os.PathLike[str], *, task: Task | None = None, metric: str | None = None
    ) -> WhatIfView:
        """Score the answer of a solution, an entry ('#12') or a file with shorter lists, or fewer labels."""
        from harness.api.what_ifs import what_if_view

        require_task(task)
        return what_if_view(self.read(), self.workspace, str(name), task, metric)

    @raises_harness_errors
    def export(
        self,
        target: str,
        *names: str,
        task: Task | None = None,
        folds: bool = False,
        submissions: bool = True,
        private: bool = True,
    ) -> int:
        """Store entries in `mlflow:URI`, `tensorboard:DIR` or `wandb:DIR`; return how many were not there before.

        Without names it stores all entries. Without `private` it leaves out scores of private and of all queries.
        """
        from harness.export.entry_record import entry_record
        from harness.export.registry import open_tracker, parse_tracker, store_records
        from harness.export.selection import entries_to_export

        require_task(task)
        entries = entries_to_export(self.read(), self.workspace, names, task, folds=folds)
        tracker = open_tracker(*parse_tracker(target), submissions=submissions)
        return store_records(tracker, [entry_record(entry, private=private) for entry in entries])

    @raises_harness_errors
    def export_trec(
        self,
        name: str | os.PathLike[str],
        out: str | os.PathLike[str],
        part: Literal["all", "public", "private"] = "all",
    ) -> tuple[Path, Path]:
        """Write a ranking and the ground truth in the format of TREC; return the paths of `run.txt` and `qrels.txt`."""
        from harness.comparing.answer_lookup import find_answer
        from harness.comparing.entry_lookup import EntryLookup
        from harness.export.trec import write_trec

        files = write_trec(find_answer(str(name), EntryLookup(self.read(), self.workspace)), Path(out), part)
        return files.run, files.qrels

    @raises_harness_errors
    def export_parquet(
        self, out: str | os.PathLike[str], *names: str, task: Task | None = None, folds: bool = False
    ) -> list[Path]:
        """Write entries, scores of each query and answers as Parquet files; return their paths."""
        from harness.export.parquet_tables import write_parquet
        from harness.export.selection import entries_to_export
        from leaderboard import EntryStore

        require_task(task)
        competition = self.read()
        entries = entries_to_export(competition, self.workspace, names, task, folds=folds)
        return [*write_parquet(entries, EntryStore(self.workspace.database), competition, Path(out)).rows]
