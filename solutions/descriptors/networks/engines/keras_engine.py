"""Run networks of Keras on its back end, for layers that cannot be converted and on accelerators."""

from collections.abc import Mapping
from contextlib import nullcontext

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks import keras_backend
from solutions.descriptors.networks.engines.engine import LoadedNetwork, Precision, Shape, device_facts
from solutions.descriptors.networks.network_spec import NetworkSpec

CPU_BATCH = 8  # images


def packages() -> tuple[str, ...]:
    return ("tensorflow", "tensorflow-cpu", "torch", "jax")


def made_with() -> Mapping[str, str]:
    """Return the versions of Keras and its back end. Raises HarnessError if one is not installed."""
    return {"engine": "keras", **keras_backend.installed_versions(), **device_facts(can_use_gpu)}


def can_use_gpu() -> bool:
    """Return whether a back end is installed that has an accelerator."""
    return bool(keras_backend.installed_backends()) and keras_backend.on_accelerator()


def on_accelerator() -> bool:
    return keras_backend.on_accelerator()


def load(spec: NetworkSpec, precision: Precision, shape: Shape | None = None) -> LoadedNetwork:  # noqa: ARG001
    """Return the network. Raises HarnessError if it cannot be built, or is no network of Keras."""
    from solutions.descriptors.networks.keras_models import build_network
    from solutions.descriptors.networks.registry import find_source
    from solutions.descriptors.networks.sources import keras_networks

    if find_source(spec).__name__ != keras_networks.__name__:
        raise HarnessError(f"{spec.name}: Keras cannot run it; unset LANDMARK_ENGINE")
    if spec.preprocessing is not None:
        raise HarnessError(f"{spec.name}: preprocessing= needs another engine; unset LANDMARK_ENGINE")
    keras = keras_backend.load_keras()
    if precision == "bf16" and not on_accelerator():
        raise HarnessError("precision='bf16' needs OpenVINO or an accelerator; choose float32")
    with keras.config.dtype_policy_scope("mixed_bfloat16") if precision == "bf16" else nullcontext():
        model = build_network(spec.name, spec.weights, spec.layer, spec.further, classes=spec.classes)
    forward = keras_backend.compile_model(model)

    def run(images: np.ndarray) -> Mapping[str, np.ndarray]:
        outputs = forward(images.astype(np.float32)).items()
        return {name: np.asarray(output, np.float32) for name, output in outputs}

    return LoadedNetwork(run, model.input.shape[1:3], parallel=not on_accelerator())
