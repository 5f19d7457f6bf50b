"""Poolings by name, of the maps `(h, w, c)` of one image to rows `(rows, c)`.

| name | rows |
|---|---|
| `mac`, `spoc`, `spoc_centre`, `gem`, `gem_4`, `gem_2_5` | one; GeM of the power 3, 4, 2.5 |
| `rmac`, `rspoc`, `rgem`, … | one: the sum of the squares of R-MAC, each pooled so, to length one |
| `mac_regions`, `gem_regions`, … | these squares, of which there are more in longer maps |
| `mac_tiles`, `gem_tiles`, … | 14 tiles, for which squares stand in square maps |
"""

import re
from collections.abc import Callable
from functools import partial

import numpy as np

from harness import HarnessError
from solutions.descriptors.pooling.pooling import POOLINGS, Pooling, gem
from solutions.descriptors.pooling.regions import pooled_regions, regional, squares, tiles

Pooler = Callable[[np.ndarray], np.ndarray]

REGIONS, TILES = "_regions", "_tiles"
_GEM = re.compile(r"gem_(\d{1,2}(_\d{1,3})?)", re.ASCII)


def pooler(name: str) -> Pooler:
    """Return what pools the maps of one image. Raises HarnessError for a name that says nothing.

    >>> pooler("gem_1")(np.array([[[1.0], [3.0]]], np.float32)).round(4).tolist()
    [[2.0]]
    """
    for suffix, boxes in ((REGIONS, squares), (TILES, tiles)):
        if name.endswith(suffix):
            each = pooling_named(name.removesuffix(suffix))
            return lambda maps: pooled_regions(maps, boxes(*maps.shape[:2]), each)
    if name.startswith("r"):
        each = pooling_named(name[1:])
        return lambda maps: regional(maps, each)[None]
    each = pooling_named(name)
    return lambda maps: each(maps[None])


def pooling_named(name: str) -> Pooling:
    """Return the pooling: one of POOLINGS, or GeM with its power behind `gem_`, `_` for the decimal point."""
    power = _GEM.fullmatch(name)
    if power and float(power[1].replace("_", ".")) > 0:
        return partial(gem, power=float(power[1].replace("_", ".")))
    if name not in POOLINGS:
        raise HarnessError(
            f"no pooling is named {name!r:.60}; known are {', '.join(POOLINGS)}, gem_4 for another power, and each "
            f"with 'r' before it, or with '{REGIONS}' or '{TILES}' behind"
        )
    return POOLINGS[name]
