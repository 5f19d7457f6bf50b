"""What probing gains on a board: somebody who knows nothing climbs by votes over random submissions.

Two answers are at hand to each query, and the attacker cannot tell which is the better. Each submission takes the one
or the other at random, query by query. Of those that the board told to be good the majority decides for each query:
on the public queries it tends to the better answer, on the private ones it is worth what a coin is.
Source: Blum and Hardt, The Ladder, ICML 2015, https://arxiv.org/abs/1502.04585, section on the boosting attack.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from leaderboard.overfitting.ladder import LeaderboardMechanism, PlainMechanism, ReleasedScore
from metrics import Judgement, Metric, QueryValues
from metrics.statistics.bootstrap import values_of

STEPS = 1, 2, 5, 10, 20, 50, 100, 200, 400


@dataclass(frozen=True)
class AttackResult:
    """What the votes over the first so many submissions came to.

    submissions  so many were handed in before the one that is voted
    told         public score that the board then showed
    private      private score that the voted submission is worth, which nobody was told
    """

    submissions: tuple[int, ...]
    public_scores: tuple[float, ...]
    private_scores: tuple[float, ...]

    @property
    def error(self) -> float:
        """By how much the last public score told exceeds the private score of what was handed in for it."""
        return self.public_scores[-1] - self.private_scores[-1]


def boosting_attack(
    metric: Metric,
    board: LeaderboardMechanism,
    answers: tuple[Judgement, Judgement],
    public: NDArray[np.bool_],
    *,
    steps: Sequence[int] = STEPS,
    seed: int = 0,
) -> AttackResult:
    """Attack a board with two answers to the same queries, in the same order; `public` (n_queries,) marks its part.

    A submission is kept for the vote if it changed what the board shows, and on a plain board, which changes each time,
    if it was told more than half of them were. Where the votes are equal a coin decides.
    """
    draw = np.random.default_rng(seed)
    ballots = draw.integers(2, size=(max(steps), len(public)), dtype=bool)
    coins = draw.integers(2, size=len(public), dtype=bool)
    releases: list[ReleasedScore] = []
    for ballot in ballots:
        releases.append(_hand_in(metric, board, answers, ballot, public, releases[-1] if releases else None))
    told, private = [], []
    for step in steps:
        kept = _kept(board, np.array([each.score for each in releases[:step]]), higher=metric.higher_is_better)
        voted = _majority(ballots[:step][kept], coins)
        told.append(_hand_in(metric, board, answers, voted, public, releases[step - 1]).score)
        private.append(metric.score_of(values_of(metric, mix_answers(*answers, voted).select(~public))))
    return AttackResult(tuple(steps), tuple(told), tuple(private))


def mean_attack(attacks: Sequence[AttackResult]) -> AttackResult:
    """What several attackers of one board came to on average.

    >>> mean_attack([Probed((1, 2), (0.5, 0.7), (0.5, 0.5)), Probed((1, 2), (0.7, 0.7), (0.5, 0.3))])
    Probed(submissions=(1, 2), told=(0.6, 0.7), private=(0.5, 0.4))
    """
    told, private = (np.mean([getattr(each, name) for each in attacks], axis=0) for name in ("told", "private"))
    return AttackResult(attacks[0].submissions, tuple(told.tolist()), tuple(private.tolist()))


def mix_answers(a: Judgement, b: Judgement, second: NDArray[np.bool_]) -> Judgement:
    """The judgement of the answers of `b` where `second` (n_queries,) says so, and of `a` elsewhere."""
    names = [field.name for field in fields(a)]
    return replace(a, **{name: np.where(second, getattr(b, name), getattr(a, name)) for name in names})


def coin_answers(n_queries: int, seed: int = 0) -> tuple[QueryValues, QueryValues]:
    """Two answers, one of which is right at each query and the other wrong: nobody can do better than a coin.

    >>> one, other = coin_answers(1000)
    >>> float((one.values + other.values).min()), bool(abs(one.values.mean() - 0.5) < 0.05)
    (1.0, True)
    """
    right = np.random.default_rng(seed).integers(2, size=n_queries).astype(np.float64)
    ids = np.array([f"{query:06}" for query in range(n_queries)], dtype=object)
    return QueryValues(ids, right), QueryValues(ids, 1 - right)


def _hand_in(
    metric: Metric,
    board: LeaderboardMechanism,
    answers: tuple[Judgement, Judgement],
    second: NDArray[np.bool_],
    public: NDArray[np.bool_],
    before: ReleasedScore | None,
) -> ReleasedScore:
    return board.release(metric, mix_answers(*answers, second).select(public), before)


def _kept(board: LeaderboardMechanism, told: NDArray[np.float64], *, higher: bool) -> NDArray[np.bool_]:
    if isinstance(board, PlainMechanism):
        middle = np.median(told)
        return told >= middle if higher else told <= middle
    return np.append(True, np.diff(told) != 0)


def _majority(ballots: NDArray[np.bool_], coins: NDArray[np.bool_]) -> NDArray[np.bool_]:
    votes = 2 * np.count_nonzero(ballots, axis=0) - len(ballots)
    return np.where(votes == 0, coins, votes > 0)
