"""Hashes by a function of imagehash or of the user, `module:function`, which takes an image of Pillow."""

import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from harness import Extractor, HarnessError, imports_digest, make_printable
from solutions.hashing.hashes.extractor import reduced_side
from solutions.hashing.hashes.perceptual import SIDE
from solutions.hashing.hashes.rotations import rotate_and_flip

_IMAGEHASH = "imagehash"
_NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)
_LONGEST = 4096  # bits of a hash
SEVERAL = "crop_resistant_hash"  # returns several hashes of an image

Bits = npt.NDArray[np.bool_]
HashFunction = Callable[..., Any]


@dataclass(frozen=True)
class FunctionHashes(Extractor):
    """Extracts `bits`, (n, *shape) bool: what a function returns for each image in colours.

    The function returns an `imagehash.ImageHash` or an array of bits. With rotations or flips the array is
    (n, orientations, *shape), in the order of `rotate_and_flip`.
    """

    function: str  # module:function
    decode: Literal["full", "reduced"] = "full"
    upright: bool = False  # apply the EXIF orientation first, which imagehash does not
    hash_size: int = SIDE  # passed to the function where it is not 8
    rotations: int = 1
    flips: bool = False
    mode: ClassVar[Literal["L", "RGB"]] = "RGB"
    libraries: ClassVar[tuple[str, ...]] = ("ImageHash", "PyWavelets", "scipy")

    @property
    def reduce_to(self) -> int | None:
        return reduced_side(self.hash_size) if self.decode == "reduced" else None

    @property
    def made_with(self) -> Mapping[str, str]:
        """Return the digest of the function's code with what it imports from its own package."""
        module = self.function.partition(":")[0]
        return {} if module == _IMAGEHASH else {"code": _code_digest(module)}

    def describe(self, images: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
        """Return the bits of each image. Raises HarnessError if the function raises or returns anything else."""
        hash_image = find_function(self.function)
        rows = [self._bits(hash_image, image) for image in images]
        shapes = {row.shape for row in rows}
        if len(shapes) > 1:
            one, other = sorted(shapes)[:2]
            raise HarnessError(f"{self.function} returns hashes of different shapes: {one} and {other}")
        return {"bits": np.array(rows, bool)}

    def _bits(self, hash_image: HashFunction, image: np.ndarray) -> Bits:
        if self.rotations == 1 and not self.flips:
            return self._hash(hash_image, image)
        views = rotate_and_flip(image, self.rotations, flips=self.flips)
        return np.stack([self._hash(hash_image, view) for view in views])

    def _hash(self, hash_image: HashFunction, image: np.ndarray) -> Bits:
        options = {} if self.hash_size == SIDE else {"hash_size": self.hash_size}
        try:
            result = hash_image(Image.fromarray(image), **options)
        except Exception as error:  # code of the user
            reason = make_printable(" ".join(str(error).split()))[:200]
            raise HarnessError(f"{self.function} raises {type(error).__name__}: {reason}") from error
        return _as_bits(self.function, result)


def _as_bits(name: str, result: Any) -> Bits:
    """Return what a function returned as bits; HarnessError unless it is an ImageHash or an array of bits."""
    array = getattr(result, "hash", result)
    is_bits = isinstance(array, np.ndarray) and array.ndim and 0 < array.size <= _LONGEST
    if not is_bits or not (array.dtype == bool or np.isin(array, (0, 1)).all()):
        what = make_printable(type(result).__name__)
        raise HarnessError(f"{name} returns {what}, not an imagehash.ImageHash or an array of at most {_LONGEST} bits")
    return np.asarray(array, bool)


def find_function(name: str) -> HashFunction:
    """Return the function `module:function`; modules in the current folder are found after all others.

    Raises HarnessError if there is none.
    """
    module, _, function = name.partition(":")
    if not _NAME.fullmatch(name):
        raise HarnessError(f"{name!r:.60} names no function; write module:function")
    _find_own_modules()
    try:
        found: HashFunction | None = getattr(import_module(module), function, None)
    except ModuleNotFoundError as error:
        raise HarnessError(f"{name:.60}: there is no module {str(error.name)!r:.60}") from None
    except Exception as error:  # noqa: BLE001 (code of the user)
        raise HarnessError(
            f"{name:.60}: the import raises {type(error).__name__}: {make_printable(str(error)):.200}"
        ) from None
    if found is None or not callable(found):
        raise HarnessError(f"the module {module!r:.60} has no function {function!r:.60}")
    return found


def name_of_function(function: HashFunction) -> str:
    """Return `module:function`; HarnessError for a function that another process cannot import.

    >>> name_of_function(rotate_and_flip)
    'solutions.hashing.hashes.rotations:rotate_and_flip'
    """
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if module == "__main__" or not _NAME.fullmatch(f"{module}:{name}"):
        raise HarnessError(
            f"{make_printable(repr(function)):.60} cannot be imported by other processes; use def in a module "
            "and import it"
        )
    return f"{module}:{name}"


@cache
def imagehash_functions() -> tuple[str, ...]:
    """Return the names of the functions of imagehash that return one hash of an image."""
    import imagehash

    functions = inspect.getmembers(imagehash, inspect.isfunction)
    return tuple(
        name
        for name, each in functions
        if name != SEVERAL and next(iter(inspect.signature(each).parameters)) == "image"
    )


def function_name(kind: str) -> str:
    """Return the name of a function without that of imagehash."""
    return kind.removeprefix(f"{_IMAGEHASH}:")


def _code_digest(module: str) -> str:
    _find_own_modules()
    try:
        return imports_digest(module)
    except ModuleNotFoundError:
        raise HarnessError(f"there is no module {module!r:.60}, neither installed nor in the current folder") from None
    except (ImportError, OSError, SyntaxError, ValueError) as error:
        raise HarnessError(f"the code of the module {module!r:.60} cannot be read: {error}") from None


def _find_own_modules() -> None:
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
