"""Everything that the explorer opens: photographs, truths and studies, the latest few of each kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.data.competition import Competition
from harness.data.split import TEST
from harness.errors import DataError
from harness.web.competitions import Competitions
from harness.web.entry.page import Slice
from harness.web.explorer.answer_index import Answers
from harness.web.explorer.entry_analysis import KEPT, STUDIES, Matches, Study
from harness.web.explorer.photos import Photos
from harness.web.explorer.query_truth import Truth
from harness.web.explorer.slices import Groups, groups_of, sliced
from harness.web.explorer.thumbnails import Thumbnails
from harness.web.lru import Latest
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import Task, metrics_of


class Library:
    """Opens entries for reading."""

    def __init__(self, workspace: Workspace, store: EntryStore, competitions: Competitions, matches: Matches) -> None:
        self._workspace, self._store, self._competitions, self._matches = workspace, store, competitions, matches
        self.thumbnails = Thumbnails(workspace.folder / "serving" / "thumbnails")
        self._photos: Latest[Photos] = Latest(8)
        self._truths: Latest[Truth | None] = Latest(4)
        self._studies: Latest[Study] = Latest(8)
        self._groups: Latest[Groups] = Latest(4)

    def photos(self, competition: str) -> Photos | None:
        """Return the photographs of a competition, None where its folder is not known."""
        found = self._competitions.find(competition)
        return None if found is None else self._photos.get(competition, lambda: Photos(found))

    def can_be_studied(self, entry: Entry) -> bool:
        """Return whether there is what a study of an entry needs."""
        competition = self._competitions.find(entry.competition)
        if competition is None or entry.status != "scored" or self.submission(entry) is None:
            return False
        return entry.task in STUDIES and self.truth(competition, _task(entry), entry.split) is not None

    def study(self, entry: Entry) -> Study:
        """Return the study of an entry; DataError where something that it needs is gone."""
        return self._studies.get(entry.id, lambda: self.opened(entry))

    def submission(self, entry: Entry) -> Path | None:
        """Return the file of an entry, also where the workspace has been moved since; None where there is none."""
        return self.beside(entry, entry.submission)

    def beside(self, entry: Entry, named: str | None) -> Path | None:
        """Return a file of an entry's run, also where the workspace has been moved since; None where there is none."""
        if not named:
            return None
        path = Path(named)
        moved = self._workspace.folder.joinpath("runs", entry.competition, *path.parts[-2:])
        return next((each for each in (path, moved) if each.is_file()), None)

    def slices(self, entry: Entry, other: Entry | None) -> Mapping[str, Sequence[Slice]]:
        """Return the scores of an entry, and of another one, on parts of the queries."""
        try:
            study, beside = self.study(entry), self.study(other) if other and self.can_be_studied(other) else None
        except DataError:  # made by an older landmark
            return {}
        key = (entry.competition, entry.task, entry.split)
        groups = self._groups.get(key, lambda: self._grouped(entry, study.truth))
        values = None if beside is None else beside.values
        return sliced(groups, metrics_of(study.truth.task)[0], study.truth.query_ids, study.values, values)

    def _grouped(self, entry: Entry, truth: Truth) -> Groups:
        competition = self._competitions.find(entry.competition)
        if competition is None or entry.split != TEST:
            return {}
        return groups_of(competition, truth, self.truth(competition, "recognition"))

    def truth(self, competition: Competition, task: Task, split: str = TEST) -> Truth | None:
        """Return the truth of a task and split, None where it is not known or, for a fold, not dealt so any more."""
        return self._truths.get((competition.key, task, split), lambda: self._told(competition, task, split))

    def _told(self, competition: Competition, task: Task, split: str) -> Truth | None:
        if split == TEST:
            return Truth.of(competition, task)
        return Truth.of_fold(competition, task, self._workspace.folds(competition.key), split)

    def opened(self, entry: Entry) -> Study:
        """Return the study of an entry, opened now."""
        competition, path = self._competitions.find(entry.competition), self.submission(entry)
        photos = self.photos(entry.competition)
        if competition is None or path is None or photos is None or entry.task not in STUDIES:
            raise DataError(f"entry {entry.id}: its competition or its submission is not there any more")
        task = _task(entry)
        truth = self.truth(competition, task, entry.split)
        values = self._store.per_query(entry.id or 0, KEPT[task])
        if truth is None or {len(each) for each in values.values()} != {len(truth.query_ids)}:
            raise DataError(f"entry {entry.id}: nothing is kept of its queries; run it again")
        answers = Answers.open(path, truth.query_ids, self._workspace.folder / "serving" / "rows")
        return STUDIES[task](entry, truth, answers, photos, values, self._matches)


def _task(entry: Entry) -> Task:
    return "retrieval" if entry.task == "retrieval" else "recognition"
