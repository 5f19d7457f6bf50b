"""Scores on subsets of the queries (slices): by part, relevant images, landmark size and photo orientation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.competition import Competition
from harness.data.images.exif import find_exif_segment, read_orientation
from harness.data.tables.id_index import find_positions
from harness.scoring.stored_evaluation import QueryArrays, from_arrays
from harness.web.data.query_truth import QueryTruth
from metrics import Metric, NoPositives, QueryValues

RANGES = ((1, 1), (2, 5), (6, 10), (11, 20), (21, 100), (101, None))
MAX_PHOTOS = 5000  # of which the EXIF data are read
_HEADER = 1 << 16  # bytes that hold the EXIF data

Masks = list[tuple[str, np.ndarray]]  # slice name, mask (n_queries,)
Groups = dict[str, Masks]  # by the property that defines the slices


@dataclass(frozen=True)
class ScoreSlice:
    """A subset of the queries: its name, its size, and the score on it; None if no query of it has a score."""

    name: str
    queries: int
    score: float | None


def query_groups(competition: Competition, truth: QueryTruth, landmarks: QueryTruth | None) -> Groups:
    """Return the slices of the queries; `landmarks` is the recognition truth, which gives the queries' landmarks."""
    groups = {
        "part": [(str(part).lower(), truth.usage == part) for part in ("Public", "Private")],
        "relevant images" if truth.task == "retrieval" else "landmarks shown": _by_range(truth.n_relevant),
        "train images of the landmark": _by_landmark_size(competition, truth, landmarks),
        "photo orientation": _by_orientation(competition, truth),
    }
    used = {group: [(name, mask) for name, mask in masks if mask.any()] for group, masks in groups.items()}
    return {group: masks for group, masks in used.items() if len(masks) > 1}


def slice_scores(
    groups: Groups, metric: Metric, query_ids: np.ndarray, values: QueryArrays
) -> Mapping[str, Sequence[ScoreSlice]]:
    """Return the scores of an entry on each slice."""
    judgement = from_arrays(metric, query_ids, values)

    def score(mask: np.ndarray) -> float | None:
        try:
            if isinstance(judgement, QueryValues):
                return metric.score_of(judgement.values[mask])
            return metric.score(judgement.select(mask))
        except NoPositives:
            return None

    return {
        group: [ScoreSlice(name, int(mask.sum()), score(mask)) for name, mask in masks]
        for group, masks in groups.items()
    }


def _by_range(counts: np.ndarray) -> Masks:
    """Return a slice for each range of counts, and one for zero."""
    masks = [("none", counts == 0)]
    for low, high in RANGES:
        name = f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"
        masks.append((name, (counts >= low) & (counts <= (high or np.inf))))
    return masks


def _by_landmark_size(competition: Competition, truth: QueryTruth, landmarks: QueryTruth | None) -> Masks:
    """Return slices by the train images of the largest landmark that a query shows; none without recognition truth."""
    if landmarks is None or not len(competition.labels):
        return []
    labels, counts = np.unique(competition.labels, return_counts=True)
    relevant, offsets = landmarks.ground_truth.relevant, landmarks.ground_truth.offsets
    label_index = np.minimum(np.searchsorted(labels, relevant), len(labels) - 1)
    n_train = np.where(labels[label_index] == relevant, counts[label_index], 0)
    sizes = np.zeros(len(offsets) - 1, np.int64)
    np.maximum.at(sizes, np.repeat(np.arange(len(sizes)), np.diff(offsets)), n_train)
    position = find_positions(truth.query_ids, landmarks.ground_truth.query_ids)
    return _by_range(np.where(position < 0, 0, sizes[position]))


def _by_orientation(competition: Competition, truth: QueryTruth) -> Masks:
    """Return upright and rotated photos by their EXIF data; no slices if none is rotated."""
    if len(truth.query_ids) > MAX_PHOTOS:
        return []
    rotated = np.zeros(len(competition.queries), bool)
    for row, path in enumerate(competition.queries.paths):
        if path is not None and path.is_file():
            with path.open("rb") as file:
                header = file.read(_HEADER)
            rotated[row] = read_orientation(header[find_exif_segment(header)]) not in (0, 1)
    position = find_positions(truth.query_ids, competition.queries.ids)
    mask = np.where(position < 0, np.False_, rotated[position] if len(rotated) else np.False_)
    return [("upright", ~mask), ("rotated", mask)] if mask.any() else []
