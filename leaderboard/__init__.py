"""Entries of a competition, where they are kept, in what order they stand, and their tables."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from leaderboard.board import BoardRow, board_rows, explain_order
from leaderboard.entry import Cost, Coverage, Entry, Stage, Status
from leaderboard.errors import LeaderboardError, StoreError
from leaderboard.folds import FoldRow, fold_rows

if TYPE_CHECKING:
    from leaderboard.rendering.tables import render
    from leaderboard.storage.store import EntryStore

__all__ = [
    "BoardRow",
    "Cost",
    "Coverage",
    "Entry",
    "EntryStore",
    "FoldRow",
    "LeaderboardError",
    "Stage",
    "Status",
    "StoreError",
    "board_rows",
    "explain_order",
    "fold_rows",
    "render",
]


def __getattr__(name: str) -> Any:
    """What takes long to import only when it is asked for: the store brings SQLAlchemy, tables bring their formats."""
    homes = {"EntryStore": "leaderboard.storage.store", "render": "leaderboard.rendering.tables"}
    if name not in homes:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(homes[name]), name)
