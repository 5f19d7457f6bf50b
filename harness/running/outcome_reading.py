"""Read the outcome that the process of a run leaves: JSON of anything, of which only what it should be is accepted."""

import json
from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from harness.running.run_folder import OUTCOME, RunFileError, open_run_file
from leaderboard import Coverage, Stage
from leaderboard.safe_text import make_printable

_MAX_BYTES, _MAX_TEXT, _MAX_ITEMS = 1_000_000, 2000, 500
_MAX_NUMBER = 1e12  # seconds, MB or images


def read_outcome_fields(folder: Path) -> dict[str, Any]:
    """Return the fields of `Outcome` in a run's folder; RunFileError, which says what is wrong, for anything else."""
    with open_run_file(folder / OUTCOME, _MAX_BYTES) as file:
        content = file.read(_MAX_BYTES)
    try:
        stored = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RunFileError(f"{OUTCOME}: {_line(str(error))[:200]}") from None
    if not isinstance(stored, dict) or not stored.keys() <= _READERS.keys():
        raise RunFileError(f"{OUTCOME} has other fields than an outcome")
    try:
        return {key: _READERS[key](value) for key, value in stored.items()}
    except (TypeError, ValueError) as error:
        raise RunFileError(f"{OUTCOME}: {_line(str(error))[:200]}") from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _line(text: str) -> str:
    return make_printable(" ".join(text.split()))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of a text")
    return _line(value[:_MAX_TEXT])


def _optional_text(value: Any) -> str | None:
    return None if value is None else _text(value) or "it failed without a reason"


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} in place of a number")
    if not 0 <= value <= _MAX_NUMBER or not isfinite(value):
        raise ValueError("a number out of range")
    return float(value)


def _count(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{type(value).__name__} in place of a count")
    return int(_number(value))


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > _MAX_ITEMS:
        raise TypeError("no list, or a long one")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or len(value) > _MAX_ITEMS:
        raise TypeError("no object, or a large one")
    return value


def _fields(value: Any, *names: str) -> list[Any]:
    mapping = _mapping(value)
    if mapping.keys() != set(names):
        raise ValueError(f"other fields than {', '.join(names)}")
    return [mapping[each] for each in names]


def _stage(value: Any) -> Stage:
    name, *costs = _fields(value, "name", "wall_s", "cpu_s", "peak_mb")
    return Stage(_text(name)[:40], *map(_number, costs))


def _coverage(value: Any) -> Coverage | None:
    if value is None:
        return None
    return Coverage(*map(_count, _fields(value, "queries", "answered", "empty", "failed")))


_READERS: dict[str, Callable[[Any], Any]] = {
    "reason": _optional_text,
    "stages": lambda value: tuple(map(_stage, _items(value))),
    "coverage": _coverage,
    "undecodable": _count,
    "examples": lambda value: tuple(map(_text, _items(value))),
    "versions": lambda value: {_text(key): _text(each) for key, each in _mapping(value).items()},
    "digest": _text,
    "answer_digest": _text,
    "kind": lambda value: value if value == "place" else "solution",
}
