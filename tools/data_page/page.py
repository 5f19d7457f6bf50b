"""The data page: one HTML file that opens from disk, loads nothing and runs no script."""

from __future__ import annotations

from typing import Any

from tools.data_page.analysis import CollectionAnalysis
from tools.data_page.figures import PagePhotos, PhotoSource
from tools.data_page.galleries import GallerySelection, select_images
from tools.data_page.rendering import render, style_sheet
from tools.data_page.sections.counts import count_sets
from tools.data_page.sections.duplicates import show_duplicates
from tools.data_page.sections.galleries import show_galleries
from tools.data_page.sections.hashes import HashSelection, select_pairs, show_hashes
from tools.data_page.sections.landmarks import summarise_landmarks
from tools.data_page.sections.sizes import summarise_sizes


def render_page(analysis: CollectionAnalysis, seed: int, images: int) -> str:
    """Return the page as HTML, with so many images in each gallery; it is the same for the same seed."""
    selection, pairs = select_images(analysis, seed, images), select_pairs(analysis, seed)
    photos = PagePhotos(analysis.collection, [*selection.rows(), *pairs.rows()], analysis.files)
    style, source = style_sheet()
    sections = section_values(analysis, selection, pairs, photos)
    return render(
        "page.html", name=analysis.name, facts=facts(analysis), sections=sections, style=style, style_source=source
    )


def section_values(
    analysis: CollectionAnalysis, selection: GallerySelection, pairs: HashSelection, photos: PhotoSource
) -> dict[str, tuple[str, Any]]:
    """Return the sections by title: the template and its view data."""
    return {
        "Images": ("counts.html", count_sets(analysis)),
        "Images per landmark": ("landmarks.html", summarise_landmarks(analysis)),
        "Sizes": ("sizes.html", summarise_sizes(analysis)),
        "Galleries": ("galleries.html", show_galleries(analysis, selection, photos)),
        "Near-duplicates": ("duplicates.html", show_duplicates(analysis, selection, photos)),
        "Hashes": ("hashes.html", show_hashes(analysis, pairs, photos)),
    }


def facts(analysis: CollectionAnalysis) -> list[tuple[str, str]]:
    """Return the most important figures: name and value."""
    exact = int(analysis.pairs.exact.sum())
    return [
        ("images", f"{len(analysis.collection):,}"),
        ("missing or broken", f"{(~analysis.usable).sum():,}"),
        ("landmarks", f"{len(analysis.imbalance):,}"),
        ("Gini coefficient", f"{analysis.imbalance.gini:.3f}" if len(analysis.imbalance) else "–"),
        ("near-duplicate pairs", f"{len(analysis.pairs):,}" + (f", {exact:,} exact" if exact else "")),
        ("of these with two labels", f"{len(analysis.conflicts):,}" if len(analysis.labels) else "–"),
    ]
