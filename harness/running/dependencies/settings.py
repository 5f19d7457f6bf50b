"""Settings that choose code and are not in one variable: the configuration of Keras."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

_KERAS = {"backend": "tensorflow", "floatx": "float32", "epsilon": "1e-07", "image_data_format": "channels_last"}


def keras_file(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of the file of Keras' configuration: in KERAS_HOME, else in ~/.keras."""
    return os.path.abspath(os.path.expanduser(os.path.join(environment.get("KERAS_HOME") or "~/.keras", "keras.json")))


def keras_configuration(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what Keras will use: KERAS_BACKEND, else what `~/.keras/keras.json` says, else its defaults."""
    stored: object = None
    try:
        with Path(keras_file(environment)).open(encoding="utf-8") as file:
            stored = json.loads(file.read(100_000))
    except (OSError, ValueError, RecursionError):
        pass
    values = {name: str(value) for name, value in stored.items() if name in _KERAS} if isinstance(stored, dict) else {}
    backend = {"backend": environment["KERAS_BACKEND"]} if environment.get("KERAS_BACKEND") else {}
    return {f"Keras {name}": value for name, value in (_KERAS | values | backend).items()}
