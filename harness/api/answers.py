"""The stored answer of an entry: rankings or labels of queries, with pictures and, if known, what is right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.api.notebook_view import Cell, NotebookView, Picture, ViewTable
from harness.comparing.entry_lookup import find_entry, is_entry_number
from harness.data.competition import Competition
from harness.data.ground_truth import GroundTruth, load_ground_truth
from harness.data.landmark_names import landmark_names
from harness.data.source_files import id_with_file, source_files
from harness.data.split import TEST
from harness.data.tables.id_index import find_positions
from harness.errors import DataError, HarnessError, SubmissionError
from harness.running.outcome import stored_answer
from harness.submissions.answer import Answer, Labelling, Ranking
from harness.workspace import Workspace
from leaderboard import Entry, EntryStore
from leaderboard.rendering.format_cells import metric_label
from metrics import metrics_of

if TYPE_CHECKING:
    from pandas import DataFrame

_QUERIES, _IMAGES, _MISSED, _TRAIN = 5, 8, 3, 3  # pictures in a view


@dataclass(frozen=True, repr=False)
class AnswerView(NotebookView):
    """The answer of an entry to some queries; `rows` are their positions.

    `relevant` has the right images or landmarks of each scored query, `values` the score of each query that counts;
    both are empty without ground truth.
    """

    competition: Competition
    name: str
    metric: str
    answer: Answer
    relevant: Mapping[str, Collection[Any]]
    values: Mapping[str, float]
    rows: np.ndarray
    names: Mapping[int, str] = field(default_factory=dict)  # of landmarks
    ignored: Mapping[str, Collection[str]] = field(default_factory=dict)  # images by query that do not count
    files: Mapping[str, str] = field(default_factory=dict)  # image id -> file that it was imported from

    @property
    def table(self) -> DataFrame:
        """Return the answer as a DataFrame: id, rank, image, or id, landmark, confidence.

        `right` says whether the ground truth has the image or landmark; None for a query that is not scored, and for
        an image that does not count (junk).
        """
        from pandas import DataFrame

        answer, rows = self.answer, [int(row) for row in self.rows]
        if isinstance(answer, Ranking):
            listed = [
                (answer.query_ids[row], rank, image, self._is_right(row, image))
                for row in rows
                for rank, image in enumerate(_listed(answer, row), 1)
            ]
            return DataFrame(listed, columns=["id", "rank", "image", "right"])
        labels = [
            (answer.query_ids[row], landmark, answer.confidences[row], self._is_right(row, landmark))
            for row in rows
            for landmark in _landmarks(answer, row)
        ]
        return DataFrame(labels, columns=["id", "landmark", "confidence", "right"])

    def __getitem__(self, query_id: str) -> AnswerView:
        """Return the answer to one query; SubmissionError if there is no such query."""
        row = int(find_positions([query_id], self.answer.query_ids)[0])
        if row < 0:
            raise SubmissionError(f"{query_id!r:.80} is not a query of {self.competition.folder} (see test.csv)")
        return replace(self, rows=np.array([row]))

    def __len__(self) -> int:
        return len(self.rows)

    def worst(self, count: int = 5) -> AnswerView:
        """Return the scored queries with the lowest values, the lowest first."""
        scored = [row for row in self.rows.tolist() if self.answer.query_ids[row] in self.values]
        scored.sort(key=lambda row: self.values[str(self.answer.query_ids[row])])
        return replace(self, rows=np.array(scored[:count], int))

    def view_tables(self) -> Sequence[ViewTable]:
        """Return the first queries with pictures of their answers, and of what was missed."""
        rows = [self._cells(int(row)) for row in self.rows[:_QUERIES]]
        headings = ["query", metric_label(self.metric).removeprefix("m"), "answer", "missed"]
        if not any(row[-1] for row in rows):
            rows, headings = [row[:-1] for row in rows], headings[:-1]
        more = len(self.rows) - len(rows)
        notes = [f"{more} more queries: view[ID] shows one, view.worst() the worst"] if more else []
        title = f"{self.competition.name}: {self.name}; queries: {len(self.rows)}"
        return [ViewTable(title, headings, rows, notes)]

    def _cells(self, row: int) -> list[Cell]:
        query = str(self.answer.query_ids[row])
        path = self.competition.queries[row].paths[0]
        return [
            Picture(path, self._caption(query)),
            self.values.get(query),
            self._answer_pictures(row),
            self._missed_pictures(row),
        ]

    def _answer_pictures(self, row: int) -> list[Picture]:
        answer = self.answer
        if isinstance(answer, Ranking):
            positions = answer.positions[row][answer.positions[row] >= 0][:_IMAGES].tolist()
            images = [(position, str(answer.index_ids[position])) for position in positions]
            return [
                Picture(
                    self.competition.index[position].paths[0],
                    self._caption(image),
                    _mark(self._is_right(row, image)),
                    rank,
                )
                for rank, (position, image) in enumerate(images, 1)
            ]
        return [
            Picture(path, f"{self._name(of)} ({answer.confidences[row]:.3g})", _mark(self._is_right(row, of)))
            for of in _landmarks(answer, row)
            for path in self._landmark_paths(of)
        ]

    def _missed_pictures(self, row: int) -> list[Picture]:
        relevant = self._relevant(row) or ()
        if isinstance(self.answer, Ranking):
            listed = {*_listed(self.answer, row)}
            missed = sorted(image for image in relevant if image and image not in listed)[:_MISSED]
            positions = find_positions(missed, self.competition.index.ids).tolist()
            paths = [self.competition.index[position].paths[0] if position >= 0 else None for position in positions]
            return [Picture(path, self._caption(image), "missed") for path, image in zip(paths, missed, strict=True)]
        missed = [landmark for landmark in relevant if landmark not in _landmarks(self.answer, row)]
        return [Picture(path, self._name(mark), "missed") for mark in missed for path in self._landmark_paths(mark)]

    def _caption(self, image_id: str) -> str:
        return id_with_file(image_id, self.files)

    def _name(self, landmark: int) -> str:
        return self.names.get(landmark, str(landmark))

    def _landmark_paths(self, landmark: int) -> list[Any]:
        rows = np.flatnonzero(self.competition.labels == landmark)[:_TRAIN]
        return self.competition.train[rows].paths if len(rows) else [None]

    def _is_right(self, row: int, item: object) -> bool | None:
        relevant, ignored = self._relevant(row), self.ignored.get(str(self.answer.query_ids[row]), ())
        return None if relevant is None or item in ignored else item in relevant

    def _relevant(self, row: int) -> Collection[Any] | None:
        """Return the relevant images or landmarks of a query, None if it is not scored."""
        return self.relevant.get(str(self.answer.query_ids[row]))


def stored_answer_view(competition: Competition, workspace: Workspace, name: str) -> AnswerView:
    """Return the answers of a solution or an entry to all test images; HarnessError if there are none."""
    entry = entry_on_test_images(competition, workspace, name)
    answer = stored_answer(entry, competition.queries.ids, competition.index.ids)
    metric, number = entry.metric or metrics_of(answer.task)[0].name, entry.id or 0
    values = _finite_values(EntryStore(workspace.database), number, metric)
    truth = load_ground_truth(competition.folder, answer.task)
    relevant = relevant_items(truth)
    title, rows = f"{entry.identity}, entry #{number}", np.arange(len(answer.query_ids))
    names = {} if isinstance(answer, Ranking) else _landmark_names(competition)
    files = source_files(competition.folder)
    return AnswerView(competition, title, metric, answer, relevant, values, rows, names, ignored_images(truth), files)


def _finite_values(store: EntryStore, number: int, metric: str) -> dict[str, float]:
    """Return the value of each query that has one, by a metric of an entry."""
    values = store.per_query(number, [metric]).get(metric)
    by_query = [] if values is None else zip(store.query_ids(number), values.tolist(), strict=True)
    return {query: value for query, value in by_query if isfinite(value)}


def _landmark_names(competition: Competition) -> dict[int, str]:
    try:
        return landmark_names(competition.folder)
    except DataError:  # names are optional
        return {}


def entry_on_test_images(competition: Competition, workspace: Workspace, name: str) -> Entry:
    """Return the entry on the test images that a name means; HarnessError if there is none."""
    entries = EntryStore(workspace.database).entries(competition=competition.key, split=TEST)
    entry = find_entry(name, entries, workspace.register)
    if entry is None and is_entry_number(name):
        raise HarnessError(f"{name!r} is no entry on the test images of {competition.folder}; leaderboard() lists them")
    if entry is None:
        raise HarnessError(f"{name!r} has no entry on {competition.folder}; run it first: competition.run({name!r})")
    return entry


def relevant_items(truth: GroundTruth | None) -> dict[str, frozenset[Any]]:
    """Return the relevant images or landmarks of each scored query.

    >>> usage = np.array(["Public", "Ignored"])
    >>> relevant_items(GroundTruth.from_lists("recognition", np.array(["q", "r"]), usage, [[7, 8], [9]]))
    {'q': frozenset({8, 7})}
    """
    if truth is None:
        return {}
    items = np.split(truth.tokens, truth.offsets[1:-1])
    scored = zip(truth.query_ids.tolist(), items, truth.scored.tolist(), strict=True)
    return {query: frozenset(of.tolist()) for query, of, counts in scored if counts}


def ignored_images(truth: GroundTruth | None) -> dict[str, frozenset[str]]:
    """Return the images that do not count for each query of Oxford, Paris or Holidays; empty elsewhere."""
    if truth is None or truth.protocols is None:
        return {}
    ids = truth.images.texts()
    _, ignored = truth.protocols.get("medium") or truth.protocols["all"]
    return {query: frozenset(ids[[*numbers]].tolist()) for query, numbers in ignored.items()}


def _listed(ranking: Ranking, row: int) -> list[str]:
    positions = ranking.positions[row]
    return [str(image) for image in ranking.index_ids[positions[positions >= 0]]]


def _landmarks(labelling: Labelling, row: int) -> list[int]:
    """Return the landmark of a query in a list, empty without an answer."""
    return [] if np.isnan(labelling.confidences[row]) else [int(labelling.landmarks[row])]


def _mark(right: bool | None) -> str:
    return "" if right is None else "right" if right else "wrong"
