"""Engines by name: OpenVINO, ONNX Runtime, and Keras on its back end.

LANDMARK_ENGINE names the engine; without it the first that is installed runs, in this order. On a GPU it is the first
that can use it.
"""

import os

from harness import HarnessError, install_command
from solutions.descriptors.networks.engines import keras_engine, onnxruntime_engine, openvino_engine
from solutions.descriptors.networks.engines.engine import Engine, network_device
from solutions.descriptors.networks.package_versions import package_version

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
    engines = [ENGINES[each] for each in ([name] if name else installed)]
    if network_device(lambda: any(engine.can_use_gpu() for engine in engines)) == "cpu":
        return engines[0]
    return next(engine for engine in engines if engine.can_use_gpu())
