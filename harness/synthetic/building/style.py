"""Architectural styles, and building plans sampled from them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Colour: TypeAlias = tuple[int, int, int]  # RGB, 0 to 255

SAND, HONEY, RED_SANDSTONE = (206, 182, 142), (218, 190, 128), (176, 96, 70)
MARBLE, LIMESTONE, GRANITE = (226, 222, 212), (198, 192, 176), (138, 134, 130)
BRICK, DARK_BRICK, OCHRE, ROSE = (168, 88, 66), (124, 70, 58), (214, 166, 88), (214, 158, 142)
CREAM, WHITEWASH, TIMBER, CONCRETE = (232, 220, 188), (238, 236, 228), (110, 72, 46), (166, 166, 162)
STEEL, BRONZE, JADE = (120, 138, 152), (116, 92, 64), (88, 130, 110)
SLATE, TILE, COPPER, GOLD, LEAD = (74, 80, 92), (172, 86, 58), (104, 158, 138), (208, 166, 62), (128, 134, 142)
GLAZED_GREEN, GLAZED_BLUE = (56, 112, 84), (52, 104, 150)


@dataclass(frozen=True)
class Style:
    """The materials, colours and ranges of a style. Lengths are in units; a building is about ten units wide."""

    materials: tuple[str, ...]
    walls: tuple[Colour, ...]
    trims: tuple[Colour, ...]
    roofs: tuple[Colour, ...]
    windows: tuple[str, ...]
    storey: tuple[float, float] = (1.0, 1.5)
    bay: tuple[float, float] = (0.7, 1.2)
    domes: tuple[str, ...] = ("dome",)


STYLES: dict[str, Style] = {
    "church": Style(("ashlar", "ashlar", "brick"), (LIMESTONE, SAND, GRANITE, BRICK), (LIMESTONE, MARBLE, GRANITE),
                    (SLATE, COPPER, LEAD), ("pointed", "round", "arch", "twin"), (1.3, 2.1), (0.8, 1.4),
                    ("dome", "cone")),
    "palace": Style(("plaster", "ashlar", "brick"), (HONEY, CREAM, ROSE, LIMESTONE, BRICK), (WHITEWASH, SAND),
                    (SLATE, COPPER, TILE), ("rectangle", "pediment", "arch", "shutters"), (1.0, 1.5), (0.6, 1.0)),
    "mausoleum": Style(("ashlar", "stripes", "plaster"), (MARBLE, RED_SANDSTONE, SAND, HONEY), (MARBLE, SAND),
                       (MARBLE, GLAZED_BLUE, LIMESTONE), ("pointed", "arch", "lattice"), (1.2, 1.8), (0.8, 1.3),
                       ("onion", "dome")),
    "castle": Style(("rubble", "ashlar", "brick"), (GRANITE, SAND, HONEY, DARK_BRICK), (GRANITE, LIMESTONE),
                    (SLATE, TILE, LEAD), ("slit", "arch", "twin", "rectangle"), (1.2, 2.0), (1.0, 1.8), ("cone",)),
    "temple": Style(("ashlar", "stripes"), (MARBLE, LIMESTONE, SAND, HONEY), (MARBLE, WHITEWASH, LIMESTONE),
                    (TILE, LEAD, COPPER), ("rectangle", "pediment", "round"), (1.8, 2.6), (0.8, 1.2)),
    "gate": Style(("ashlar", "brick", "stripes"), (SAND, RED_SANDSTONE, LIMESTONE, BRICK), (LIMESTONE, MARBLE, SAND),
                  (LEAD, TILE, COPPER), ("arch", "lattice", "round", "pediment"), (1.2, 1.9), (0.8, 1.3),
                  ("dome", "onion")),
    "tower": Style(("brick", "ashlar", "stripes"), (BRICK, SAND, MARBLE, GRANITE, ROSE), (LIMESTONE, MARBLE, SAND),
                   (COPPER, SLATE, TILE), ("arch", "twin", "slit", "round"), (1.0, 1.5), (0.6, 1.0), ("cone", "dome")),
    "pagoda": Style(("plaster", "timber", "panels"), (ROSE, CREAM, TIMBER, BRICK), (TIMBER, BRICK, GOLD),
                    (SLATE, GLAZED_GREEN, TILE, GOLD), ("lattice", "rectangle", "round"), (0.9, 1.3), (0.6, 1.0)),
    "town_hall": Style(("timber", "brick", "plaster"), (CREAM, OCHRE, BRICK, ROSE), (TIMBER, WHITEWASH, LIMESTONE),
                       (TILE, SLATE, COPPER), ("rectangle", "shutters", "twin", "arch"), (0.9, 1.3), (0.6, 0.9),
                       ("onion", "cone")),
    "modern": Style(("panels", "glazing", "glazing"), (CONCRETE, STEEL, BRONZE, JADE, WHITEWASH), (STEEL, WHITEWASH),
                    (LEAD, STEEL), ("ribbon", "rectangle", "lattice", "round"), (0.6, 1.0), (0.5, 1.1)),
}  # fmt: skip


@dataclass(frozen=True)
class BuildingPlan:
    """Properties that all walls of one building share. Lengths in units, shares of a bay or storey in [0, 1]."""

    material: str
    wall: Colour
    trim: Colour
    roof: Colour
    glass: Colour
    shutter: Colour
    windows: tuple[str, ...]  # kinds by storey, from the ground up
    storey: float
    bay: float
    window_width: float
    window_height: float
    course: float  # height of a row of stones
    plinth: float
    cornice: float
    frieze: bool
    string_course: bool
    pilasters: bool
    quoins: bool
    motif: int  # seed of the ornament


def vary_colour(rng: np.random.Generator, colour: Colour, spread: float) -> Colour:
    """Return a random variation of a colour in brightness and hue."""
    shifted = np.asarray(colour) * rng.normal(1, spread) + rng.normal(0, 60 * spread, size=3)
    red, green, blue = shifted.clip(20, 245).astype(int).tolist()
    return red, green, blue


def draw_building_plan(rng: np.random.Generator, style: Style) -> BuildingPlan:
    """Sample the plan of one building of the style."""

    def sample_colour(colours: tuple[Colour, ...]) -> Colour:
        return vary_colour(rng, colours[rng.integers(len(colours))], 0.06)

    return BuildingPlan(
        material=str(rng.choice(style.materials)),
        wall=sample_colour(style.walls),
        trim=sample_colour(style.trims),
        roof=sample_colour(style.roofs),
        glass=vary_colour(rng, (58, 66, 78), 0.15),
        shutter=vary_colour(rng, (70, 110, 90), 0.3),
        windows=tuple(str(kind) for kind in rng.choice(style.windows, size=3)),
        storey=rng.uniform(*style.storey),
        bay=rng.uniform(*style.bay),
        window_width=rng.uniform(0.32, 0.62),
        window_height=rng.uniform(0.48, 0.74),
        course=rng.uniform(0.12, 0.26),
        plinth=rng.uniform(0.1, 0.5),
        cornice=rng.uniform(0.12, 0.35),
        frieze=rng.random() < 0.6,
        string_course=rng.random() < 0.6,
        pilasters=rng.random() < 0.4,
        quoins=rng.random() < 0.4,
        motif=int(rng.integers(2**31)),
    )
