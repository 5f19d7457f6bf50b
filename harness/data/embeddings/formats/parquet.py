"""Vectors in a Parquet file: a column of ids, and a column of lists or many columns of numbers. It needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.embeddings.formats.vector_file import VectorFile, damage_reported
from harness.errors import DataError, HarnessError
from harness.installation import install_command

_ID_NAMES = ("id", "ids", "image_id")
_ROWS = 1 << 13  # rows in a block


def require_pyarrow(path: Path) -> None:
    """Raise HarnessError, with the command that installs it, if pyarrow is missing."""
    if find_spec("pyarrow") is None:
        raise HarnessError(f"{path}: Parquet files need pyarrow: {install_command('parquet')}")


def open_parquet(path: Path) -> VectorFile:
    """Return the vectors of a file; the ids are its column `id`, `ids` or `image_id`, or its only column of text."""
    require_pyarrow(path)
    with damage_reported(path, "Parquet"):
        columns = _choose_columns(path)
        ids = [each for batch in _batches(path, [columns.id]) for each in _ids(path, batch.column(0))]
        width = columns.width or _width_of_lists(path, columns)
    return VectorFile(path, ids, width, lambda: _blocks(path, columns, width))


@dataclass(frozen=True)
class VectorColumns:
    """The names of the column of ids and of those of vectors; `width` is 0 for lists of any length."""

    id: str
    vectors: Sequence[str]
    are_lists: bool
    width: int


def _choose_columns(path: Path) -> VectorColumns:
    from pyarrow import parquet

    kinds = {field.name: field.type for field in parquet.ParquetFile(path).schema_arrow}
    texts = [name for name, kind in kinds.items() if _is_text(kind)]
    id_name = next((name for name in _ID_NAMES if name in kinds), texts[0] if len(texts) == 1 else None)
    lists = [name for name, kind in kinds.items() if _is_list(kind)]
    numbers = [name for name, kind in kinds.items() if _is_number(kind) and name != id_name and not _is_index(name)]
    if id_name is None or len(lists) > 1 or not (lists or numbers):
        raise DataError(f"{path}: has the columns {', '.join(list(kinds)[:9])}; write id, and vector with lists")
    if lists:
        return VectorColumns(id_name, lists, True, getattr(kinds[lists[0]], "list_size", 0))
    return VectorColumns(id_name, numbers, False, len(numbers))


def _is_index(name: str) -> bool:
    """Return whether a column is the row index of a pandas table, which is not part of a vector."""
    return name.startswith("__index_level_")


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_floating(kind) or types.is_integer(kind))


def _is_list(kind: Any) -> bool:
    from pyarrow import types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return bool(is_list and _is_number(kind.value_type))


def _batches(path: Path, names: Sequence[str]) -> Iterator[Any]:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        yield from file.iter_batches(_ROWS, columns=list(names))


def _ids(path: Path, column: Any) -> list[str]:
    from pyarrow import string, types

    if column.null_count or not (types.is_integer(column.type) or _is_text(column.type)):
        raise DataError(f"{path}: the ids are {column.type}, {column.null_count} of them missing; write texts")
    return list(column.cast(string()).to_pylist())


def _width_of_lists(path: Path, columns: VectorColumns) -> int:
    for batch in _batches(path, columns.vectors):
        return len(batch.column(0)[0])
    raise DataError(f"{path}: holds no vectors")


def _blocks(path: Path, columns: VectorColumns, width: int) -> Iterator[np.ndarray]:
    with damage_reported(path, "Parquet"):
        for start, batch in zip(range(0, 1 << 62, _ROWS), _batches(path, columns.vectors), strict=False):
            if columns.are_lists:
                yield _rows_of_lists(path, batch.column(0), start, width)
            else:
                yield np.column_stack([each.to_numpy(zero_copy_only=False) for each in batch.columns])


def _rows_of_lists(path: Path, lists: Any, start: int, width: int) -> np.ndarray:
    from pyarrow import compute

    lengths = compute.list_value_length(lists).to_numpy(zero_copy_only=False)
    bad = np.flatnonzero(lengths != width)  # NaN for a missing list
    if len(bad):
        raise DataError(f"{path}: vector {start + bad[0] + 1} has {lengths[bad[0]]:.0f} numbers, the first {width}")
    return np.asarray(lists.flatten().to_numpy(zero_copy_only=False)).reshape(len(lists), width)
