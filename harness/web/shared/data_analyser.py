"""The plug-in that analyses the images of a competition for its data page.

An entry point of the group `landmark.data_pages` names a function of a competition and of a function that returns the
address of an image by part and id. It returns the views of the page: HTML by title, the first of which is shown by
default; the titles are single words. The first entry point by name that can be imported is used.
"""

from collections.abc import Callable, Mapping
from functools import cache

from harness.data.competition import Competition
from harness.web.page_plugins import load_first

ImageAddress = Callable[[str, str], str]
Analyser = Callable[[Competition, ImageAddress], Mapping[str, str]]

_GROUP = "landmark.data_pages"


@cache
def load_analyser() -> Analyser | None:
    """Import the plug-in and return its function; None if none is installed."""
    analyser: Analyser | None = load_first(_GROUP)
    return analyser
