"""The boosting attack on a public leaderboard: a majority vote over random submissions climbs without any knowledge.

The attacker has two answers to each query and does not know which is better. Each submission takes one of them at
random for each query. A majority vote over the submissions with good public scores selects an answer for each query.
On the public queries the vote tends to the better answer; on the private ones it is no better than chance.
Source: Blum and Hardt, The Ladder, ICML 2015, https://arxiv.org/abs/1502.04585, section on the boosting attack.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from leaderboard.overfitting.ladder import LeaderboardMechanism, PlainMechanism, ReleasedScore
from metrics import Judgement, Metric
from metrics.statistics.bootstrap import values_of

STEPS = 1, 2, 5, 10, 20, 50, 100, 200, 400


@dataclass(frozen=True)
class AttackResult:
    """The scores of the voted submissions after different numbers of random submissions.

    submissions     numbers of random submissions before the voted one
    public_scores   the public score that the board then showed
    private_scores  the true private score of the voted submission, which is not released
    """

    submissions: tuple[int, ...]
    public_scores: tuple[float, ...]
    private_scores: tuple[float, ...]

    @property
    def error(self) -> float:
        """The last public score minus the private score of the same submission."""
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
    """Attack a board with two answers to the same queries, in the same order; `public` (n_queries,) is its part's mask.

    A submission enters the vote if it changed the released score; with the plain mechanism, if its score is at least
    the median. Ties of the vote are decided at random.
    """
    draw = np.random.default_rng(seed)
    ballots = draw.integers(2, size=(max(steps), len(public)), dtype=bool)
    coins = draw.integers(2, size=len(public), dtype=bool)

    def submit(second: NDArray[np.bool_], before: ReleasedScore | None) -> ReleasedScore:
        return board.release(metric, mix_answers(*answers, second).select(public), before)

    releases: list[ReleasedScore] = []
    for ballot in ballots:
        releases.append(submit(ballot, releases[-1] if releases else None))
    public_scores, private_scores = [], []
    for step in steps:
        selected = _selected(board, np.array([each.score for each in releases[:step]]), higher=metric.higher_is_better)
        voted = _majority(ballots[:step][selected], coins)
        public_scores.append(submit(voted, releases[step - 1]).score)
        private_scores.append(metric.score_of(values_of(metric, mix_answers(*answers, voted).select(~public))))
    return AttackResult(tuple(steps), tuple(public_scores), tuple(private_scores))


def mean_attack(attacks: Sequence[AttackResult]) -> AttackResult:
    """The mean of the results of several attacks on one board.

    >>> mean_attack([AttackResult((1, 2), (0.5, 0.7), (0.5, 0.5)), AttackResult((1, 2), (0.7, 0.7), (0.5, 0.3))])
    AttackResult(submissions=(1, 2), public_scores=(0.6, 0.7), private_scores=(0.5, 0.4))
    """
    public = np.mean([each.public_scores for each in attacks], axis=0)
    private = np.mean([each.private_scores for each in attacks], axis=0)
    return AttackResult(attacks[0].submissions, tuple(public.tolist()), tuple(private.tolist()))


def mix_answers(a: Judgement, b: Judgement, second: NDArray[np.bool_]) -> Judgement:
    """The judgement of the answers of `b` where the mask `second` (n_queries,) is true, and of `a` elsewhere."""
    names = [field.name for field in fields(a)]
    return replace(a, **{name: np.where(second, getattr(b, name), getattr(a, name)) for name in names})


def _selected(board: LeaderboardMechanism, scores: NDArray[np.float64], *, higher: bool) -> NDArray[np.bool_]:
    """Return the mask of the submissions that enter the vote."""
    if isinstance(board, PlainMechanism):
        median = np.median(scores)
        return scores >= median if higher else scores <= median
    return np.append(True, np.diff(scores) != 0)


def _majority(ballots: NDArray[np.bool_], coins: NDArray[np.bool_]) -> NDArray[np.bool_]:
    votes = 2 * np.count_nonzero(ballots, axis=0) - len(ballots)
    return np.where(votes == 0, coins, votes > 0)
