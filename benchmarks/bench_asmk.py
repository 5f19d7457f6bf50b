"""ASMK* over 100 000 images of 300 descriptors, 65 536 visual words: compared with the authors' package, on one core.

The search for the five nearest words of 300 descriptors is a matrix product of 5 GFLOP for 128 dimensions. Products of
bytes select the few words whose exact product is needed. Descriptors and words are Gaussian, the worst case for this
selection, as no word is much nearer than the others. The figures are required for matching alone and with assignment.
"""

import importlib
import sys
from collections.abc import Callable, Iterator
from statistics import median

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.process import cpu_seconds, measure
from benchmarks.table import Row, show
from harness.cpu_budget import limit_cores
from solutions.local.aggregation import Aggregates, aggregate
from solutions.local.asmk import Asmk, AsmkMatcher
from solutions.local.codebook import Codebook
from solutions.local.inverted_file import InvertedFile

N_IMAGES, N_DESCRIPTORS, N_WORDS, K = 100_000, 300, 65_536, 100
N_QUERIES = 5
CHUNK = 1000  # images
ZIPF = 0.5  # the frequency of the word of rank r is proportional to r**-0.5: three times the matches of uniform words
MOST_MS, MOST_MB = 50, 3000
ASMK = Asmk()
MEMORY = "from benchmarks.bench_asmk import build_file, search_all; search_all(build_file({d}), {d})"


def rows() -> Iterator[Row]:
    """Yield the time of assignment and matching, and the memory of building and search, for 128 and 40 dimensions."""
    with limit_cores(1), threadpool_limits(1):
        faiss.omp_set_num_threads(1)
        for d in (128, 40):
            yield memory(d)
            yield from speed(d, build_file(d))


def memory(d: int) -> Row:
    """Return the peak memory, with mapped pages, of a process that builds and searches the inverted file."""
    peak = measure([sys.executable, "-c", MEMORY.format(d=d)]).peak_mb
    return f"{d}-d: building and searching", f"{peak:,.0f} MB", f"≤ {MOST_MB:,} MB", peak <= MOST_MB


def speed(d: int, file: InvertedFile) -> Iterator[Row]:
    """Compare matching alone, and together with the assignment of the query's descriptors to words."""
    package, matcher, query_list = Package(file, d), AsmkMatcher(file, ASMK, d), queries(d)
    codebook, vectors = (
        Codebook(generator(1).standard_normal((N_WORDS, d), np.float32)),
        generator(2).standard_normal((N_DESCRIPTORS, d), np.float32),
    )
    flat = faiss.IndexFlatL2(d)
    flat.add(codebook.centroids)
    assign = lambda: aggregate(vectors, np.zeros(N_DESCRIPTORS, int), codebook, binary=True, assignments=5)
    assign(), matcher.nearest(query_list[0], range(1), K)  # compiles
    assert_equal_results(matcher, package, query_list)
    matching = interleaved_seconds(
        lambda: [matcher.nearest(query, range(1), K) for query in query_list],
        lambda: [package.search(query) for query in query_list],
    )
    assigning = interleaved_seconds(assign, lambda: flat.search(vectors, 5))
    own, other = (1000 * seconds / N_QUERIES for seconds in matching)
    yield f"{d}-d: matching a query", comparison(own, other), f"≤ {MOST_MS} ms, ≥ 1 ×", own <= MOST_MS and own <= other
    own, other = (
        1000 * (match_s / N_QUERIES + assign_s) for match_s, assign_s in zip(matching, assigning, strict=True)
    )
    yield (
        f"{d}-d: words and matching",
        comparison(own, other),
        f"≤ {MOST_MS} ms, ≥ 1 ×",
        own <= MOST_MS and own <= other,
    )


def comparison(own: float, other: float) -> str:
    return f"{own:.1f} ms, {other / own:.1f} × the speed of the package"


def interleaved_seconds(own: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the median CPU seconds of five calls of each function, called in turn."""
    seconds = [[cpu_seconds(work) for work in (own, other)] for _ in range(5)]
    return median(pair[0] for pair in seconds), median(pair[1] for pair in seconds)


def build_file(d: int) -> InvertedFile:
    return InvertedFile.from_chunks(
        (random_aggregates(range(start, start + CHUNK), N_DESCRIPTORS, d) for start in range(0, N_IMAGES, CHUNK)),
        N_WORDS,
        N_IMAGES,
    )


def search_all(file: InvertedFile, d: int) -> None:
    for query in queries(d):
        AsmkMatcher(file, ASMK, d).nearest(query, range(1), K)


def queries(d: int) -> list[Aggregates]:
    """Return queries whose descriptors have five words each."""
    images = (range(N_IMAGES + number, N_IMAGES + number + 1) for number in range(N_QUERIES))
    aggregates = [random_aggregates(image, 5 * N_DESCRIPTORS, d) for image in images]
    return [Aggregates(np.zeros_like(query.images), query.words, query.codes) for query in aggregates]


def random_aggregates(images: range, n_words: int, d: int) -> Aggregates:
    """Return random words and codes of images: `n_words` words each, of which repeated ones are dropped."""
    random = generator(images.start)
    frequencies = np.cumsum(np.arange(1, N_WORDS + 1) ** -ZIPF)
    words = np.searchsorted(frequencies, frequencies[-1] * random.random(len(images) * n_words, np.float32)).clip(
        0, N_WORDS - 1
    )
    owners = np.repeat(np.arange(images.start, images.stop), n_words)
    owners, words = np.divmod(np.unique(np.sort(owners * N_WORDS + words)), N_WORDS)
    bits = np.uint64(2**64 - 1) >> np.uint64(-d % 64)
    codes = random.integers(0, 2**64, (len(words), -(-d // 64)), np.uint64)
    codes[:, -1] &= bits
    return Aggregates(owners.astype(np.int32), words.astype(np.int32), codes)


def generator(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


class Package:
    """The search of the authors' package over the same postings."""

    def __init__(self, file: InvertedFile, d: int) -> None:
        inverted, kernels = (importlib.import_module(f"asmk.{name}") for name in ("inverted_file", "kernel"))
        codes = file.codes.view(np.uint32)
        spans = [slice(*file.starts[word : word + 2]) for word in range(N_WORDS)]
        norms = np.bincount(file.images, minlength=N_IMAGES).astype(float)
        state = (norms, N_IMAGES, [codes[span] for span in spans], [file.images[span] for span in spans])
        self.file = inverted.IVF(*state, file.counts, np.ones(N_WORDS, np.float32), 0, use_idf=False)
        self.kernel = kernels.ASMKKernel(None, binary=True)

    def search(self, query: Aggregates) -> tuple[np.ndarray, np.ndarray]:
        """Return the best images and their similarities; the package pads 40 bits to 64 and counts the padding."""
        similarity = lambda *of: self.kernel.similarity(*of, alpha=ASMK.alpha, similarity_threshold=ASMK.threshold)
        return self.file.search(query.codes.view(np.uint32), query.words, similarity_func=similarity, topk=K)


def assert_equal_results(matcher: AsmkMatcher, package: Package, query_list: list[Aggregates]) -> None:
    """Check that both give the same similarities if our matcher counts the padding bits as well."""
    padded = AsmkMatcher(matcher.file, ASMK, 64 * matcher.file.codes.shape[1])
    for query in query_list:
        np.testing.assert_allclose(
            padded.nearest(query, range(1), K).similarities[0], package.search(query)[1], rtol=1e-4
        )


if __name__ == "__main__":
    show(sys.modules[__name__])
