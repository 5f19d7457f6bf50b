"""Open photos, ground truths and entry analyses; the last few of each are cached."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from harness.data.competition import Competition
from harness.data.query_sample import is_fold
from harness.data.split import TEST
from harness.errors import DataError
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.web.competitions import CompetitionIndex
from harness.web.data.answer_index import SubmissionIndex
from harness.web.data.answer_landmarks import predicted_landmarks
from harness.web.data.entry_analysis import ANALYSES, EntryAnalysis, required_values
from harness.web.data.photos import CompetitionPhotos
from harness.web.data.query_landmarks import QueryLandmarks, label_landmarks, truth_landmarks
from harness.web.data.query_truth import QueryTruth
from harness.web.data.served_file import served_file
from harness.web.data.slices import Groups, query_groups
from harness.web.data.stored_content import read_content, write_content
from harness.web.data.thumbnails import ThumbnailStore
from harness.web.lru import LruCache
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from metrics import Task


class AnalysisCache:
    """Entry analyses of a workspace, with the photos and ground truths that they need."""

    def __init__(self, workspace: Workspace, store: EntryStore, competitions: CompetitionIndex) -> None:
        self._workspace, self._store, self._competitions = workspace, store, competitions
        self.thumbnails = ThumbnailStore(workspace.folder / "serving" / "thumbnails")
        self._photos: LruCache[CompetitionPhotos] = LruCache(8)
        self._truths: LruCache[QueryTruth | None] = LruCache(4)
        self._analyses: LruCache[EntryAnalysis] = LruCache(8)
        self._groups: LruCache[Groups] = LruCache(4)
        self._query_ids: LruCache[np.ndarray] = LruCache(8)
        self._landmarks: LruCache[QueryLandmarks | None] = LruCache(8)

    def photos(self, competition: str) -> CompetitionPhotos | None:
        """Return the photos of a competition; None if its folder is not found."""
        opened = self._competitions.find(competition)
        return None if opened is None else self._photos.get(competition, lambda: CompetitionPhotos(opened))

    def can_analyse(self, entry: Entry) -> bool:
        """Return whether the entry is scored and its competition, submission and ground truth exist."""
        competition = self._competitions.find(entry.competition)
        if competition is None or entry.status != "scored" or self.submission(entry) is None:
            return False
        return entry.task in ANALYSES and self.truth(competition, _task(entry), entry.split) is not None

    def analysis(self, entry: Entry) -> EntryAnalysis:
        """Return the analysis of an entry; raises DataError if a file or stored value is missing."""
        return self._analyses.get(entry.id, lambda: self.open(entry))

    def submission(self, entry: Entry) -> Path | None:
        """Return the submission file of an entry; None if it is missing."""
        return self.run_file(entry, entry.submission)

    def run_file(self, entry: Entry, recorded: str | None) -> Path | None:
        """Return a file of an entry's run at its recorded path, or in the workspace if that has moved; else None.

        It is a regular file among the runs or uploads of the workspace, reached by no link.
        """
        if not recorded:
            return None
        path, runs = Path(recorded), self._workspace.folder / "runs"
        moved = runs.joinpath(entry.competition, *path.parts[-2:])
        places = (path, runs), (path, self._workspace.folder / "uploads"), (moved, runs)
        return next((file for place in places if (file := served_file(*place))), None)

    def groups(self, analysis: EntryAnalysis) -> Groups:
        """Return the slices of an entry's queries."""
        entry = analysis.entry
        key = (entry.competition, entry.task, entry.split)
        return self._groups.get(key, lambda: self._query_groups(entry, analysis.truth))

    def query_ids(self, entry: Entry) -> np.ndarray:
        """Return the scored queries of an entry `(n_queries,)`, in the order of its per-query values."""
        key = (entry.competition, entry.task, entry.split)
        return self._query_ids.get(key, lambda: self._find_query_ids(entry))

    def _find_query_ids(self, entry: Entry) -> np.ndarray:
        stored = self._store.query_ids(entry.id or 0)
        competition = None if stored else self._competitions.find(entry.competition)
        truth = competition and self.truth(competition, _task(entry), entry.split)
        return truth.query_ids if truth else np.array(stored, object)

    def landmarks(self, entry: Entry) -> QueryLandmarks | None:
        """Return the landmarks of the scored queries of an entry's board; None if they are not known."""
        key = (entry.competition, entry.task, entry.split)
        return self._landmarks.get(key, lambda: self._load_landmarks(entry, key))

    def _load_landmarks(self, entry: Entry, key: Sequence[str]) -> QueryLandmarks | None:
        """Return the stored landmarks, or find and store them. The competition's key changes with its tables."""
        query_ids, digest = self.query_ids(entry), sha256("\n".join(key).encode()).hexdigest()[:40]
        path = self._workspace.folder / "serving" / "landmarks" / digest
        content = read_content(path)
        stored = None if content is None else QueryLandmarks.from_bytes(content, len(query_ids))
        if stored is not None:
            return stored
        landmarks = self._find_landmarks(entry, query_ids)
        if landmarks is not None:
            write_content(path, landmarks.to_bytes())
        return landmarks

    def _find_landmarks(self, entry: Entry, query_ids: np.ndarray) -> QueryLandmarks | None:
        competition, photos = self._competitions.find(entry.competition), self.photos(entry.competition)
        if competition is None or photos is None:
            return None
        if is_fold(entry.split):
            return label_landmarks(query_ids, *photos.train_labels)
        truth = self.truth(competition, "recognition")
        return None if truth is None else truth_landmarks(query_ids, truth)

    def _query_groups(self, entry: Entry, truth: QueryTruth) -> Groups:
        competition = self._competitions.find(entry.competition)
        if competition is None or is_fold(entry.split):
            return {}
        return query_groups(competition, truth, self.truth(competition, "recognition"))

    def truth(self, competition: Competition, task: Task, split: str = TEST) -> QueryTruth | None:
        """Return the ground truth of a task and split; None if there is none or the folds have changed."""
        folds = self._workspace.folds_file(competition.key)
        load = lambda: QueryTruth.load(competition, task, split, folds)
        return self._truths.get((competition.key, task, split), load)

    def predictions(self, entry: Entry) -> np.ndarray | None:
        """Return the landmarks that a recognition predicts `(n_queries,)`, -1 for none; None without its submission."""
        path, query_ids = self.submission(entry), self.query_ids(entry)
        return (
            predicted_landmarks(self._open_submission(path, query_ids, MAX_SCORED_IDS))
            if path and len(query_ids)
            else None
        )

    def _open_submission(self, path: Path, query_ids: np.ndarray, length: int) -> SubmissionIndex:
        return SubmissionIndex.open(path, query_ids, self._workspace.folder / "serving" / "rows", length)

    def open(self, entry: Entry) -> EntryAnalysis:
        """Return a new analysis of an entry; raises DataError if a file or stored value is missing."""
        competition, path = self._competitions.find(entry.competition), self.submission(entry)
        photos = self.photos(entry.competition)
        if competition is None or path is None or photos is None or entry.task not in ANALYSES:
            raise DataError(f"entry {entry.id}: its competition or its submission is missing")
        task = _task(entry)
        truth = self.truth(competition, task, entry.split)
        values = self._store.per_query(entry.id or 0, required_values(entry, task))
        if truth is None or {len(array) for array in values.values()} != {len(truth.query_ids)}:
            raise DataError(f"entry {entry.id}: it has no per-query values for these queries; run it again")
        length = len(competition.index) if competition.ranks_whole_index else MAX_SCORED_IDS
        submission = self._open_submission(path, truth.query_ids, length)
        landmarks = self.landmarks(entry)
        return ANALYSES[task](entry, truth, submission, photos, values, landmarks)


def _task(entry: Entry) -> Task:
    return "retrieval" if entry.task == "retrieval" else "recognition"
