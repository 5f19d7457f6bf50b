"""Functions of packages above `harness` that pages call, found by their group of entry points."""

import logging
from importlib.metadata import entry_points
from typing import Any

LOG = logging.getLogger("landmark")


def load_first(group: str) -> Any:
    """Import the first entry point of a group, by name, that can be imported; None if there is none."""
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            return point.load()
        except Exception as error:  # noqa: BLE001 (a broken plug-in must not break the pages)
            LOG.warning("%s (%s) cannot be imported: %s", point.name, point.value, error)
    return None
