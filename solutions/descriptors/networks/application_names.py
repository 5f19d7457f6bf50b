"""The names of networks that Keras builds, read from its source, because to import Keras takes seconds."""

import ast
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from harness import HarnessError
from solutions.descriptors.networks import efficientnet_lite as lite


@cache
def application_names() -> tuple[str, ...]:
    """Return the names of `keras.applications`; () if Keras or its source cannot be read.

    >>> "ResNet50" in application_names()
    True
    """
    keras = find_spec("keras")
    try:
        folder = ((keras and keras.submodule_search_locations) or [""])[0]
        source = (Path(folder) / "applications" / "__init__.py").read_text(encoding="utf-8")
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    except (OSError, ValueError, SyntaxError):
        return ()
    return tuple(each.asname or each.name for node in nodes for each in node.names if each.name[0].isupper())


def unknown_network(name: str, names: tuple[str, ...]) -> HarnessError:
    """Return the error for a name that is neither one of EfficientNet-Lite nor one of these."""
    similar = get_close_matches(name, [*lite.SIZES, *names], 1, 0)
    return HarnessError(
        f"no network is named {name!r:.60}; perhaps {similar[0]}? Known are {', '.join(lite.SIZES)}, those of "
        "keras.applications, timm:NAME, hf:NAME, module:function, and files such as model.onnx: see docs/models.md"
    )


def require_network(name: str) -> None:
    """Raise HarnessError if no network has the name, as far as the source of Keras tells."""
    names = application_names()
    if names and name not in names and name not in lite.SIZES:
        raise unknown_network(name, names)
