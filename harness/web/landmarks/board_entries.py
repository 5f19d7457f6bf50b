"""The entries that the pages of landmarks compare: those of the address, or the best one of the board."""

from collections.abc import Sequence

from harness.data.split import TEST
from harness.scoring.reported_metric import ranking_metric
from harness.scoring.stored_evaluation import QueryArrays, required_arrays
from harness.web.context import PageContext
from harness.web.data.query_landmarks import QueryLandmarks
from harness.web.error_pages import not_found
from harness.web.landmarks.scores import LandmarkScores, recognition_scores, retrieval_scores
from harness.web.lru import LruCache
from harness.web.shared.board_context import BoardContext
from harness.web.shared.entry_lookup import board_of, comparable_entries
from leaderboard import Entry
from metrics import metrics_of

MAX_CHOICES = 50
_USABLE: LruCache[list[Entry]] = LruCache(16)  # entries with a submission, by site and numbers
_SCORES: LruCache[LandmarkScores] = LruCache(64)  # by site, entry and part


def require_truth(board: BoardContext) -> BoardContext:
    """Return a board; 404 unless the user may see, query by query, which answers are right."""
    if not board.page.permissions.can_see_truth(board.competition):
        raise not_found("the ground truth is not visible yet")
    return board


def board_entries(board: BoardContext, numbers: Sequence[int]) -> list[Entry]:
    """Return the entries of these numbers, or the best one that the user may open; 404 for others."""
    context = board.page
    if not numbers:
        return choices(board)[:1]
    by_id = context.site.store.by_ids(list(numbers))
    entries = [by_id[number] for number in numbers if number in by_id and context.permissions.can_open(by_id[number])]
    is_board = [(entry.competition, entry.task) == (board.competition, board.task) for entry in entries]
    if len(entries) < len(numbers) or not all(is_board) or len({board_of(entry) for entry in entries}) > 1:
        raise not_found("one of these entries does not exist, is not open to you or belongs to another board")
    if any(entry.status != "scored" for entry in entries):
        raise not_found("one of these entries has no score")
    return entries


def choices(board: BoardContext, entry: Entry | None = None) -> list[Entry]:
    """Return the entries to choose from: the best of the board, or those that an entry can be compared with."""
    if entry is not None and entry.split != TEST:
        return [entry, *comparable_entries(entry, board.page)]
    context = board.page
    standings = context.site.boards.ranked(board.competition, board.task, "identity").standings
    best = tuple(row.entry.id for row in standings if row.rank and row.entry.id is not None)[:MAX_CHOICES]
    usable = _USABLE.get((context.site, best), lambda: _usable_entries(context, best))
    return [each for each in usable if context.permissions.can_open(each)]


def _usable_entries(context: PageContext, numbers: Sequence[int]) -> list[Entry]:
    entries = context.site.store.by_ids(list(numbers))
    return [entries[number] for number in numbers if context.site.analyses.submission(entries[number])]


def landmarks_of(context: PageContext, entry: Entry) -> QueryLandmarks | None:
    """Return the landmarks of the queries of an entry; None if they are not known."""
    return context.site.analyses.landmarks(entry)


def landmark_scores(context: PageContext, entry: Entry, part: str, landmarks: QueryLandmarks) -> LandmarkScores:
    """Return the scores of an entry by landmark; 404 if its values or its files are missing."""
    return _SCORES.get((context.site, entry.id, part), lambda: _compute_scores(context, entry, part, landmarks))


def _compute_scores(context: PageContext, entry: Entry, part: str, landmarks: QueryLandmarks) -> LandmarkScores:
    if entry.task == "retrieval":
        metric = ranking_metric([entry], "retrieval")
        return retrieval_scores(landmarks, metric, _values(context, entry, required_arrays(metric), landmarks), part)
    predicted = context.site.analyses.predictions(entry)
    if predicted is None:
        raise not_found(f"the submission of entry {entry.id} is missing")
    metric, query_ids = metrics_of("recognition")[0], context.site.analyses.query_ids(entry)
    values = _values(context, entry, required_arrays(metric), landmarks)
    return recognition_scores(landmarks, metric, query_ids, values, predicted, part)


def _values(context: PageContext, entry: Entry, names: Sequence[str], landmarks: QueryLandmarks) -> QueryArrays:
    values = context.site.store.per_query(entry.id or 0, names)
    if set(values) != set(names) or {len(array) for array in values.values()} != {landmarks.n_queries}:
        raise not_found(f"entry {entry.id} has no values for these queries; run it again")
    return values
