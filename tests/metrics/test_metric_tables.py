"""The tables of docs/scores.md: the metrics compute its numbers, and every two of them differ."""

from itertools import combinations
from math import isnan
from pathlib import Path

import pytest

from tests.metrics.metric_tables import RECOGNITION_CASES, RETRIEVAL_CASES, definitions, metric_tables

PAGE = Path(__file__).parents[2] / "docs/scores.md"


def test_the_rows_of_the_page_are_what_the_metrics_compute():
    section = PAGE.read_text(encoding="utf-8").partition("## Metrics side by side")[2].partition("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith(("|", "A: ", "F: "))]
    assert len(rows) >= 18
    assert [row for row in rows if row not in metric_tables().splitlines()] == []


@pytest.mark.parametrize("cases", [RETRIEVAL_CASES, RECOGNITION_CASES])
def test_every_two_metrics_differ_on_one_of_the_inputs(cases):
    scores = {name: [score(case) for case in cases.values()] for name, _, score in definitions(cases)}
    for one, other in combinations(scores, 2):
        pairs = zip(scores[one], scores[other], strict=True)
        assert any(abs(a - b) > 1e-3 for a, b in pairs if not isnan(a + b)), (one, other)


def test_four_meanings_of_map_on_two_inputs():
    four = definitions(RETRIEVAL_CASES)[:4]
    first, second, *_ = RETRIEVAL_CASES.values()
    assert [round(score(first), 4) for *_, score in four] == [0.8333, 0.8333, 0.7917, 0.0167]
    assert [score(second) for *_, score in four] == pytest.approx([1, 0.5, 0.5, 1])
