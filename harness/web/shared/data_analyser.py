"""The plug-in that analyses the images of a competition for its data page.

An entry point of the group `landmark.data_pages` names a function of a competition and of a function that returns the
address of an image by part and id. It returns the views of the page: HTML by title, the first of which is shown by
default; the titles are single words. The first entry point by name that can be imported is used.
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points

from harness.data.competition import Competition

ImageAddress = Callable[[str, str], str]
Analyser = Callable[[Competition, ImageAddress], Mapping[str, str]]

LOG = logging.getLogger("landmark")
_GROUP = "landmark.data_pages"


@cache
def load_analyser() -> Analyser | None:
    """Import the plug-in and return its function; None if none is installed."""
    for point in sorted(entry_points(group=_GROUP), key=lambda point: point.name):
        try:
            loaded: Analyser = point.load()
        except Exception as error:  # noqa: BLE001 (a broken plug-in must not break the pages)
            LOG.warning("%s (%s) cannot be imported: %s", point.name, point.value, error)
        else:
            return loaded
    return None
