"""A competition in Python: every method does what the command of the same name does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from harness.api.answers import AnswerView, stored_answer_view
from harness.api.arguments import budget_seconds, require_choice, require_count, require_task
from harness.api.boards import LeaderboardView, RunsView, leaderboard_view, run_to_view
from harness.api.comparisons import ComparisonView
from harness.api.exports import ExportMethods
from harness.api.image_parts import Part, image_sets, images_of, parts_table
from harness.api.notebook_view import NotebookView, ViewTable
from harness.api.one_line_errors import raises_harness_errors
from harness.api.runners import open_runner
from harness.api.solution_specs import SolutionLike, run_spec, spec_of
from harness.api.submission_files import WrittenSubmission
from harness.api.submission_methods import SubmissionMethods
from harness.data.competition import Competition
from harness.data.store.extractor import Extractor
from harness.errors import HarnessError
from harness.running.batch import BatchOptions
from harness.running.local_processes import RunLimits
from harness.workspace import Workspace
from leaderboard.safe_text import shorten
from metrics import Task

if TYPE_CHECKING:
    from pandas import DataFrame

    from harness.api.descriptors import ImageDescriptors
    from harness.api.tunings import TuningView
    from harness.delivery.choose_entry import Rule
    from harness.running.run_state import RunState
    from harness.running.runner import Runner


@dataclass(frozen=True, repr=False)
class OpenCompetition(SubmissionMethods, ExportMethods, NotebookView):
    """A competition folder with the workspace of its results, which are those of the command line.

    Each call reads the folder again, so it may change in between. All methods raise HarnessError, in one line.
    """

    folder: Path
    workspace: Workspace
    limits: RunLimits = field(default_factory=RunLimits)

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.name

    def read(self) -> Competition:
        """Return the competition as it is now; DataError for missing or invalid tables."""
        return Competition.open(self.folder, self.workspace.descriptors)

    @property
    @raises_harness_errors
    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks for which the competition has the tables: retrieval, recognition or both."""
        return self.read().tasks

    @raises_harness_errors
    def images(self, part: Part) -> DataFrame:
        """Return a DataFrame of the images of a part: id, file, and for train images landmark_id."""
        from pandas import DataFrame

        competition = self.read()
        images = images_of(competition, part)
        columns = {"id": images.ids, "file": images.paths}
        return DataFrame(columns | ({"landmark_id": competition.labels} if part == "train" else {}))

    @raises_harness_errors
    def run(
        self,
        *solutions: SolutionLike | Path,
        task: Task | None = None,
        folds: bool = False,
        limit: int | None = None,
        seed: int = 0,
        seeds: int = 1,
        again: bool = False,
        budget: str | float | None = None,
        jobs: int | None = None,
    ) -> RunsView:
        """Run solutions, score them and add them to the leaderboard; without names, all that can be run.

        A solution is a spec such as "hash(kind='dct')" or "my_idea.py", a class or an instance of a module, or a TOML
        file of variants. A finished run is reused, unless `again`; a failed one is a row with its reason. `limit` is a
        number of test images. After the `budget` ("2h", or seconds) runs stop; the next call resumes them.
        """
        require_task(task)
        require_count(jobs=jobs, limit=limit, seeds=seeds)
        if limit is not None and folds:
            raise HarnessError("limit samples the test images, and folds=True does not use them; leave out one of them")
        options = BatchOptions(seed, seeds, jobs, again, budget_seconds(budget))
        specs = [run_spec(solution, self.workspace.register) for solution in solutions]
        return run_to_view(self._runner(folds=folds, limit=limit), specs, task, options)

    @raises_harness_errors
    def why(
        self, solution: SolutionLike, *, folds: bool = False, limit: int | None = None, seed: int = 0
    ) -> list[RunState]:
        """Return whether finished runs of a solution, or of an entry ('#12'), would be reused, and what has changed.

        Nothing is run. There is one state for each run: one, or with `folds` one for each fold.
        """
        from harness.running.run_state import run_states

        require_count(limit=limit)
        return run_states(self._runner(folds=folds, limit=limit), spec_of(solution, self.workspace.register), seed)

    @raises_harness_errors
    def leaderboard(
        self, task: Task | None = None, *, folds: bool = False, every: bool = False, metric: str | None = None
    ) -> LeaderboardView:
        """Return the leaderboard of each task; with `every` one row for each set of parameters.

        `metric` is another metric to rank by, in any usual spelling, such as `mAP H`; it needs a task if there are two.
        """
        require_task(task)
        return leaderboard_view(self.read(), self.workspace, task, metric, folds=folds, every=every)

    @raises_harness_errors
    def compare(
        self,
        *names: str | os.PathLike[str],
        task: Task | None = None,
        folds: bool = False,
        part: Literal["all", "public", "private"] = "all",
        metric: str | None = None,
        seed: int = 0,
    ) -> ComparisonView:
        """Compare solutions, entries ('#12') or submission files query by query, and test the differences."""
        from harness.comparing.compare import compare_entries
        from harness.comparing.entry_lookup import EntryLookup

        lookup = EntryLookup(self.read(), self.workspace, folds=folds)
        result = compare_entries([*map(str, names)], lookup, task=task, part=part, metric=metric, seed=seed)
        return ComparisonView(self.name, result)

    @raises_harness_errors
    def answer(self, name: str) -> AnswerView:
        """Return the answers of a solution or an entry ('#12') to the test images, with pictures in a notebook."""
        return stored_answer_view(self.read(), self.workspace, name)

    @raises_harness_errors
    def submit(
        self,
        name: SolutionLike | None = None,
        *,
        best: Rule | None = None,
        out: str | os.PathLike[str] = "submission.csv",
        task: Task | None = None,
        seed: int | None = None,
        jobs: int | None = None,
    ) -> WrittenSubmission:
        """Write the final submission file of a solution, an entry ('#12') or the best entry, with its provenance.

        A finished run is reused. `best` is "public" or "folds". A file that Kaggle would reject is not written.
        """
        from harness.api.delivery import write_submission_file

        require_task(task)
        require_count(jobs=jobs)
        require_choice(name, best)
        spec = None if name is None else spec_of(name, self.workspace.register)
        return write_submission_file(self._runner(), spec, best, Path(out), task=task, seed=seed, jobs=jobs)

    @raises_harness_errors
    def describe(self, extractor: str | Extractor, part: Part = "index", name: str | None = None) -> ImageDescriptors:
        """Return ids and descriptors of the images of a part, from the store or computed now.

        The extractor is a spec such as "SquareExtractor(backbone='lite0')", or an instance; `name` is of one array.
        """
        from harness.api.descriptors import describe_images

        return describe_images(images_of(self.read(), part), extractor, name)

    @raises_harness_errors
    def tune(
        self,
        solution: SolutionLike,
        *,
        trials: int = 50,
        only: Sequence[str] | None = None,
        metric: str | None = None,
        folds: int | None = None,
        seed: int = 0,
        jobs: int | None = None,
    ) -> TuningView:
        """Search the best parameters of a solution on folds of the train images; given parameters are fixed.

        The same call resumes an interrupted search, or adds trials to a finished one.
        """
        from harness.api.tunings import tune_solution

        require_count(trials=trials, folds=folds, jobs=jobs)
        spec, runner = spec_of(solution, self.workspace.register), self._runner(folds=True, count=folds)
        return tune_solution(runner, spec, trials=trials, only=only, metric=metric, seed=seed, jobs=jobs)

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the numbers of images, with a few pictures of each part."""
        return [parts_table(self.read(), self.workspace.folder)]

    def __repr__(self) -> str:
        try:
            sets = image_sets(self.read())
        except HarnessError as error:
            return shorten(f"<competition {self.name}: {error}>")
        return shorten(f"<competition {self.name}: {', '.join(f'{len(sets[part])} {part}' for part in sets)} images>")

    def _runner(self, *, folds: bool = False, count: int | None = None, limit: int | None = None) -> Runner:
        return open_runner(self.read(), self.workspace, self.limits, folds=folds, count=count, limit=limit)
