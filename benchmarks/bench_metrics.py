"""mAP@100 of 118 k lists of 100 images, given as numbers, against ranx and pytrec_eval; CPU seconds of one core."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytrec_eval
from ranx import Qrels, Run, evaluate

from metrics import judge_retrieval_codes, metric

N_QUERIES, N_INDEX, N_RELEVANT, LENGTH = 118_000, 1_000_000, 20, 100
SHARE = 10  # the others get every tenth query: what they take grows with the queries, and their input takes minutes


def rows() -> Iterator[tuple[str, str, str, bool]]:
    """Give our time and how many times longer the others take."""
    draw = np.random.default_rng(0)
    relevant = np.sort(draw.integers(0, N_INDEX, (N_QUERIES, N_RELEVANT)), axis=1).astype(np.int32)
    ranked = draw.integers(0, N_INDEX, (N_QUERIES, LENGTH)).astype(np.int32)
    ranked[:, ::5] = relevant
    ids = [f"{query:016x}" for query in range(N_QUERIES)]
    offsets = np.arange(N_QUERIES + 1) * N_RELEVANT

    def ours() -> float:
        return metric("map@100").score(judge_retrieval_codes(ids, ranked, relevant.ravel(), offsets))

    some = slice(None, None, SHARE)
    truth = {
        query: dict.fromkeys(map(str, images), 1)
        for query, images in zip(ids[some], relevant[some].tolist(), strict=True)
    }
    run = {
        query: {str(image): float(LENGTH - place) for place, image in enumerate(images)}
        for query, images in zip(ids[some], ranked[some].tolist(), strict=True)
    }
    qrels, listed = Qrels(truth), Run(run)
    measure = pytrec_eval.RelevanceEvaluator(truth, {"map_cut_100"})
    others = {
        "ranx": (lambda: evaluate(qrels, listed, "map@100"), 20),
        "pytrec_eval": (lambda: measure.evaluate(run), 10),
    }
    best = seconds(ours)
    yield "ours: judged and scored", f"{best:.2f} CPU s", "-", True
    for name, (other, times) in others.items():
        ratio = SHARE * seconds(other) / best
        yield f"{name}: times longer", f"{ratio:.0f} ×", f"≥ {times} ×", ratio >= times


def seconds(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the fewest CPU seconds of several calls, the first of which compiles and does not count."""
    function()
    found = []
    for _ in range(repeats):
        begun = time.process_time()
        function()
        found.append(time.process_time() - begun)
    return min(found)
