"""The views of the data page on the site: the plug-in of the group `landmark.data_pages`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.data.landmark_names import landmark_names
from harness.data.source_files import source_files
from harness.errors import DataError
from tools.data_page.analysis import CollectionAnalysis, analyse_collection
from tools.data_page.figures import LinkedPhotos
from tools.data_page.galleries import select_images
from tools.data_page.page import facts, section_values
from tools.data_page.rendering import render
from tools.data_page.sections.hashes import select_pairs

IMAGES = 8  # of each gallery
VIEWS: Mapping[str, tuple[str, ...]] = {
    "Overview": ("Images", "Images per landmark", "Sizes"),
    "Galleries": ("Galleries",),
    "Near-duplicates": ("Near-duplicates",),
    "Hashes": ("Hashes",),
}


def data_views(competition: Any, image_address: Callable[[str, str], str]) -> dict[str, str]:
    """Return the views of a competition's data page: HTML by title. Ground truth is not read.

    `image_address` returns the address of a picture of at most 160 pixels by part and image id. Raises HarnessError if
    no image can be decoded.
    """
    analysis = analyse_collection(competition, _names(competition), source_files(competition.folder))
    selection, pairs = select_images(analysis, 0, IMAGES), select_pairs(analysis, 0)
    sections = section_values(analysis, selection, pairs, LinkedPhotos(analysis, image_address))
    return {title: _view(analysis, title, {name: sections[name] for name in VIEWS[title]}) for title in VIEWS}


def _view(analysis: CollectionAnalysis, title: str, sections: Mapping[str, tuple[str, Any]]) -> str:
    figures = facts(analysis) if title == "Overview" else []
    return render("view.html", facts=figures, sections=sections)


def _names(competition: Any) -> dict[int, str]:
    try:
        return landmark_names(competition.folder)
    except DataError:  # names are optional
        return {}
