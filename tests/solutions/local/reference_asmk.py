"""The obvious way: every pair of images, every common word, one after the other."""

import math

import numpy as np

from solutions.neighbours.neighbours import Neighbours


def nearest_words(vector, centroids, k):
    distances = [float(((vector.astype(np.float64) - word) ** 2).sum()) for word in centroids]
    return sorted(range(len(centroids)), key=lambda word: (distances[word], word))[:k]


def codes_of(vectors, centroids, *, binary, assignments=1):
    """The code of each word of an image."""
    sums = {}
    for vector in vectors:
        for word in nearest_words(vector, centroids, assignments):
            sums[word] = sums.get(word, np.zeros(len(vector), np.float32)) + (vector - centroids[word])
    if binary:
        return {word: total > 0 for word, total in sums.items()}
    return {word: total / (np.linalg.norm(total) + np.float32(1e-6)) for word, total in sums.items()}


def reference_results(queries, index, centroids, asmk, k):
    """The neighbours of images, each given as vectors (n, d)."""
    index_codes = [codes_of(image, centroids, binary=asmk.binary) for image in index]
    having = {word: sum(word in image for image in index_codes) for word in range(len(centroids))}
    weight = {word: idf(len(index), count) if asmk.idf else 1.0 for word, count in having.items()}
    positions, similarities = np.full((len(queries), k), -1, np.int32), np.full((len(queries), k), -np.inf, np.float32)
    for row, query in enumerate(queries):
        own = codes_of(query, centroids, binary=asmk.binary, assignments=asmk.assignments)
        results = [(-likeness(own, image, weight, asmk), place) for place, image in enumerate(index_codes)]
        for rank, (negative, place) in enumerate(sorted(each for each in results if each[0] < 0)[:k]):
            positions[row, rank], similarities[row, rank] = place, -negative
    return Neighbours(positions, similarities)


def idf(n_images, count):
    return math.log(n_images / count) ** 2 if count else 1.0


def likeness(query, image, weight, asmk):
    total = sum(
        weight[word] * selected(similarity(query[word], image[word]), asmk) for word in sorted(query) if word in image
    )
    if not total:
        return np.float32(0)
    return np.float32(total / math.sqrt(sum(weight[word] for word in query) * sum(weight[word] for word in image)))


def similarity(one, other):
    if one.dtype == bool:
        return 1 - 2 * int((one != other).sum()) / len(one)
    return math.fsum(float(a) * float(b) for a, b in zip(one, other, strict=True))


def selected(value, asmk):
    return value**asmk.alpha if value >= asmk.threshold else 0.0
