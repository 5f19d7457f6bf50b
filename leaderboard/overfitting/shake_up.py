"""Simulation of the shake-up: a board's ranks under other random draws of the public queries.

All queries that count are split again many times into parts of the same sizes and strata. The parts of a draw
complement each other: a query that is easy for an entry and falls into one part is missing in the other. So ranks move
somewhat more than between two competitions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import LeaderboardError
from metrics import Judgement, Metric, RecognitionJudgement
from metrics.statistics.bootstrap import values_of
from metrics.statistics.public_redraws import part_scores, random_public_masks

DIGITS = 12  # scores that differ by less are equal
DRAWS = 1000
LEVEL = 0.9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FinalSelection:
    """Two entries selected for final scoring, or the only entry.

    `p_best` is the share of draws in which one of them has the best private score of the board, alone or tied; `rank`
    is the mean private rank of the better of the two.
    """

    names: tuple[str, ...]
    p_best: float
    rank: float


@dataclass(frozen=True, eq=False)
class ShakeUp:
    """Ranks of a board in many draws of its parts. Entries with equal scores all get the best rank that they share.

    names             the entries, in the order of the board
    scores            (2, n) public and private scores, for the competition's own parts
    simulated_scores  (draws, 2, n) the same for other draws
    """

    names: tuple[str, ...]
    scores: Floats
    simulated_scores: Floats
    higher_is_better: bool = True

    @property
    def ranks(self) -> NDArray[np.int64]:
        """(2, n) public and private ranks for the competition's own parts."""
        return tied_ranks(self.scores, higher=self.higher_is_better)[0]

    @cached_property
    def simulated_ranks(self) -> NDArray[np.int64]:
        """(draws, 2, n) public and private ranks."""
        return tied_ranks(self.simulated_scores, higher=self.higher_is_better)[0]

    @property
    def rank_shares(self) -> Floats:
        """(n, n) the share of draws in which each entry (row) has each private rank; tied entries share equally."""
        first, last = tied_ranks(self.simulated_scores[:, 1], higher=self.higher_is_better)
        n, part = len(self.names), 1 / (last - first + 1) / len(first)
        steps = np.zeros((n, n + 1))
        rows = np.broadcast_to(np.arange(n), first.shape)
        np.add.at(steps, (rows, first - 1), part)
        np.add.at(steps, (rows, last), -part)
        return np.asarray(np.clip(steps.cumsum(axis=1)[:, :n], 0, 1))

    def rank_interval(self, place: int, level: float = LEVEL) -> tuple[int, int]:
        """The interval that contains an entry's private rank in `level` of the draws."""
        return _central_interval(self.simulated_ranks[:, 1, place], level)

    def move_interval(self, place: int, level: float = LEVEL) -> tuple[int, int]:
        """The interval that contains an entry's move from public to private rank in `level` of the draws; up is > 0."""
        return _central_interval(self.simulated_ranks[:, 0, place] - self.simulated_ranks[:, 1, place], level)

    @property
    def p_public_best_wins(self) -> float:
        """The share of draws in which the best public entry has the best private score too; tied entries share it."""
        public, private = (self.simulated_ranks == 1).transpose(1, 0, 2)
        return float(((public & private).sum(axis=1) / public.sum(axis=1)).mean())

    def pairs(self, mine: Collection[str] | None = None) -> list[FinalSelection]:
        """All pairs of some entries, or of all, by descending `p_best`, then by ascending `rank`."""
        private = self.simulated_ranks[:, 1]
        places = self._positions(mine)
        selections = [self._selection(private, pair) for pair in combinations(places, min(2, len(places)))]
        return sorted(selections, key=lambda pair: (-pair.p_best, pair.rank))

    def two_best_public(self, mine: Collection[str] | None = None) -> FinalSelection:
        """The two entries that rank highest on the public board, which is the usual selection."""
        return self._selection(self.simulated_ranks[:, 1], tuple(self._positions(mine)[:2]))

    def best_public_of_each_draw(self, mine: Collection[str] | None = None) -> FinalSelection:
        """The result of always selecting the two best public entries of each draw; without names, as they differ."""
        places = np.array(self._positions(mine))
        public, private = (ranks[:, places] for ranks in self.simulated_ranks.transpose(1, 0, 2))
        two = np.argsort(public, axis=1, kind="stable")[:, :2]
        best = np.take_along_axis(private, two, axis=1).min(axis=1)
        return FinalSelection((), float((best == 1).mean()), float(best.mean()))

    def _positions(self, mine: Collection[str] | None) -> list[int]:
        unknown = sorted(set(mine or ()) - set(self.names))
        if unknown:
            raise LeaderboardError(f"{', '.join(unknown)}: not among the simulated entries")
        return [place for place, name in enumerate(self.names) if mine is None or name in mine]

    def _selection(self, private: NDArray[np.int64], pair: tuple[int, ...]) -> FinalSelection:
        best = private[:, list(pair)].min(axis=1)
        return FinalSelection(tuple(self.names[place] for place in pair), float((best == 1).mean()), float(best.mean()))


