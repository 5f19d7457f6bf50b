"""ASMK* over 100 000 images of 300 descriptors and 65 536 words: this against the authors' package, on one core.

Finding the five nearest words of 300 descriptors is one product of matrices, 5 GFLOP where they have 128 numbers; bytes
tell which few of them have to be exact. Descriptors and words are drawn from a Gaussian, the worst for that: none is
much nearer than the others. So what is asked of the matching is asked of both together, too.
"""

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from statistics import median

import faiss
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.process import measured
from benchmarks.table import show
from harness.cpu_budget import limit_cores
from solutions.local.aggregation import Aggregates, aggregate
from solutions.local.asmk import Asmk, AsmkMatcher
from solutions.local.codebook import Codebook
from solutions.local.inverted_file import InvertedFile

N_IMAGES, N_DESCRIPTORS, N_WORDS, K = 100_000, 300, 65_536, 100
N_QUERIES = 5
TOGETHER = 1000  # images in a chunk
ZIPF = 0.5  # the word of rank r is met as often as r**-0.5, so that a query meets three times as many as by chance
MOST_MS, MOST_MB = 50, 3000
ASMK = Asmk()
MEMORY = "from benchmarks.bench_asmk import built, searched; searched(built({d}), {d})"
Row = tuple[str, str, str, bool]


def rows() -> Iterator[Row]:
    """Give time of assignment and matching, memory of building and searching, for descriptors of 128 and 40 numbers."""
    with limit_cores(1), threadpool_limits(1):
        faiss.omp_set_num_threads(1)
        for d in (128, 40):
            yield memory(d)
            yield from speed(d, built(d))


def memory(d: int) -> Row:
    """Give the peak of a process that builds the inverted file and searches it, its mapped pages counted."""
    peak = measured([sys.executable, "-c", MEMORY.format(d=d)]).peak_mb
    return f"{d}-d: building and searching", f"{peak:,.0f} MB", f"≤ {MOST_MB:,} MB", peak <= MOST_MB


def speed(d: int, file: InvertedFile) -> Iterator[Row]:
    """Compare matching alone, and with the assignment of the query's descriptors to words."""
    package, matcher, asked = Package(file, d), AsmkMatcher(file, ASMK, d), queries(d)
    codebook, vectors = (
        Codebook(draw(1).standard_normal((N_WORDS, d), np.float32)),
        draw(2).standard_normal((N_DESCRIPTORS, d), np.float32),
    )
    flat = faiss.IndexFlatL2(d)
    flat.add(codebook.centroids)
    assign = lambda: aggregate(vectors, np.zeros(N_DESCRIPTORS, int), codebook, binary=True, assignments=5)
    assign(), matcher.nearest(asked[0], range(1), K)  # compiled
    assert_alike(matcher, package, asked)
    matching = interleaved(
        lambda: [matcher.nearest(each, range(1), K) for each in asked], lambda: [package.search(each) for each in asked]
    )
    assigning = interleaved(assign, lambda: flat.search(vectors, 5))
    own, theirs = (1000 * each / N_QUERIES for each in matching)
    yield f"{d}-d: matching a query", told(own, theirs), f"≤ {MOST_MS} ms, ≥ 1 ×", own <= MOST_MS and own <= theirs
    own, theirs = (1000 * (one / N_QUERIES + other) for one, other in zip(matching, assigning, strict=True))
    yield f"{d}-d: words and matching", told(own, theirs), f"≤ {MOST_MS} ms, ≥ 1 ×", own <= MOST_MS and own <= theirs


def told(own: float, theirs: float) -> str:
    return f"{own:.1f} ms, {theirs / own:.1f} × the speed of the package"


def interleaved(own: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """CPU seconds of either, the median of five turns."""
    taken = [[seconds(way) for way in (own, theirs)] for _ in range(5)]
    return median(one for one, _ in taken), median(other for _, other in taken)


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def built(d: int) -> InvertedFile:
    return InvertedFile.from_chunks(
        (made(range(start, start + TOGETHER), N_DESCRIPTORS, d) for start in range(0, N_IMAGES, TOGETHER)),
        N_WORDS,
        N_IMAGES,
    )


def searched(file: InvertedFile, d: int) -> None:
    for query in queries(d):
        AsmkMatcher(file, ASMK, d).nearest(query, range(1), K)


def queries(d: int) -> list[Aggregates]:
    """Queries with five words to a descriptor."""
    drawn = [made(range(N_IMAGES + each, N_IMAGES + each + 1), 5 * N_DESCRIPTORS, d) for each in range(N_QUERIES)]
    return [Aggregates(np.zeros_like(each.images), each.words, each.codes) for each in drawn]


def made(images: range, n_words: int, d: int) -> Aggregates:
    """Images with so many words each, less those that fall together, and codes by chance."""
    random = draw(images.start)
    often = np.cumsum(np.arange(1, N_WORDS + 1) ** -ZIPF)
    words = np.searchsorted(often, often[-1] * random.random(len(images) * n_words, np.float32)).clip(0, N_WORDS - 1)
    owners = np.repeat(np.arange(images.start, images.stop), n_words)
    owners, words = np.divmod(np.unique(np.sort(owners * N_WORDS + words)), N_WORDS)
    bits = np.uint64(2**64 - 1) >> np.uint64(-d % 64)
    codes = random.integers(0, 2**64, (len(words), -(-d // 64)), np.uint64)
    codes[:, -1] &= bits
    return Aggregates(owners.astype(np.int32), words.astype(np.int32), codes)


def draw(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


class Package:
    """The package's own search over the same postings."""

    def __init__(self, file: InvertedFile, d: int) -> None:
        inverted, kernels = (importlib.import_module(f"asmk.{name}") for name in ("inverted_file", "kernel"))
        codes = file.codes.view(np.uint32)
        spans = [slice(*file.starts[word : word + 2]) for word in range(N_WORDS)]
        norms = np.bincount(file.images, minlength=N_IMAGES).astype(float)
        state = (norms, N_IMAGES, [codes[each] for each in spans], [file.images[each] for each in spans])
        self.file = inverted.IVF(*state, file.counts, np.ones(N_WORDS, np.float32), 0, use_idf=False)
        self.kernel = kernels.ASMKKernel(None, binary=True)

    def search(self, query: Aggregates) -> tuple[np.ndarray, np.ndarray]:
        """The best images and their similarities, where 40 numbers count as 64."""
        similarity = lambda *of: self.kernel.similarity(*of, alpha=ASMK.alpha, similarity_threshold=ASMK.threshold)
        return self.file.search(query.codes.view(np.uint32), query.words, similarity_func=similarity, topk=K)


def assert_alike(matcher: AsmkMatcher, package: Package, asked: list[Aggregates]) -> None:
    """Both find the same, if the package's padding is counted."""
    padded = AsmkMatcher(matcher.file, ASMK, 64 * matcher.file.codes.shape[1])
    for query in asked:
        np.testing.assert_allclose(
            padded.nearest(query, range(1), K).similarities[0], package.search(query)[1], rtol=1e-4
        )


if __name__ == "__main__":
    show(sys.modules[__name__])
