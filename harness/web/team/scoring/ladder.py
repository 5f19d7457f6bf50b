"""Public scores of a competition that releases them by the Ladder mechanism (Blum and Hardt)."""

from dataclasses import replace

import numpy as np

from harness.scoring.stored_evaluation import from_arrays
from harness.web.team.scoring.score_file import ScoredFile
from leaderboard.entry import Entry
from leaderboard.overfitting.ladder import LadderMechanism, ReleasedScore
from leaderboard.storage.store import EntryStore
from metrics import Metric, NoPositives, metrics_of


def apply_ladder(new: ScoredFile, last: int | None, store: EntryStore) -> tuple[Entry, int | None]:
    """Return the entry with its released public score, and the id of the earlier entry that score belongs to.

    `last` is the id of the entry whose public score was released last; the returned id is None for a score of its own.
    Other public scores and intervals are removed, because they reveal what the Ladder withholds; the private part is
    unchanged. Without public queries nothing changes.
    """
    metric = metrics_of(new.evaluation.task)[0]
    judgement = from_arrays(metric, new.evaluation.query_ids, new.per_query, "public")
    try:
        release = LadderMechanism().release(metric, judgement, _last_release(metric, last, store))
    except NoPositives:
        return new.entry, None
    scores = {**new.entry.scores, "public": {metric.name: release.score}}
    intervals = {part: bounds for part, bounds in new.entry.intervals.items() if part == "private"}
    entry = replace(new.entry, scores=scores, intervals=intervals)
    return entry, None if release.judgement is judgement else last


def _last_release(metric: Metric, last: int | None, store: EntryStore) -> ReleasedScore | None:
    """Return the last released score by this metric, or None."""
    entry = None if last is None else store.by_ids([last]).get(last)
    score = None if entry is None else entry.score("public", metric.name)
    if entry is None or entry.id is None or score is None:
        return None
    query_ids = np.array(store.query_ids(entry.id), object)
    return ReleasedScore(score, from_arrays(metric, query_ids, store.per_query(entry.id), "public"))
