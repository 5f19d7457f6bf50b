"""Load the function to be checked, and find the metric that it should equal."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from metrics.base import Metric, Task
from metrics.registry import metric, metrics_of


class ScorerLoadError(ValueError):
    """The function cannot be loaded; the message names the module or file."""


def load_score(name: str) -> Callable[..., Any]:
    """The function `module:function` or `path/to/file.py:function`; without a function name it is `score`.

    >>> load_score("math:sqrt")(4)
    2.0
    """
    place, _, function = name.rpartition(":") if ":" in name else (name, "", "score")
    try:
        module = _from_file(Path(place)) if place.endswith(".py") else _from_name(place)
    except ScorerLoadError:
        raise
    except Exception as error:
        raise ScorerLoadError(f"{place}: cannot be imported: {type(error).__name__}: {error}") from error
    score = getattr(module, function, None)
    if not callable(score):
        raise ScorerLoadError(f"{place}: defines no function {function!r}; name it as in {place}:my_score")
    return score  # type: ignore[no-any-return]


def metric_for(score: Callable[..., Any], against: str | None = None, task: Task | None = None) -> Metric:
    """The metric that a function should equal: `against`, else its attribute `against`, else the first of the task.

    Without a task that is `map@100`. Raises ValueError for a metric that does not exist or is of another task.
    """
    name = against or getattr(score, "against", None) or metrics_of(task or "retrieval")[0].name
    target = metric(str(name))
    if task not in (None, target.task):
        raise ValueError(f"{target} is a metric of {target.task}, not of {task}")
    return target


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ScorerLoadError(f"{path}: there is no such file")
    _add_to_path(path.resolve().parent)
    spec = importlib.util.spec_from_file_location(f"checked_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ScorerLoadError(f"{path}: cannot be imported")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _from_name(name: str) -> ModuleType:
    _add_to_path(Path.cwd())
    return importlib.import_module(name)


def _add_to_path(folder: Path) -> None:
    """Append a folder to the import path."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
