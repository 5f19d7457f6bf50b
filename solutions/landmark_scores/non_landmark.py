"""What shows no landmark: a pool of such images, how near to it an image lies, and landmarks that are named too often.

Nobody says which images show none. Index images that train images do not explain serve as the pool, whatever else they
show; where there is no such image, nothing is held against anybody.
"""

from __future__ import annotations

import numpy as np

from harness import Labelling
from solutions.landmark_scores.class_scores import Classes, ClassScores, normalised_sum, summed
from solutions.neighbours.exact import nearest, neighbour_graph
from solutions.neighbours.neighbours import Neighbours

NEAREST = 5
_LEAST = 0.1  # share of the train images that are explained worse by the others


def unexplained(rows: np.ndarray, train: np.ndarray, classes: Classes) -> np.ndarray:
    """Return which of `rows` `(n, d)`, of images of anything, train images of landmarks do not explain `(n,)`.

    They are explained by the normalised sum of their best landmark, and the measure is how well train images `(m, d)`
    are explained by the other ones: below all but a tenth of those nothing is explained. All are of length one; rows
    with NaN are no part of it.
    """
    own = normalised_sum(neighbour_graph(train, NEAREST), classes).best[1]
    found = normalised_sum(nearest(rows, train, NEAREST), classes).best[1]
    if np.isnan(own).all():
        return np.zeros(len(rows), bool)
    return np.asarray(found < np.nanquantile(own, _LEAST))


def likeness(rows: np.ndarray, pool: np.ndarray, k: int) -> np.ndarray:
    """Return the mean similarity of each row `(n,)` to its k nearest of a pool `(p, d)`, all where it has fewer.

    Without a pool it is 0; rows that cannot be compared have NaN.

    >>> likeness(np.array([[1.0, 0.0]]), np.array([[0.8, 0.6], [0.6, 0.8], [0.0, 1.0]]), 2).round(4).tolist()
    [0.7]
    """
    if not len(pool):
        return np.where(np.isnan(rows).any(axis=1), np.nan, 0.0)
    near = nearest(rows, pool, min(k, len(pool))).similarities.astype(np.float64)
    return np.asarray(np.where(np.isfinite(near), near, np.nan).mean(axis=1))


def against_pool(
    found: Neighbours, classes: Classes, of_train: np.ndarray, of_queries: np.ndarray, top: int = 3
) -> ClassScores:
    """Return the class scores of queries less how near train images and queries lie to what is no landmark.

    Each neighbour gives its similarity, from 0 to 1, less the likeness `of_train` `(n_train,)` of that image to the
    pool; the three that give most count, summed by landmark; the query's own likeness `(n_queries,)` is taken off.

    Source: Henkel, Singer, first place of the recognition challenge of 2020, with the 5 nearest of the pool for train
    images and the 10 nearest for queries.

    >>> found = Neighbours(np.array([[0, 1, 2]]), np.array([[0.9, 0.8, 0.75]]))
    >>> classes = Classes.of_labels(np.array([4, 7, 7]))
    >>> against_pool(found, classes, np.array([0.6, 0.3, 0.2]), np.array([0.1])).confidences[0, :2].round(4).tolist()
    [0.95, 0.2]
    """
    there = found.positions >= 0
    gives = np.where(there, np.clip(found.similarities, 0, 1) - of_train[found.positions], -np.inf)
    order = np.argsort(-gives, axis=1, kind="stable")[:, :top]
    positions, gives = (np.take_along_axis(each, order, axis=1) for each in (found.positions, gives))
    scores = summed(Neighbours(positions, gives), classes, gives)
    return ClassScores(scores.landmarks, scores.classes, scores.confidences - of_queries[:, None])


def frequent_last(labelling: Labelling, most: int = 30, counted: Labelling | None = None) -> Labelling:
    """Return a finished labelling in which landmarks that are named more than `most` times come last.

    Their confidence is -count, below all others: what attracts so many images attracts anything. Counted are the
    answers themselves, so this answer to a query depends on its company, and no solution can give it chunk by chunk;
    or those of another labelling, such as one of the index images.

    Source: smlyaka, third place of the recognition challenge of 2019, with 30; the second place of 2020 took 20 and
    gave no answer.
    """
    counted = counted or labelling
    named, counts = np.unique(counted.landmarks[counted.answered], return_counts=True)
    frequent = dict(zip(named[counts > most].tolist(), counts[counts > most].tolist(), strict=True))
    often = np.array([frequent.get(each, 0) for each in labelling.landmarks.tolist()])
    late = labelling.answered & (often > 0)
    return Labelling.of(labelling.landmarks, np.where(late, -often, labelling.confidences), labelling.query_ids)
