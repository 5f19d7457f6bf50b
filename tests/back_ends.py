"""Back ends of Keras, one of which is needed to train layers of a network."""

from importlib.util import find_spec

import pytest

from harness.installation import install_command

BACK_ENDS = ("tensorflow", "torch", "jax")


def require_back_end() -> None:
    """Skip the running test, or the module that is being imported, if no back end is installed."""
    if not any(map(find_spec, BACK_ENDS)):
        pytest.skip(f"no back end of Keras is installed: {install_command('tensorflow')}", allow_module_level=True)
