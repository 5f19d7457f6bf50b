"""Engines by name: OpenVINO, ONNX Runtime, and Keras on its back end.

LANDMARK_ENGINE names the engine; without it the first that is installed runs, in this order.
"""

import os

from harness import HarnessError, install_command
from solutions.descriptors.networks.engines import keras_engine, onnxruntime_engine, openvino_engine
from solutions.descriptors.networks.engines.engine import Engine, package_version

VARIABLE = "LANDMARK_ENGINE"
ENGINES: dict[str, Engine] = {"openvino": openvino_engine, "onnxruntime": onnxruntime_engine, "keras": keras_engine}


def find_engine() -> Engine:
    """Return the engine that LANDMARK_ENGINE names, else the first installed one.

    Raises HarnessError if it does not exist or is not installed.
    """
    name = os.environ.get(VARIABLE)
    if name and name not in ENGINES:
        raise HarnessError(f"{VARIABLE}={name!r:.40} is no engine; set it to {', '.join(ENGINES)}")
    installed = [key for key, engine in ENGINES.items() if any(map(package_version, engine.packages()))]
    if name and name not in installed:
        raise HarnessError(f"{VARIABLE}={name}: it is not installed; install another engine or unset {VARIABLE}")
    if not installed:
        raise HarnessError(f"networks need openvino or onnxruntime; install them with: {install_command()}")
    return ENGINES[name or installed[0]]
