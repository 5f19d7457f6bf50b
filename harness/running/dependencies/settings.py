"""Settings that choose code and are not in one variable: the configuration of Keras."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

KERAS_FILE = "keras.json"
_KERAS = {"backend": "tensorflow", "floatx": "float32", "epsilon": "1e-07", "image_data_format": "channels_last"}


def keras_configuration(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what Keras will use: KERAS_BACKEND, else what `~/.keras/keras.json` says, else its defaults."""
    folder = environment.get("KERAS_HOME") or "~/.keras"
    stored: object = None
    try:
        with Path(os.path.expanduser(os.path.join(folder, KERAS_FILE))).open(encoding="utf-8") as file:
            stored = json.loads(file.read(100_000))
    except (OSError, ValueError, RecursionError):
        pass
    values = {name: str(value) for name, value in stored.items() if name in _KERAS} if isinstance(stored, dict) else {}
    backend = {"backend": environment["KERAS_BACKEND"]} if environment.get("KERAS_BACKEND") else {}
    return {f"Keras {name}": value for name, value in (_KERAS | values | backend).items()}
