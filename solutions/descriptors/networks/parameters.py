"""The parameters of solutions that name networks, checked before a run starts."""

from harness import HarnessError
from solutions.descriptors.networks.efficientnet_lite import SIZES
from solutions.descriptors.networks.network_spec import IMAGENET, NetworkSpec
from solutions.descriptors.networks.preprocessing import MAX_SIDE, Preprocessing
from solutions.descriptors.networks.registry import find_source

_NAMES = "backbone", "second"


def check_networks(solution: object) -> None:
    """Raise HarnessError if a network of a solution does not exist, as far as that can be seen without loading it.

    Parameters are `backbone`, `second`, `weights`, `side` and `preprocessing`, as far as the solution has them. A file,
    module or package may be missing, or a value impossible.
    """
    side, preprocessing = getattr(solution, "side", None), getattr(solution, "preprocessing", None)
    if side is not None and not 1 <= side <= MAX_SIDE:
        raise HarnessError(f"side={side} must be from 1 to {MAX_SIDE} pixels")
    if preprocessing is not None:
        Preprocessing.parse(preprocessing)
    weights = getattr(solution, "weights", IMAGENET)
    for name in filter(None, (getattr(solution, each, None) for each in _NAMES)):
        if name not in SIZES or weights not in (None, IMAGENET):
            spec = NetworkSpec(name, weights)
            find_source(spec).identity(spec)
