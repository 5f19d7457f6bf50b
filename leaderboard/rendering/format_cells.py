"""Formats of single cells of a leaderboard."""

from collections.abc import Callable
from typing import Any

from leaderboard.entry import Coverage
from leaderboard.safe_text import shorten

ACRONYMS = {  # metric name before the @ -> as the literature writes it
    "map": "mAP", "gap": "GAP", "ndcg": "nDCG", "mp": "mP", "trapezoid map": "mAP", "revisited precision": "mP",
}  # fmt: skip
PROTOCOLS = {"_easy": " E", "_medium": " M", "_hard": " H"}  # of revisited Oxford and Paris


def metric_label(name: str) -> str:
    """Return the name of a metric as the literature writes it.

    >>> metric_label("map@100"), metric_label("gap"), metric_label("precision@1"), metric_label("mp@10_hard")
    ('mAP@100', 'GAP', 'precision@1', 'mP@10 H')
    """
    protocol = next((each for each in PROTOCOLS if name.endswith(each)), "")
    kind, at, depth = name.removesuffix(protocol).replace("_", " ").partition("@")
    return ACRONYMS.get(kind, kind) + at + depth + PROTOCOLS.get(protocol, "")


def format_cell(column: str, value: Any) -> str:
    """The text of a cell, rounded and safe to show; empty for None.

    >>> format_cell("move", -1), format_cell("mean", 0.5), format_cell("wall_s", None), format_cell("solution", "hash")
    ('▼1', '0.50000', '', 'hash')
    """
    return "" if value is None else FORMATTERS.get(column, shorten)(value)


def _move(value: int) -> str:
    return f"▲{value}" if value > 0 else f"▼{-value}" if value < 0 else "—"


def _coverage(value: Coverage) -> str:
    lacks = [f"{count} {what}" for what, count in (("empty", value.empty), ("failed", value.failed)) if count]
    return ", ".join([f"{value.answered}/{value.queries}", *lacks])


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


SCORE_FORMATTERS = dict.fromkeys(
    ("score_public", "score_private", "score_all", "low", "high", "mean", "deviation"), "{:.5f}".format
)
NUMBER_FORMATTERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("rank", "private_rank", "entries", "entry_id", "folds", "done", "failed", "seeds"), str),
    **SCORE_FORMATTERS,
    **dict.fromkeys(("wall_s", "cpu_s", "peak_mb"), "{:.2f}".format),
    "move": _move,
}
FORMATTERS = NUMBER_FORMATTERS | {
    **dict.fromkeys(("last", "created"), "{:%Y-%m-%d %H:%M}Z".format),
    "coverage": _coverage,
    "complete": _yes_or_no,
}
