"""The kernels of ASMK: sums over the postings of the words of each query, and the k best images."""

from typing import Any, NamedTuple

import numpy as np

from harness import helper, kernel
from solutions.kernels.bits import popcount
from solutions.kernels.inner_product import inner_product


class QueryWords(NamedTuple):
    """The words and codes of query q are entries `starts[q]` to `starts[q + 1]`."""

    starts: Any  # (n_queries + 1,) int64
    words: Any
    codes: Any


class Postings(NamedTuple):
    """The images with word w, and their codes, are entries `starts[w]` to `starts[w + 1]`."""

    starts: Any  # (n_words + 1,) int64
    images: Any
    codes: Any


class WordWeights(NamedTuple):
    """The weights of words `(n_words,)` and their sums over the words of each image `(n_images,)`, float64."""

    words: Any
    images: Any


@kernel
def sum_weights(postings: Postings, words: Any, images: Any) -> None:
    """Add the weights of its words to each image."""
    for word in range(len(words)):
        for place in range(postings.starts[word], postings.starts[word + 1]):
            images[postings.images[place]] += words[word]


@kernel
def match_signs(
    queries: QueryWords, postings: Postings, weights: WordWeights, gains: Any, best: Any, best_of: Any
) -> None:
    """Write the most similar images by binary codes and their similarities: `best` and `best_of` are (n_queries, k).

    `gains` is the gain of a code by its number of differing bits. `best` must be filled with -1.
    """
    sums, listed = np.zeros(len(weights.images)), np.empty(len(weights.images) + 1, np.int32)
    for query in range(len(best)):
        n_listed, own = 0, 0.0
        for row in range(queries.starts[query], queries.starts[query + 1]):
            word = queries.words[row]
            own += weights.words[word]
            for place in range(postings.starts[word], postings.starts[word + 1]):
                differing = np.uint64(0)
                for part in range(queries.codes.shape[1]):
                    differing += popcount(queries.codes[row, part] ^ postings.codes[place, part])
                n_listed = _add_gain(
                    gains[differing] * weights.words[word], postings.images[place], sums, listed, n_listed
                )
        _select_best(sums, listed[:n_listed], own, weights.images, best[query], best_of[query])


@kernel
def match_vectors(
    queries: QueryWords,
    postings: Postings,
    weights: WordWeights,
    alpha: float,
    threshold: float,
    best: Any,
    best_of: Any,
) -> None:
    """Do the same as `match_signs` by inner products, from a threshold on, to the power alpha."""
    sums, listed = np.zeros(len(weights.images)), np.empty(len(weights.images) + 1, np.int32)
    d = queries.codes.shape[1]
    for query in range(len(best)):
        n_listed, own = 0, 0.0
        for row in range(queries.starts[query], queries.starts[query + 1]):
            word = queries.words[row]
            own += weights.words[word]
            for place in range(postings.starts[word], postings.starts[word + 1]):
                similarity = inner_product(queries.codes, row, postings.codes, place, d)
                if similarity >= threshold:
                    gain = similarity**alpha * weights.words[word]
                    n_listed = _add_gain(gain, postings.images[place], sums, listed, n_listed)
        _select_best(sums, listed[:n_listed], own, weights.images, best[query], best_of[query])


@helper
def _add_gain(gain: float, image: int, sums: Any, listed: Any, n_listed: int) -> int:
    """Add a gain to the sum of an image, and list the image at its first positive gain; branch-free for speed."""
    listed[n_listed] = image
    n_listed += int(gain > 0) & int(sums[image] == 0)
    sums[image] += gain
    return n_listed


@helper
def _select_best(sums: Any, listed: Any, own: float, weights: Any, best: Any, best_of: Any) -> None:
    """Insert the listed images into the best, and reset their sums."""
    n_best = 0
    for image in listed:
        similarity = np.float32(sums[image] / np.sqrt(own * weights[image]))
        sums[image] = 0
        n_best = _insert(image, similarity, best, best_of, n_best)


@helper
def _insert(image: int, similarity: Any, best: Any, best_of: Any, n_best: int) -> int:
    """Insert an image in order into the best; return their new number."""
    place = n_best
    while place > 0 and _precedes(similarity, image, best_of[place - 1], best[place - 1]):
        if place < len(best):
            best[place], best_of[place] = best[place - 1], best_of[place - 1]
        place -= 1
    if place < len(best):
        best[place], best_of[place] = image, similarity
    return min(n_best + 1, len(best))


@helper
def _precedes(similarity: Any, image: int, other_similarity: Any, other: int) -> bool:
    return bool(similarity > other_similarity or (similarity == other_similarity and image < other))
