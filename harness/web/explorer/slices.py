"""Scores on parts of the queries that have something in common, as far as the data tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.data.competition import Competition
from harness.data.images.exif import exif_segment, orientation
from harness.data.tables.id_index import places
from harness.scoring.stored_evaluation import Values, rebuilt
from harness.web.entry.page import Slice
from harness.web.explorer.query_truth import Truth
from metrics import Metric, NoPositives, QueryValues

RANGES = ((1, 1), (2, 5), (6, 10), (11, 20), (21, 100), (101, None))
MOST_PHOTOGRAPHS = 5000  # looked into for how they were held
_HEAD = 1 << 16  # bytes, in which a photograph tells that

Groups = dict[str, list[tuple[str, np.ndarray]]]  # what is told -> its values, each with a mask (n_queries,)


def groups_of(competition: Competition, truth: Truth, landmarks: Truth | None) -> Groups:
    """Return the slices of a truth's queries; `landmarks` is the truth that tells what landmarks they show."""
    found = {
        "part": [(str(part).lower(), truth.usage == part) for part in ("Public", "Private")],
        "relevant images" if truth.task == "retrieval" else "landmarks shown": _ranged(truth.n_relevant),
        "train images of the landmark": _sizes(competition, truth, landmarks),
        "how the photograph was held": _held(competition, truth),
    }
    kept = {name: [(what, mask) for what, mask in masks if mask.any()] for name, masks in found.items()}
    return {name: masks for name, masks in kept.items() if len(masks) > 1}


def sliced(
    groups: Groups, metric: Metric, query_ids: np.ndarray, values: Values, other: Values | None
) -> Mapping[str, Sequence[Slice]]:
    """Return the scores of an entry, and of another one, on each slice."""
    judged = [None if of is None else rebuilt(metric, query_ids, of) for of in (values, other)]

    def score(place: int, mask: np.ndarray) -> float | None:
        judgement = judged[place]
        try:
            if isinstance(judgement, QueryValues):
                return metric.score_of(judgement.values[mask])
            return None if judgement is None else metric.score(judgement.select(mask))
        except NoPositives:
            return None

    return {
        name: [Slice(what, int(mask.sum()), score(0, mask), score(1, mask)) for what, mask in masks]
        for name, masks in groups.items()
    }


def _ranged(counts: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Return a slice for each range of counts, and one for none."""
    found = [("none", counts == 0)]
    for low, high in RANGES:
        name = f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"
        found.append((name, (counts >= low) & (counts <= (high or np.inf))))
    return found


def _sizes(competition: Competition, truth: Truth, landmarks: Truth | None) -> list[tuple[str, np.ndarray]]:
    """Return slices by the train images of the largest landmark that a query shows; nothing where nobody tells it."""
    if landmarks is None or not len(competition.labels):
        return []
    known, counts = np.unique(competition.labels, return_counts=True)
    shown, offsets = landmarks.ground_truth.relevant, landmarks.ground_truth.offsets
    at = np.minimum(np.searchsorted(known, shown), len(known) - 1)
    of_each = np.where(known[at] == shown, counts[at], 0)
    sizes = np.zeros(len(offsets) - 1, np.int64)
    np.maximum.at(sizes, np.repeat(np.arange(len(sizes)), np.diff(offsets)), of_each)
    place = places(truth.query_ids, landmarks.ground_truth.query_ids)
    return _ranged(np.where(place < 0, 0, sizes[place]))


def _held(competition: Competition, truth: Truth) -> list[tuple[str, np.ndarray]]:
    """Return upright and turned photographs, where EXIF data tell of any that were turned."""
    if len(truth.query_ids) > MOST_PHOTOGRAPHS:
        return []
    turned = np.zeros(len(competition.queries), bool)
    for row, path in enumerate(competition.queries.paths):
        if path is not None and path.is_file():
            with path.open("rb") as file:
                head = file.read(_HEAD)
            turned[row] = orientation(head[exif_segment(head)]) not in (0, 1)
    place = places(truth.query_ids, competition.queries.ids)
    found = np.where(place < 0, np.False_, turned[place] if len(turned) else np.False_)
    return [("upright", ~found), ("turned", found)] if found.any() else []
