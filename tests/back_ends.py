"""Back ends of Keras, one of which is needed to train layers of a network."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest

from harness.installation import install_command

BACK_ENDS = ("tensorflow", "torch", "jax")


class LazyModule:
    """A module that is loaded when it is used first: collecting tests loads no back end, which takes seconds."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:
        return getattr(self._load(), name)


def require_back_end() -> None:
    """Skip the running test, or the module that is being imported, if no back end is installed."""
    if not any(map(find_spec, BACK_ENDS)):
        pytest.skip(f"no back end of Keras is installed: {install_command('tensorflow')}", allow_module_level=True)
