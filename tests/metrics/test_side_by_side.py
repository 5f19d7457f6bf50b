"""The table of the documentation: it is what the metrics compute, and tells each two of them apart."""

from itertools import combinations
from math import isnan
from pathlib import Path

import pytest

from metrics.testing.readme_table import RECOGNITION_WORLDS, RETRIEVAL_WORLDS, definitions, side_by_side

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_shows_the_table_that_the_metrics_compute():
    assert side_by_side() in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("worlds", [RETRIEVAL_WORLDS, RECOGNITION_WORLDS])
def test_every_two_metrics_differ_on_one_of_the_inputs(worlds):
    scores = {name: [score(world) for world in worlds.values()] for name, _, score in definitions(worlds)}
    for one, other in combinations(scores, 2):
        pairs = zip(scores[one], scores[other], strict=True)
        assert any(abs(a - b) > 1e-3 for a, b in pairs if not isnan(a + b)), (one, other)


def test_four_meanings_of_map_on_two_inputs():
    four = definitions(RETRIEVAL_WORLDS)[:4]
    first, second, *_ = RETRIEVAL_WORLDS.values()
    assert [round(score(first), 4) for *_, score in four] == [0.8333, 0.8333, 0.7917, 0.0167]
    assert [score(second) for *_, score in four] == pytest.approx([1, 0.5, 0.5, 1])
