"""The compiled part of selective matching: what the postings of a query's words give to their images, and the best."""

from typing import Any, NamedTuple

import numpy as np

from harness import helper, kernel
from solutions.kernels.bits import popcount
from solutions.kernels.inner_product import inner_product


class QueryWords(NamedTuple):
    """The words and codes of query q are those from `starts[q]` to `starts[q + 1]`."""

    starts: Any  # (n_queries + 1,) int64
    words: Any
    codes: Any


class Postings(NamedTuple):
    """Image and code of those that have word w, from `starts[w]` to `starts[w + 1]`."""

    starts: Any  # (n_words + 1,) int64
    images: Any
    codes: Any


class WordWeights(NamedTuple):
    """What a word counts `(n_words,)`, and the sum of that over the words of each image `(n_images,)`, float64."""

    words: Any
    images: Any


@kernel
def sum_weights(postings: Postings, words: Any, images: Any) -> None:
    """Add to each image the weights of its words."""
    for word in range(len(words)):
        for place in range(postings.starts[word], postings.starts[word + 1]):
            images[postings.images[place]] += words[word]


@kernel
def match_signs(
    queries: QueryWords, postings: Postings, weights: WordWeights, gains: Any, best: Any, best_of: Any
) -> None:
    """Write the images whose codes agree most, and how much: `best` and `best_of` are (n_queries, k).

    `gains` tells what a code gives that differs in so many bits. All of `best` has to be -1 before.
    """
    sums, met = np.zeros(len(weights.images)), np.empty(len(weights.images) + 1, np.int32)
    for query in range(len(best)):
        n_met, own = 0, 0.0
        for row in range(queries.starts[query], queries.starts[query + 1]):
            word = queries.words[row]
            own += weights.words[word]
            for place in range(postings.starts[word], postings.starts[word + 1]):
                differing = np.uint64(0)
                for part in range(queries.codes.shape[1]):
                    differing += popcount(queries.codes[row, part] ^ postings.codes[place, part])
                n_met = _give(gains[differing] * weights.words[word], postings.images[place], sums, met, n_met)
        _take(sums, met[:n_met], own, weights.images, best[query], best_of[query])


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
    """As `match_signs`, by inner products from a threshold on, to the power alpha."""
    sums, met = np.zeros(len(weights.images)), np.empty(len(weights.images) + 1, np.int32)
    d = queries.codes.shape[1]
    for query in range(len(best)):
        n_met, own = 0, 0.0
        for row in range(queries.starts[query], queries.starts[query + 1]):
            word = queries.words[row]
            own += weights.words[word]
            for place in range(postings.starts[word], postings.starts[word + 1]):
                similarity = inner_product(queries.codes, row, postings.codes, place, d)
                if similarity >= threshold:
                    gain = similarity**alpha * weights.words[word]
                    n_met = _give(gain, postings.images[place], sums, met, n_met)
        _take(sums, met[:n_met], own, weights.images, best[query], best_of[query])


@helper
def _give(gain: float, image: int, sums: Any, met: Any, n_met: int) -> int:
    """Add to the sum of an image, which is met as soon as it has any; without a branch, for half of the gains are 0."""
    met[n_met] = image
    n_met += int(gain > 0) & int(sums[image] == 0)
    sums[image] += gain
    return n_met


@helper
def _take(sums: Any, met: Any, own: float, weights: Any, best: Any, best_of: Any) -> None:
    """Keep the best of the images met, and empty their sums."""
    n_best = 0
    for image in met:
        similarity = np.float32(sums[image] / np.sqrt(own * weights[image]))
        sums[image] = 0
        n_best = _offer(image, similarity, best, best_of, n_best)


@helper
def _offer(image: int, similarity: Any, best: Any, best_of: Any, n_best: int) -> int:
    """Put an image to its place among the best, which are no more than there is room for."""
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
