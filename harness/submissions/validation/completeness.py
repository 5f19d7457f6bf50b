"""Whether rankings list the whole index, as Oxford, Paris and Holidays ask for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.data.tables.blocks import TextColumn


@dataclass(frozen=True, eq=False)
class RankingCounts:
    """For each ranking `(n,)`: the index images that it lists and lacks, and its unknown, empty or repeated entries.

    The query itself, if it is an index image, may be left out and is then not missing.
    """

    n_index: int
    listed: np.ndarray
    missing: np.ndarray
    unknown: np.ndarray
    repeated: np.ndarray

    def describe(self, row: int) -> str:
        """Return what a ranking lacks.

        >>> RankingCounts(5063, *np.array([[100], [4963], [0], [2]])).describe(0)
        'ranks 100 of 5063 index images: 4963 missing, 2 repeated'
        """
        counts = {"missing": self.missing[row], "unknown": self.unknown[row], "repeated": self.repeated[row]}
        parts = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"ranks {self.listed[row]} of {self.n_index} index images: {parts}"


def count_entries(answers: TextColumn, numbers: np.ndarray, own: np.ndarray, n_index: int) -> RankingCounts:
    """Return the counts of rankings without words of other cells.

    `numbers` `(words,)` are the images, the first `n_index` of which are the index. `own` `(n,)` is the number of the
    query itself, -1 if it is no image: it may be left out.
    """
    is_index = (numbers >= 0) & (numbers < n_index)
    repeated = answers.repeated_words() & is_index
    is_own = is_index & (numbers == np.repeat(own, answers.word_counts))
    may_lack = (own >= 0) & (own < n_index) & (_per_row(answers, is_own) == 0)
    listed = _per_row(answers, is_index & ~repeated)
    missing = n_index - listed - may_lack
    return RankingCounts(n_index, listed, missing, _per_row(answers, ~is_index), _per_row(answers, repeated))


def _per_row(answers: TextColumn, mask: np.ndarray) -> np.ndarray:
    n_before = np.r_[0, np.cumsum(mask)]
    return np.asarray(n_before[answers.stops] - n_before[answers.begins])
