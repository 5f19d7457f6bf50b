"""Entries of a competition: their storage, their order, and leaderboards made of them."""

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
    """Import lazily what takes long: the store imports SQLAlchemy, the tables their formats."""
    modules = {"EntryStore": "leaderboard.storage.store", "render": "leaderboard.rendering.tables"}
    if name not in modules:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(modules[name]), name)
