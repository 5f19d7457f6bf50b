"""Names, types and shapes of the arrays that an extractor returns, checked for every batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.store.extractor import Descriptors, Extractor
from harness.errors import SolutionError

_TEST_SIDE = 64  # pixels of the black test image for extractors that take images of any size
_KINDS = "biufc"  # NumPy kinds of numbers
_LONGEST_NAME = 60  # characters of an array name, which is part of a file name


@dataclass(frozen=True)
class ArraySpec:
    """Name, `dtype` and row `shape` of an array. A ragged array has a varying number of such rows per image."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    ragged: bool

    @property
    def row_bytes(self) -> int:
        """Return the size of a row in bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize

    def missing_rows(self, n: int) -> np.ndarray:
        """Return `n` rows for images that could not be decoded: NaN, or zero for whole numbers."""
        value = np.nan if np.dtype(self.dtype).kind in "fc" else 0
        return np.full((n, *self.shape), value, self.dtype)

    def __str__(self) -> str:
        shape = ", ".join(map(str, ("any",) * self.ragged + self.shape))
        return f"{self.name}: {np.dtype(self.dtype)} ({shape})"


def infer_specs(extractor: Extractor) -> list[ArraySpec]:
    """Return the specs of the arrays for a black image; SolutionError for invalid arrays or decoding options."""
    _require_decodable(extractor)
    width, height = extractor.size or (_TEST_SIDE, _TEST_SIDE)
    black = np.zeros((height, width) if extractor.mode == "L" else (height, width, 3), np.uint8)
    transform = extractor.transform
    return list(_describe(extractor, [black if transform is None else transform(black)]))


def describe_batch(
    extractor: Extractor, specs: Sequence[ArraySpec], images: Sequence[np.ndarray]
) -> dict[str, Descriptors]:
    """Return the extractor's arrays for a batch, by name; SolutionError unless they have the specs and all images."""
    arrays = _describe(extractor, images)
    if set(arrays) != set(specs):
        raise SolutionError(
            f"{extractor.identity} returned ({_join(arrays)}) for a batch of {len(images)} images and "
            f"({_join(specs)}) for a black one; return arrays of the same names, types and shapes for any batch"
        )
    return {spec.name: values for spec, values in arrays.items()}


def _require_decodable(extractor: Extractor) -> None:
    reduce_to = () if extractor.reduce_to is None else (extractor.reduce_to,)
    numbers = *(extractor.size or ()), extractor.batch, *reduce_to
    is_valid = all(isinstance(number, int | np.integer) and number > 0 for number in numbers)
    if extractor.mode not in ("L", "RGB") or not is_valid:
        raise SolutionError(
            f"{extractor.identity} asks for mode {extractor.mode!r}, size {extractor.size}, reduce_to "
            f"{extractor.reduce_to}, batch {extractor.batch}; mode is 'L' or 'RGB', the others are numbers from 1"
        )


def _describe(extractor: Extractor, images: Sequence[np.ndarray]) -> dict[ArraySpec, Descriptors]:
    """Return the arrays for a batch by their specs; each array has one entry per image."""
    returned = extractor.describe(images if extractor.size is None else np.stack(images))
    arrays = returned if isinstance(returned, Mapping) else {"rows": returned}
    n = len(images)
    if not arrays or not all(isinstance(array, np.ndarray | list) and len(array) == n for array in arrays.values()):
        raise SolutionError(
            f"{extractor.identity} returned {_outline(arrays)} for {n} images; return an array with a row for "
            "each, a list with an array for each, or a dictionary of these"
        )
    return {_spec_of(extractor, name, array): array for name, array in arrays.items()}


def _spec_of(extractor: Extractor, name: str, values: Descriptors) -> ArraySpec:
    ragged = isinstance(values, list)
    arrays = [np.asarray(array) for array in values] if ragged else [np.asarray(values)]
    kinds = {(array.dtype.str, array.shape[1:]) for array in arrays}
    dtype, shape = next(iter(kinds))
    is_valid_name = isinstance(name, str) and name.isidentifier() and name.isascii() and len(name) <= _LONGEST_NAME
    is_uniform = len(kinds) == 1 and all(array.ndim for array in arrays)
    if not is_valid_name or not is_uniform or np.dtype(dtype).kind not in _KINDS or 0 in shape:
        raise SolutionError(
            f"{extractor.identity} returned {_outline({name: values})}; an array is named by letters, digits and '_', "
            "holds numbers, and each of its rows has the same shape without zeros"
        )
    return ArraySpec(name, dtype, shape, ragged)


def _outline(arrays: Mapping[str, object]) -> str:
    return ", ".join(f"{name!r}: {_shape(values)}" for name, values in arrays.items())[:200] or "nothing"


def _shape(values: object) -> str:
    if isinstance(values, list):
        return f"a list of {len(values)}: {', '.join(_shape(value) for value in values[:2])}"
    return f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else type(values).__name__


def _join(specs: Mapping[ArraySpec, object] | Sequence[ArraySpec]) -> str:
    return "; ".join(sorted(map(str, specs)))
