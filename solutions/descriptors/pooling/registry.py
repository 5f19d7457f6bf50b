"""Poolings by name.

| name | rows of one image |
|---|---|
| those of `POOLINGS`, and `gem_4`, `gem_2_5`, … | one; GeM with the power 4, 2.5; `mean` is another name of `spoc` |
| `rmac`, `rspoc`, `rgem`, … | one: the sum of the R-MAC squares, each pooled and L2-normalised |
| `mac_regions`, `gem_regions`, … | the R-MAC squares themselves; longer maps have more of them |
| `mac_tiles`, `gem_tiles`, … | 14 tiles; in square maps they are the R-MAC squares |
| `cls` | one: the class token of a vision transformer |
| `vector` | one: the vector that a network pools itself |

The patches of a vision transformer are maps, so they can be pooled like those of a convolutional network.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.descriptors.pooling.poolings import POOLINGS, PoolFunction, Pooling, gem, gem_tensor
from solutions.descriptors.pooling.regions import Box, pool_boxes, rmac_boxes, sum_of_regions, tile_boxes

REGIONS, TILES = "_regions", "_tiles"
_GEM = re.compile(r"gem_(\d{1,2}(_\d{1,3})?)", re.ASCII)
_VECTORS = {
    "cls": Pooling(lambda rows: rows, source="cls"),
    "vector": Pooling(lambda rows: rows, source="vector"),
}
_OUTPUTS = {"cls": "a class token", "vector": "a vector", "maps": "feature maps or patches"}
_SHORTEST = 1e-24  # squared length below which a row is not divided by its length


def find_pooling(name: str) -> Pooling:
    """Return the pooling with this name. Raises HarnessError if there is none.

    >>> find_pooling("gem_1").pool(np.array([[[[1.0], [3.0]]]], np.float32)).round(4).tolist()
    [[2.0]]
    """
    if name in _VECTORS:
        return _VECTORS[name]
    if name.endswith(REGIONS):
        return Pooling(partial(_pool_all, rmac_boxes, _base(name.removesuffix(REGIONS)).pool), output="regions")
    if name.endswith(TILES):
        return Pooling(partial(_pool_all, tile_boxes, _base(name.removesuffix(TILES)).pool), output="tiles")
    if name.startswith("r") and name not in POOLINGS:
        base = _base(name[1:]).pool
        return Pooling(lambda maps: np.stack([sum_of_regions(each, base) for each in maps]))
    return _base(name)


def find_row_pooling(name: str) -> Pooling:
    """Return the pooling, which gives one row an image. Raises HarnessError if there is none or it gives several."""
    pooling = find_pooling(name)
    if pooling.output != "row":
        raise HarnessError(f"the pooling {name!r:.60} gives several rows for an image; leave out {REGIONS} or {TILES}")
    return pooling


def pool_outputs(outputs: Mapping[str, np.ndarray], name: str, layer: str = "maps") -> np.ndarray:
    """Return a pooling of the outputs of a network: of the maps of a layer, or a vector as it is.

    Raises HarnessError if the network has no such output.
    """
    pooling = find_pooling(name)
    source = layer if pooling.source == "maps" else pooling.source
    if source not in outputs:
        raise HarnessError(_missing_output(outputs, pooling.source))
    return pooling.pool(outputs[source])


def _missing_output(outputs: Mapping[str, np.ndarray], source: str) -> str:
    """Return what a network does not give, what it gives, and which poolings fit that."""
    there = [each for each in _OUTPUTS if each in outputs]
    needs = ", which gem and other poolings need" if source == "maps" else ""
    gives = " and ".join(_OUTPUTS[each] for each in there) or "neither vectors nor maps"
    fitting = ", ".join("gem, mean, …" if each == "maps" else each for each in there) or "another network"
    return f"the network gives no {_OUTPUTS[source].removeprefix('a ')}{needs}; it gives {gives}: choose {fitting}"


def _base(name: str) -> Pooling:
    """Return one of POOLINGS, or GeM with the power after `gem_`, where `_` is the decimal point."""
    name = "spoc" if name == "mean" else name
    match = _GEM.fullmatch(name)
    power = float(match[1].replace("_", ".")) if match else 0
    if power > 0:
        return Pooling(partial(gem, power=power), partial(gem_tensor, power=power))
    if name not in POOLINGS:
        raise HarnessError(
            f"no pooling is named {name!r:.60}; known are {', '.join(POOLINGS)}, gem_4 for another power, and each "
            f"with 'r' before it, or with '{REGIONS}' or '{TILES}' behind; cls and vector for outputs without maps"
        )
    return POOLINGS[name]


def _pool_all(boxes: Callable[[int, int], Sequence[Box]], pool: PoolFunction, maps: np.ndarray) -> np.ndarray:
    """Return the pooled boxes of each image `(n, boxes, c)`."""
    return np.stack([pool_boxes(each, boxes(*maps.shape[1:3]), pool) for each in maps])


def tensor_functions(names: Sequence[str]) -> list[Callable[[Any], Any]]:
    """Return the Keras functions of the poolings. Raises HarnessError if layers below one of them cannot be trained."""
    functions = []
    for name in names:
        function = find_pooling(name).pool_tensor
        if not function:
            trainable = [each for each, pooling in POOLINGS.items() if pooling.pool_tensor]
            raise HarnessError(f"nothing can be trained below the pooling {name!r:.60}; take {', '.join(trainable)}")
        functions.append(function)
    return functions


def pool_tensor(maps: Any, names: Sequence[str]) -> Any:
    """Return the poolings `(n, d)` of a tensor of maps `(n, h, w, c)` next to each other, each L2-normalised."""
    from keras import ops

    return ops.concatenate([_normalise_tensor(pool(maps)) for pool in tensor_functions(names)], axis=1)


def _normalise_tensor(rows: Any) -> Any:
    from keras import ops

    squared = ops.sum(rows * rows, axis=1, keepdims=True)
    return rows / ops.sqrt(ops.maximum(squared, _SHORTEST))
