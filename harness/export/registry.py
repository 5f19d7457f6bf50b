"""Experiment trackers by kind: open one, and store entries in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

from harness.errors import HarnessError
from harness.export.entry_record import EntryRecord
from harness.export.tracker import Tracker
from leaderboard.safe_text import hide_credentials

TrackerKind = Literal["mlflow", "tensorboard", "wandb"]


def open_tracker(kind: TrackerKind, place: str, *, submissions: bool = True) -> Tracker:
    """Return the tracker at a place: the URI or folder of MLflow, or a folder of TensorBoard or Weights & Biases.

    Submission files are added if `submissions`. Raises HarnessError if its package is missing, or it cannot be reached.
    """
    if not place.strip():
        raise HarnessError(f"{kind} needs a folder{' or an URI' * (kind == 'mlflow')} to write to")
    if kind == "mlflow":
        from harness.export.mlflow_tracker import MlflowTracker

        return MlflowTracker(place, submissions=submissions)
    if kind == "tensorboard":
        from harness.export.tensorboard_tracker import TensorboardTracker

        return TensorboardTracker(place)
    from harness.export.wandb_tracker import WandbTracker

    return WandbTracker(place, submissions=submissions)


def parse_tracker(text: str) -> tuple[TrackerKind, str]:
    """Return the kind and the place in a text such as `mlflow:http://localhost:5000`; HarnessError for any other.

    >>> parse_tracker("tensorboard:logs")
    ('tensorboard', 'logs')
    """
    name, _, place = text.partition(":")
    kinds: tuple[TrackerKind, ...] = get_args(TrackerKind)
    for kind in kinds:
        if kind == name and place:
            return kind, place
    raise HarnessError(
        f"{hide_credentials(text)!r:.80} names no tracker; write mlflow:URI, tensorboard:DIR or wandb:DIR"
    )


def store_records(
    tracker: Tracker, records: Sequence[EntryRecord], report: Callable[[int], Any] = lambda _: None
) -> int:
    """Store records and return how many are new; `report` gets the number of finished ones."""
    added = 0
    for number, record in enumerate(records, 1):
        added += tracker.store(record)
        report(number)
    return added
