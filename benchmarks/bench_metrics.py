"""mAP@100 of 118 k rankings of 100 integer codes: CPU time compared with ranx and pytrec_eval, on one core."""

from collections.abc import Callable, Iterator

import numpy as np
import pytrec_eval
from ranx import Qrels, Run, evaluate

from benchmarks.process import cpu_seconds
from benchmarks.table import Row
from metrics import judge_retrieval_codes, metric

N_QUERIES, N_INDEX, N_RELEVANT, LENGTH = 118_000, 1_000_000, 20, 100
SHARE = 10  # the others get every tenth query: their time is linear in the queries, and their input takes minutes


def rows() -> Iterator[Row]:
    """Yield our time, and the time of the others divided by it."""
    random = np.random.default_rng(0)
    relevant = np.sort(random.integers(0, N_INDEX, (N_QUERIES, N_RELEVANT)), axis=1).astype(np.int32)
    ranked = random.integers(0, N_INDEX, (N_QUERIES, LENGTH)).astype(np.int32)
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
        query: {str(image): float(LENGTH - rank) for rank, image in enumerate(images)}
        for query, images in zip(ids[some], ranked[some].tolist(), strict=True)
    }
    qrels, run_of_ranx = Qrels(truth), Run(run)
    measure = pytrec_eval.RelevanceEvaluator(truth, {"map_cut_100"})
    others = {
        "ranx": (lambda: evaluate(qrels, run_of_ranx, "map@100"), 20),
        "pytrec_eval": (lambda: measure.evaluate(run), 10),
    }
    own = seconds(ours)
    yield "ours: judged and scored", f"{own:.2f} CPU s", "-", True
    for name, (other, times) in others.items():
        ratio = SHARE * seconds(other) / own
        yield f"{name}: times longer", f"{ratio:.0f} ×", f"≥ {times} ×", ratio >= times


def seconds(function: Callable[[], object], repeats: int = 3) -> float:
    """Return the least CPU seconds of several calls, after one that compiles."""
    function()
    return min(cpu_seconds(function) for _ in range(repeats))
