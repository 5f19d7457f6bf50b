"""Judge rankings of the whole index by the protocols of (revisited) Oxford and Paris, and Holidays."""

from __future__ import annotations

import numpy as np

from harness.data.complete_ground_truth import ImagesByQuery
from harness.data.ground_truth import GroundTruth
from harness.data.tables.string_column import StringColumn
from harness.submissions.answer import Ranking
from metrics import CompleteJudgement, ProtocolJudgements, judge_complete_codes


def ranked_numbers(ranking: Ranking, truth: GroundTruth) -> np.ndarray:
    """Return the ranking as image numbers of the ground truth, and further numbers for other images; -1 pads."""
    numbers = np.append(truth.images.find(StringColumn.from_texts(ranking.index_ids)).astype(np.int64), -1)
    is_other = numbers[:-1] < 0
    numbers[:-1][is_other] = len(truth.images) + np.arange(int(is_other.sum()))
    return np.asarray(numbers[ranking.positions])


def judge_protocols(
    truth: GroundTruth, rows: np.ndarray, numbers: np.ndarray
) -> CompleteJudgement | ProtocolJudgements:
    """Return the judgement of the scored queries: of the only protocol, or of easy, medium and hard.

    Row `rows[i]` of `numbers` `(n, n_listed)` ranks the images for query i, none does if it is negative.
    """
    queries = truth.query_ids[truth.scored]
    nothing = np.zeros(0, numbers.dtype)
    rankings = [numbers[row][numbers[row] >= 0] if row >= 0 else nothing for row in rows.tolist()]
    judgements = {
        name: judge_complete_codes(queries, rankings, *(_arrays(images, queries) for images in protocol))
        for name, protocol in (truth.protocols or {}).items()
    }
    return judgements["all"] if "all" in judgements else ProtocolJudgements(queries, judgements)


def _arrays(images: ImagesByQuery, queries: np.ndarray) -> list[np.ndarray]:
    return [np.array(sorted(images.get(query, ())), np.int64) for query in queries]
