"""Find extractors by specs such as `SquareExtractor(backbone='lite0')` or `my_module:MyExtractor(side=16)`."""

import inspect
import pkgutil
import sys
from contextlib import redirect_stdout
from importlib import import_module

from harness.data.store.extractor import Extractor
from harness.errors import HarnessError, SolutionError
from harness.solution.spec import split_spec, suggest_name

_PACKAGE = "solutions.descriptors.extractors"


def is_extractor_spec(spec: str) -> bool:
    """Return whether a spec names an extractor and not a solution: MODULE:CLASS, or a class of the package.

    >>> is_extractor_spec("SquareExtractor(side=224)"), is_extractor_spec("nearest")
    (True, False)
    """
    name = split_spec(spec)[0]
    return ":" in name or name[:1].isupper()


def load_extractor(spec: str) -> Extractor:
    """Return the extractor of a spec; SolutionError, with the nearest valid name, if there is none."""
    name, arguments = split_spec(spec)
    module, _, class_name = name.rpartition(":")
    try:
        with redirect_stdout(sys.stderr):  # standard output is the command's
            return _find(class_name, _classes(module) if module else _built_in_classes())(**arguments)
    except (HarnessError, KeyboardInterrupt):
        raise
    except BaseException as error:  # noqa: BLE001 (an import may raise anything)
        raise SolutionError(f"{spec}: {type(error).__name__}: {error}") from None


def _find(name: str, classes: dict[str, type[Extractor]]) -> type[Extractor]:
    if name not in classes:
        raise SolutionError(f"no extractor is named {name!r}; {suggest_name(name, list(classes))}")
    return classes[name]


def _built_in_classes() -> dict[str, type[Extractor]]:
    modules = pkgutil.iter_modules(import_module(_PACKAGE).__path__)
    return {name: each for module in modules for name, each in _classes(f"{_PACKAGE}.{module.name}").items()}


def _classes(module: str) -> dict[str, type[Extractor]]:
    """Return the extractors that a module defines, by name."""
    imported = import_module(module)
    return {
        name: each
        for name, each in vars(imported).items()
        if inspect.isclass(each) and issubclass(each, Extractor) and each.__module__ == imported.__name__
    }
