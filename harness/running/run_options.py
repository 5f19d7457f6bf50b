"""The options of `landmark run` that select the queries and the seed of an entry, and that raise an exceeded limit."""

import re

from harness.data.query_sample import is_fold, sample_size
from leaderboard import Entry

_TIME = re.compile(r"timed out after ([\d.]+) s \(--timeout\)")
_MEMORY = re.compile(r"used .* more than ([\d.]+) MB \(--memory-limit\)")


def run_options(entry: Entry) -> list[str]:
    """Return `--limit`, `--folds` and `--seed` as far as the run of an entry differs from a run without options."""
    size = sample_size(entry.split)
    limit = ["--limit", str(size)] if size else []
    seed = ["--seed", str(entry.seed)] if entry.seed else []
    return [*(["--folds"] if is_fold(entry.split) else limit), *seed]


def limit_options(reason: str) -> list[str]:
    """Return twice the limit that a run has exceeded by the reason of its failure, as an option; else nothing.

    >>> limit_options("timed out after 2.5 s (--timeout) while ranking"), limit_options("KeyError: 1")
    (['--timeout', '5'], [])
    """
    if match := _TIME.match(reason):
        return ["--timeout", _twice(match[1])]
    if match := _MEMORY.match(reason):
        return ["--memory-limit", f"{_twice(match[1])}MB"]
    return []


def _twice(number: str) -> str:
    return f"{2 * float(number):.10g}"
