"""Shares of the photos of each landmark for training, the index and the queries."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from harness.errors import DataError

_DEFAULTS = {"train": 0.25, "index": 0.5, "test": 0.25}


@dataclass(frozen=True)
class PartShares:
    """Shares of the parts: at least 0, and 1 in all. Without train or index the competition has one task."""

    train: float = _DEFAULTS["train"]
    index: float = _DEFAULTS["index"]
    test: float = _DEFAULTS["test"]

    @classmethod
    def complete(cls, train: float | None, index: float | None, test: float | None) -> PartShares:
        """Return shares of which some may be None: those share the rest in the ratio of the defaults.

        Raises DataError for shares that are negative or not 1 in all, without queries, or with queries alone.

        >>> PartShares.complete(None, None, 0.4)
        PartShares(train=0.2, index=0.4, test=0.4)
        """
        stated = {"train": train, "index": index, "test": test}
        missing = {part: _DEFAULTS[part] for part, share in stated.items() if share is None}
        rest = 1 - sum(share for share in stated.values() if share is not None)
        scale = rest / sum(missing.values()) if missing else 0.0
        shares = {part: missing.get(part, 0.0) * scale if share is None else share for part, share in stated.items()}
        _require_sensible(shares, rest if not missing else 0.0)
        return cls(**{part: round(share, 9) for part, share in shares.items()})

    @property
    def n_parts(self) -> int:
        """Return the number of parts with a share: a landmark needs as many photos to get a query."""
        return sum(share > 0 for share in (self.train, self.index, self.test))

    def sizes(self, n: int) -> dict[str, int]:
        """Return the numbers of train, index and test photos of a landmark with `n` photos.

        If a photo of it is a query, each part with a share has at least one of its photos.

        >>> PartShares().sizes(7), PartShares().sizes(2)
        ({'train': 2, 'index': 3, 'test': 2}, {'train': 1, 'index': 1, 'test': 0})
        """
        test = min(round(n * self.test), n - self.n_parts + 1) if n >= self.n_parts else 0
        if not self.train or not self.index:
            return {"train": n - test if self.train else 0, "index": n - test if self.index else 0, "test": test}
        index = max(int(n * self.index + 1e-9), 1)
        index = n // 2 if n < self.n_parts else min(index, n - test - 1)
        return {"train": n - index - test, "index": index, "test": test}


def _require_sensible(shares: dict[str, float], rest: float) -> None:
    text = ", ".join(f"{part} {share:g}" for part, share in shares.items())
    if not all(0 <= share <= 1 for share in shares.values()) or not isclose(rest, 0, abs_tol=1e-6):
        raise DataError(f"the shares are {text}; each must be from 0 to 1, and all together 1")
    if not shares["test"]:
        raise DataError(f"the shares are {text}; without a share of test there would be no queries")
    if not shares["train"] and not shares["index"]:
        raise DataError(f"the shares are {text}; give train or index a share, or nothing could be found")
