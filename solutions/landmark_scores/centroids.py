"""The mean descriptor of each landmark.

Source: the write-up of the tenth place of the recognition challenge of 2018, with 100 images of each landmark.
"""

import numpy as np

from solutions.descriptors.normalisation import l2_normalise
from solutions.landmark_scores.class_scores import LandmarkClasses
from solutions.training.sampling import stratified_sample

IMAGES_PER_CENTROID = 100


def landmark_centroids(rows: np.ndarray, classes: LandmarkClasses, keys: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the L2-normalised mean of at most 100 images of each landmark `(k, d)`, sampled by `keys` `(n,)` and seed.

    `rows` `(n, d)` are L2-normalised; those with NaN do not count. A landmark without readable images has a NaN row.

    >>> rows, classes = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), LandmarkClasses.from_labels(np.array([5, 5, 7]))
    >>> landmark_centroids(rows, classes, np.array(list("abc"))).round(3).tolist()
    [[0.707, 0.707], [0.0, 1.0]]
    """
    readable = np.flatnonzero(~np.isnan(rows).any(axis=1))
    class_of_image = classes.class_of_image
    sample = readable[stratified_sample(keys[readable], class_of_image[readable], IMAGES_PER_CENTROID, seed)]
    sums, counts = np.zeros((len(classes.landmarks), rows.shape[1])), np.zeros(len(classes.landmarks))
    np.add.at(sums, class_of_image[sample], rows[sample])
    np.add.at(counts, class_of_image[sample], 1)
    return l2_normalise(np.where(counts[:, None] > 0, sums, np.nan))
