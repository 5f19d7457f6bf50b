"""How a board would move if the public and the private queries had been drawn otherwise.

All queries whose ground truth counts are dealt out again many times, as many of each kind to each part as there are.
The parts of a draw complement each other: what is easy for an entry and falls into the one is missing in the other, so
ranks move somewhat more than from one competition to another.
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

DIGITS = 12  # scores that differ less are equal
DRAWS = 1000
LEVEL = 0.9

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FinalSelection:
    """Two entries to be scored in the end, or the only one there is.

    `p_best` is the share of draws in which one of them has the best private score of the board, alone or with others;
    `rank` is the private rank of the better of the two, on average.
    """

    names: tuple[str, ...]
    p_best: float
    rank: float


@dataclass(frozen=True, eq=False)
class ShakeUp:
    """Ranks of a board in many draws of its parts. Of equal scores each has the best of the ranks that they share.

    names     the entries, in the order of the board
    scores    (2, n) public and private score, as the competition drew its queries
    drawn     (draws, 2, n) the same for other draws
    """

    names: tuple[str, ...]
    scores: Floats
    simulated_scores: Floats
    higher_is_better: bool = True

    @property
    def ranks(self) -> NDArray[np.int64]:
        """(2, n) public and private rank as the competition drew its queries."""
        return tied_ranks(self.scores, higher=self.higher_is_better)[0]

    @cached_property
    def simulated_ranks(self) -> NDArray[np.int64]:
        """(draws, 2, n) public and private ranks."""
        return tied_ranks(self.simulated_scores, higher=self.higher_is_better)[0]

    @property
    def rank_shares(self) -> Floats:
        """(n, n) the share of draws in which each entry has each private rank; equal ones share theirs alike."""
        first, last = tied_ranks(self.simulated_scores[:, 1], higher=self.higher_is_better)
        n, part = len(self.names), 1 / (last - first + 1) / len(first)
        steps = np.zeros((n, n + 1))
        rows = np.broadcast_to(np.arange(n), first.shape)
        np.add.at(steps, (rows, first - 1), part)
        np.add.at(steps, (rows, last), -part)
        shares: Floats = np.clip(steps.cumsum(axis=1)[:, :n], 0, 1)
        return shares

    def rank_interval(self, place: int, level: float = LEVEL) -> tuple[int, int]:
        """The private ranks between which an entry stands in `level` of the draws."""
        return _middle(self.simulated_ranks[:, 1, place], level)

    def move_interval(self, place: int, level: float = LEVEL) -> tuple[int, int]:
        """The moves from public to private rank, up is positive, between which lie `level` of the draws."""
        return _middle(self.simulated_ranks[:, 0, place] - self.simulated_ranks[:, 1, place], level)

    @property
    def p_public_best_wins(self) -> float:
        """How often the best of the public part has the best private score as well; equal ones share that."""
        public, private = (self.simulated_ranks == 1).transpose(1, 0, 2)
        return float(((public & private).sum(axis=1) / public.sum(axis=1)).mean())

    def pairs(self, mine: Collection[str] | None = None) -> list[FinalSelection]:
        """All pairs of some entries, or of all: first those that most often hold the best, then the best ranked."""
        private = self.simulated_ranks[:, 1]
        chosen = self._chosen(mine)
        found = [self._finals(private, pair) for pair in combinations(chosen, min(2, len(chosen)))]
        return sorted(found, key=lambda pair: (-pair.p_best, pair.rank))

    def two_best_public(self, mine: Collection[str] | None = None) -> FinalSelection:
        """What most people choose: the two that stand highest on the public board."""
        return self._finals(self.simulated_ranks[:, 1], tuple(self._chosen(mine)[:2]))

    def best_public_of_each_draw(self, mine: Collection[str] | None = None) -> FinalSelection:
        """How those fare who choose the two best public ones of each draw; no names, for they are others each time."""
        chosen = np.array(self._chosen(mine))
        public, private = (ranks[:, chosen] for ranks in self.simulated_ranks.transpose(1, 0, 2))
        two = np.argsort(public, axis=1, kind="stable")[:, :2]
        best = np.take_along_axis(private, two, axis=1).min(axis=1)
        return FinalSelection((), float((best == 1).mean()), float(best.mean()))

    def _chosen(self, mine: Collection[str] | None) -> list[int]:
        unknown = sorted(set(mine or ()) - set(self.names))
        if unknown:
            raise LeaderboardError(f"{', '.join(unknown)}: not among the entries whose queries are drawn anew")
        return [place for place, name in enumerate(self.names) if mine is None or name in mine]

    def _finals(self, private: NDArray[np.int64], pair: tuple[int, ...]) -> FinalSelection:
        best = private[:, list(pair)].min(axis=1)
        return FinalSelection(tuple(self.names[place] for place in pair), float((best == 1).mean()), float(best.mean()))


def shake_up(
    metric: Metric,
    answers: Mapping[str, Judgement],
    public: NDArray[np.bool_],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> ShakeUp:
    """Draw the public queries anew, for entries in the order of their board.

    The answers are to the same queries, each in the same order; `public` (n_queries,) tells the competition's own draw.
    By recognition each part keeps its number of queries that show a landmark, and of others. Queries that do not count
    are left out. Raises LeaderboardError where there is nothing to draw.

    >>> from metrics import QueryValues, metric
    >>> ids, half = np.array(["p", "q", "r", "s"], object), np.array([True, True, False, False])
    >>> answers = {name: QueryValues(ids, np.array(aps)) for name, aps in {"a": [1.0] * 4, "b": [0.0] * 4}.items()}
    >>> shake_up(metric("map@100"), answers, half).shares.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    first = next(iter(answers.values()), None)
    if first is None:
        raise LeaderboardError("there are no entries to draw the queries of anew")
    if not all(np.array_equal(first.query_ids, answer.query_ids) for answer in answers.values()):
        raise LeaderboardError("the entries were not asked the same queries")
    rows = _counting(metric, first)
    rows = rows[np.argsort(first.query_ids[rows], kind="stable")]
    public = public[rows]
    kept = [answer.select(rows) for answer in answers.values()]
    strata = kept[0].landmark if isinstance(kept[0], RecognitionJudgement) else np.zeros(len(rows), bool)
    scores = part_scores(metric, kept)
    own = scores(public[None])[0]
    if np.isnan(own).any():
        raise LeaderboardError("all queries that count are of one part, so nothing can be drawn anew")
    drawn = np.concatenate([scores(masks) for masks in random_public_masks(public, strata, draws, seed)])
    return ShakeUp(tuple(answers), own.round(DIGITS), drawn.round(DIGITS), metric.higher_is_better)


def tied_ranks(scores: Floats, *, higher: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last of the ranks that each score (…, n) shares with those equal to it.

    >>> [ranks.tolist() for ranks in ranks_of(np.array([0.5, 0.9, 0.5, 0.1]))]
    [[2, 1, 2, 4], [3, 1, 3, 4]]
    """
    from scipy.stats import rankdata

    order = -scores if higher else scores
    first, last = (rankdata(order, method=method, axis=-1).astype(np.int64) for method in ("min", "max"))
    return first, last


def _counting(metric: Metric, answer: Judgement) -> NDArray[np.intp]:
    """The rows that a part is drawn from: of recognition all, for an answer where there is no landmark counts too."""
    if isinstance(answer, RecognitionJudgement):
        return np.arange(len(answer.query_ids))
    return np.flatnonzero(~np.isnan(values_of(metric, answer)))


def _middle(numbers: NDArray[np.int64], level: float) -> tuple[int, int]:
    ordered = np.sort(numbers)
    spare = int((1 - level) / 2 * len(ordered) + 1e-9)  # as rounding would have it
    return int(ordered[spare]), int(ordered[len(ordered) - 1 - spare])
