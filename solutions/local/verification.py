"""Spatial verification: re-ranking of the results of a query by the number of geometric inliers.

Source: Philbin et al., Object retrieval with large vocabularies and fast spatial matching, 2007. `DELF_VERIFICATION`
follows the evaluation of Detect-to-retrieve (Teichmann et al., 2019), with additional tests of plausible maps.
"""

from dataclasses import dataclass, field

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from harness import cores, track
from solutions.local.extractor import LocalFeatures
from solutions.local.geometry import Geometry
from solutions.local.matching import Matching
from solutions.neighbours.neighbours import Neighbours
from solutions.reranking.neighbour_lists import fit_to_length


@dataclass(frozen=True, eq=False)
class Matches:
    """Matched points of two images, x and y in pixels of their frames `(matches, 2)`, and which are inliers.

    Of several matches of the same two points, as SIFT with several angles gives, the first counts.
    """

    points: np.ndarray
    others: np.ndarray
    inliers: np.ndarray


@dataclass(frozen=True)
class Verification:
    """Comparison of two images by geometric inliers among the matches of their `most` strongest descriptors.

    Few inliers are often accidental: counted from 4 on they rank wrong images first. The defaults, and those for cells
    of feature maps in `CELL_VERIFICATION`, were chosen by mAP@100 of train images of monuments, each a query among the
    other 662, the first 100 by GeM of lite0 at 224 pixels re-ranked by inliers: of 150 queries by RootSIFT, .550
    before, and of 100 queries by 500 cells, .559 before:

    | matches | counted from 4 inliers on | at best |
    |---|---|---|
    | RootSIFT, mutual | .350 | .557, from 12 on |
    | RootSIFT, mutual, ratio 0.9 | .374 | .560, from 8 on |
    | RootSIFT, ratio 0.8 | .523 | .558, from 6 on |
    | RootSIFT, nearer than 0.9, as the reference | .454 | .539, from 15 on |
    | cells, mutual, ratio 0.95, 20 pixels | .519 | .600, from 12 on |
    """

    matching: Matching = field(default_factory=lambda: Matching(ratio=0.9))
    geometry: Geometry = field(default_factory=lambda: Geometry(fewest=8))
    most: int = 500

    def matches(self, queries: LocalFeatures, query: int, index: LocalFeatures, image: int) -> Matches:
        """Return the matches of one query and one image of the index."""
        return self._matches(*queries.strongest(query, self.most), *index.strongest(image, self.most))

    def count_inliers(self, queries: LocalFeatures, index: LocalFeatures, candidates: np.ndarray) -> np.ndarray:
        """Return the number of inliers of each query with its candidates, both `(n_queries, any)`; -1 for none.

        Queries are divided among threads; the result is the same for any number of cores.
        """
        if len(candidates) != len(queries):
            raise ValueError(f"there are {len(queries)} queries, but candidates for {len(candidates)}")
        counts = np.full(candidates.shape, -1, np.int32)
        with threadpool_limits(limits=1):
            work = Parallel(n_jobs=min(cores(), len(queries) or 1), prefer="threads", return_as="generator")(
                delayed(self._counts)(queries, query, index, row) for query, row in enumerate(candidates)
            )
            for query, row in enumerate(track(work, "verifying by geometry", len(queries))):
                counts[query] = row
        return counts

    def _counts(self, queries: LocalFeatures, query: int, index: LocalFeatures, candidates: np.ndarray) -> list[int]:
        here = queries.strongest(query, self.most)
        return [
            -1 if image < 0 else int(self._matches(*here, *index.strongest(image, self.most)).inliers.sum())
            for image in candidates.tolist()
        ]

    def _matches(self, vectors: np.ndarray, points: np.ndarray, theirs: np.ndarray, others: np.ndarray) -> Matches:
        rows, columns = self.matching(vectors, theirs).T
        matched = np.hstack([points[rows], others[columns]])
        matched = matched[np.sort(np.unique(matched, axis=0, return_index=True)[1])]
        return Matches(matched[:, :2], matched[:, 2:], self.geometry.inliers(matched[:, :2], matched[:, 2:]))


def rerank_by_inliers(results: Neighbours, n_inliers: np.ndarray) -> Neighbours:
    """Return results with the first ones in order of descending inliers `(n_queries, first)`, the rest unchanged.

    Ties keep their order; similarities become their running minimum.

    >>> results = Neighbours(np.array([[4, 5, 6]]), np.array([[0.9, 0.8, 0.7]]))
    >>> rerank_by_inliers(results, np.array([[0, 7]])).positions.tolist()
    [[5, 4, 6]]
    """
    k = results.positions.shape[1]
    order = np.tile(np.arange(k), (len(n_inliers), 1))
    order[:, : n_inliers.shape[1]] = np.argsort(-n_inliers, axis=1, kind="stable")
    positions = np.take_along_axis(results.positions, order, axis=1)
    return fit_to_length(positions, np.take_along_axis(results.similarities, order, axis=1), k)


SIFT_VERIFICATION = Verification()
CELL_VERIFICATION = Verification(Matching(ratio=0.95), Geometry(threshold=20, fewest=12))
DELF_VERIFICATION = Verification(Matching(mutual=False, max_distance=0.9), Geometry(), most=1000)
