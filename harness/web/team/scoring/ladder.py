"""What a team is told of its public score where its competition keeps the Ladder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.scoring.stored_evaluation import rebuilt
from harness.web.team.scoring.score_file import Scored
from leaderboard.entry import Entry
from leaderboard.overfitting.ladder import LadderMechanism, Release
from leaderboard.storage.store import EntryStore
from metrics import Metric, NoPositives, metrics_of


def laddered(new: Scored, last: int | None, store: EntryStore) -> tuple[Entry, int | None]:
    """Return the entry with the public score that is told, and the earlier entry it is the score of, None for its own.

    `last` is the entry whose public score was told before. All other public scores are left out, as they would tell
    what the Ladder does not; the private part is as it is. Where no public query counts nothing is changed.
    """
    metric = metrics_of(new.evaluation.task)[0]
    judgement = rebuilt(metric, new.evaluation.query_ids, new.per_query, "public")
    try:
        told = LadderMechanism().released(metric, judgement, _release(metric, last, store))
    except NoPositives:
        return new.entry, None
    scores = {**new.entry.scores, "public": {metric.name: told.score}}
    intervals = {part: bounds for part, bounds in new.entry.intervals.items() if part == "private"}
    entry = replace(new.entry, scores=scores, intervals=intervals)
    return entry, None if told.judgement is judgement else last


def _release(metric: Metric, last: int | None, store: EntryStore) -> Release | None:
    """Return what was told before; None where that was not by this metric."""
    entry = None if last is None else store.numbered([last]).get(last)
    score = None if entry is None else entry.score("public", metric.name)
    if entry is None or entry.id is None or score is None:
        return None
    query_ids = np.array(store.query_ids(entry.id), object)
    return Release(score, rebuilt(metric, query_ids, store.per_query(entry.id), "public"))