def shake_up(
    metric: Metric, answers: Mapping[str, Judgement], public: NDArray[np.bool_], *, draws: int = DRAWS, seed: int = 0
) -> ShakeUp:
    """Simulate other draws of the public queries, for entries in the order of their board.

    The answers are to the same queries in the same order; `public` (n_queries,) is the mask of the competition's own
    public part. For recognition each part keeps its numbers of queries with and without a landmark. Queries that do not
    count are left out. Raises LeaderboardError if nothing can be drawn.

    >>> from metrics import QueryValues, metric
    >>> ids, half = np.array(["p", "q", "r", "s"], object), np.array([True, True, False, False])
    >>> answers = {name: QueryValues(ids, np.array(aps)) for name, aps in {"a": [1.0] * 4, "b": [0.0] * 4}.items()}
    >>> shake_up(metric("map@100"), answers, half).rank_shares.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    first = next(iter(answers.values()), None)
    if first is None:
        raise LeaderboardError("there are no entries to simulate the shake-up for")
    if not all(np.array_equal(first.query_ids, answer.query_ids) for answer in answers.values()):
        raise LeaderboardError("the entries answer different queries")
    rows = _eligible_rows(metric, first)
    rows = rows[np.argsort(first.query_ids[rows], kind="stable")]
    public = public[rows]
    counting = [answer.select(rows) for answer in answers.values()]
    strata = counting[0].landmark if isinstance(counting[0], RecognitionJudgement) else np.zeros(len(rows), bool)
    scores = part_scores(metric, counting)
    own = scores(public[None])[0]
    if np.isnan(own).any():
        raise LeaderboardError("all queries that count are of one part, so no other parts can be drawn")
    simulated = np.concatenate([scores(masks) for masks in random_public_masks(public, strata, draws, seed)])
    return ShakeUp(tuple(answers), own.round(DIGITS), simulated.round(DIGITS), metric.higher_is_better)


def tied_ranks(scores: Floats, *, higher: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first and the last rank that each score (…, n) shares with the scores equal to it.

    >>> [ranks.tolist() for ranks in tied_ranks(np.array([0.5, 0.9, 0.5, 0.1]))]
    [[2, 1, 2, 4], [3, 1, 3, 4]]
    """
    from scipy.stats import rankdata

    order = -scores if higher else scores
    first, last = (rankdata(order, method=method, axis=-1).astype(np.int64) for method in ("min", "max"))
    return first, last


def _eligible_rows(metric: Metric, answer: Judgement) -> NDArray[np.intp]:
    """Return the rows that parts are drawn from; for recognition all, because answers without a landmark count too."""
    if isinstance(answer, RecognitionJudgement):
        return np.arange(len(answer.query_ids))
    return np.flatnonzero(~np.isnan(values_of(metric, answer)))


def _central_interval(numbers: NDArray[np.int64], level: float) -> tuple[int, int]:
    ordered = np.sort(numbers)
    spare = int((1 - level) / 2 * len(ordered) + 1e-9)  # 1e-9 absorbs rounding errors
    return int(ordered[spare]), int(ordered[len(ordered) - 1 - spare])
