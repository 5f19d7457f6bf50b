"""What an extractor gives: named arrays, each with rows of one shape and type, held to from batch to batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.data.store.extractor import Descriptors, Extractor
from harness.errors import SolutionError

_BLANK_SIDE = 64  # pixels of the black image that an extractor of images as decoded is tried on
_KINDS = "biufc"  # of numbers
_LONGEST_NAME = 60  # of an array: it names files


@dataclass(frozen=True)
class ArraySpec:
    """One named array: `shape` and `dtype` of a row; of a ragged one, of each of the rows of an image."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    ragged: bool

    @property
    def row_bytes(self) -> int:
        """Return the size of a row."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize

    def missing_rows(self, n: int) -> np.ndarray:
        """Return what stands in the rows of images that could not be decoded: NaN, or zero in whole numbers."""
        blank = np.nan if np.dtype(self.dtype).kind in "fc" else 0
        return np.full((n, *self.shape), blank, self.dtype)

    def __str__(self) -> str:
        shape = ", ".join(map(str, ("any",) * self.ragged + self.shape))
        return f"{self.name}: {np.dtype(self.dtype)} ({shape})"


def infer_specs(extractor: Extractor) -> list[ArraySpec]:
    """Return what an extractor gives, learnt from one black image.

    Raises SolutionError where that, or how it wants images to be decoded, is nothing that can be used.
    """
    _require_decodable(extractor)
    width, height = extractor.size or (_BLANK_SIDE, _BLANK_SIDE)
    black = np.zeros((height, width) if extractor.mode == "L" else (height, width, 3), np.uint8)
    return list(_described(extractor, [black]))


def describe_batch(
    extractor: Extractor, columns: Sequence[ArraySpec], images: Sequence[np.ndarray]
) -> dict[str, Descriptors]:
    """Return the arrays that the extractor gives for some images.

    Raises SolutionError where they are not the columns, or have not a row for each image.
    """
    found = _described(extractor, images)
    if set(found) != set(columns):
        raise SolutionError(
            f"{extractor.identity} gave ({_listed(found)}) for a batch of {len(images)} images and "
            f"({_listed(columns)}) for a black one; give arrays of the same names, types and shapes for any batch"
        )
    return {column.name: values for column, values in found.items()}


def _require_decodable(extractor: Extractor) -> None:
    numbers = [
        *(extractor.size or ()),
        extractor.batch,
        *([] if extractor.reduce_to is None else [extractor.reduce_to]),
    ]
    if extractor.mode not in ("L", "RGB") or not all(
        isinstance(each, int | np.integer) and each > 0 for each in numbers
    ):
        raise SolutionError(
            f"{extractor.identity} asks for mode {extractor.mode!r}, size {extractor.size}, reduce_to "
            f"{extractor.reduce_to}, batch {extractor.batch}; mode is 'L' or 'RGB', the others are numbers from 1"
        )


def _described(extractor: Extractor, images: Sequence[np.ndarray]) -> dict[ArraySpec, Descriptors]:
    """Return the arrays for some images by what they are; each has an entry for each image."""
    given = extractor.describe(images if extractor.size is None else np.stack(images))
    arrays = given if isinstance(given, Mapping) else {"rows": given}
    usable = arrays and all(
        isinstance(each, np.ndarray | list) and len(each) == len(images) for each in arrays.values()
    )
    if not usable:
        raise SolutionError(
            f"{extractor.identity} gave {_outline(arrays)} for {len(images)} images; give an array with a row for "
            "each, a list with an array for each, or a dictionary of these"
        )
    return {_column(extractor, name, each): each for name, each in arrays.items()}


def _column(extractor: Extractor, name: str, values: Descriptors) -> ArraySpec:
    ragged = isinstance(values, list)
    arrays = [np.asarray(each) for each in values] if ragged else [np.asarray(values)]
    kinds = {(each.dtype.str, each.shape[1:]) for each in arrays}
    dtype, shape = next(iter(kinds))
    named = isinstance(name, str) and name.isidentifier() and name.isascii() and len(name) <= _LONGEST_NAME
    alike = len(kinds) == 1 and all(each.ndim for each in arrays)
    if not named or not alike or np.dtype(dtype).kind not in _KINDS or 0 in shape:
        raise SolutionError(
            f"{extractor.identity} gave {_outline({name: values})}; an array is named by letters, digits and '_', "
            "holds numbers, and each of its rows has the same shape, not of nothing"
        )
    return ArraySpec(name, dtype, shape, ragged)


def _outline(arrays: Mapping[str, object]) -> str:
    return ", ".join(f"{name!r}: {_shape(values)}" for name, values in arrays.items())[:200] or "nothing"


def _shape(values: object) -> str:
    if isinstance(values, list):
        return f"a list of {len(values)}: {', '.join(_shape(each) for each in values[:2])}"
    return f"{values.dtype} {values.shape}" if isinstance(values, np.ndarray) else type(values).__name__


def _listed(columns: Mapping[ArraySpec, object] | Sequence[ArraySpec]) -> str:
    return "; ".join(sorted(map(str, columns)))
