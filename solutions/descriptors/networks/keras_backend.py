"""Keras 3 on the backend that KERAS_BACKEND names, else on the first that is installed, loaded once and quietly.

An operation runs in one thread, so results are the same to the bit for any number of cores. Callers run several batches
at a time instead, which is faster on small images.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

import numpy as np

from harness import HarnessError, install_command
from solutions.descriptors.networks.package_versions import package_version
from solutions.kernels.openvino import import_openvino

Forward = Callable[[np.ndarray], Mapping[str, np.ndarray]]

BACKEND_VARIABLE = "KERAS_BACKEND"
_WHEELS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "torch": ("torch",), "jax": ("jax",)}
_DEFINITIONS = {"openvino": "openvino", "numpy": "jax"}  # backends that only define networks, and what they need
_LOAD_LOCK = Lock()


def backend_name() -> str:
    """Return the name of the backend. Raises HarnessError if it is not supported, or none is installed."""
    loaded = getattr(sys.modules.get("keras"), "backend", None)
    name = str(loaded.backend()) if loaded else os.environ.get(BACKEND_VARIABLE) or _first_installed()
    if name not in _WHEELS:
        raise HarnessError(
            f"{BACKEND_VARIABLE}={name!r:.40} is not a supported backend; set it to {', '.join(_WHEELS)}"
        )
    return name


def installed_backends() -> list[str]:
    """Return the names of the backends that are installed, without importing them."""
    return [name for name, wheels in _WHEELS.items() if any(map(package_version, wheels))]


def _first_installed() -> str:
    names = installed_backends()
    if not names:
        raise HarnessError(
            "training networks needs a back end of Keras, which is not installed; choose one of the extras "
            f"{', '.join(_WHEELS)}, e.g. {install_command('tensorflow')}"
        )
    return names[0]


def installed_versions() -> dict[str, str]:
    """Return the versions of Keras and of the backend, without importing them.

    Raises HarnessError if one of them is not installed.
    """
    name = backend_name()
    versions = {wheel: package_version(wheel) for wheel in ("keras", *_WHEELS[name])}
    keras, *backends = versions.values()
    if not keras or not any(backends):
        missing, extras = (name, [name]) if keras else ("keras", [])
        raise HarnessError(f"networks need {missing}; install it with: {install_command(*extras)}")
    return {wheel: number for wheel, number in versions.items() if number}


def load_keras() -> Any:
    """Return the module keras, configured. Raises HarnessError if it or a backend is not installed."""
    with _LOAD_LOCK:
        loaded = sys.modules.get("keras")
        if loaded and loaded.backend.backend() in _DEFINITIONS:
            return loaded
        name = backend_name()
        installed_versions()
        if not loaded:
            os.environ[BACKEND_VARIABLE] = name
            _configure(name)
        return _import_keras()


def load_keras_definitions() -> Any:
    """Return the module keras on a backend that defines and reads networks, but need not run them.

    Call it only in a process that does nothing else with Keras: OpenVINO is enough, and loaded in two seconds.
    """
    defining = [name for name, package in _DEFINITIONS.items() if package_version(package)]
    os.environ[BACKEND_VARIABLE] = (defining or [_first_installed()])[0]
    if "openvino" in defining:
        import_openvino()
    keras = _import_keras()
    from keras.src.applications import convnext, inception_resnet_v2

    convnext.LayerScale.compute_output_shape = lambda _, input_shape: input_shape  # or Keras runs them to find out
    inception_resnet_v2.CustomScaleLayer.compute_output_shape = lambda _, input_shape: input_shape[0]
    return keras


def _import_keras() -> Any:
    import keras

    keras.config.set_image_data_format("channels_last")
    keras.config.set_floatx("float32")
    return keras


def on_accelerator() -> bool:
    """Return whether networks run on an accelerator."""
    load_keras()
    return _HAS_ACCELERATOR[backend_name()]()


def _tensorflow_has_accelerator() -> bool:
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("TPU"))


def _jax_has_accelerator() -> bool:
    import jax

    return bool(jax.default_backend() != "cpu")


def _torch_has_accelerator() -> bool:
    import torch

    return bool(torch.cuda.is_available())


_HAS_ACCELERATOR = {
    "tensorflow": _tensorflow_has_accelerator,
    "jax": _jax_has_accelerator,
    "torch": _torch_has_accelerator,
}


def compile_model(model: Any) -> Forward:
    """Return a thread-safe function from pixels `(n, h, w, 3)` float32 to the model's outputs by name."""
    return _COMPILE[backend_name()](model)


@contextmanager
def _silence_stderr() -> Iterator[None]:
    """Discard what libraries write to file descriptor 2."""
    sys.stderr.flush()
    saved = os.dup(2)
    try:
        with open(os.devnull, "wb") as null:
            os.dup2(null.fileno(), 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _configure(backend: str) -> None:
    """Set one thread for an operation, and full precision."""
    if backend == "tensorflow":
        _configure_tensorflow()
    elif backend == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "float32")
    else:
        import torch

        torch.set_num_threads(1)


def _configure_tensorflow() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _silence_stderr():
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")
    with suppress(RuntimeError):  # TensorFlow is in use already, with other threads
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(os.cpu_count() or 1)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)


def _compile_tensorflow(model: Any) -> Forward:
    import tensorflow as tf

    run = tf.function(lambda pixels: model(pixels, training=False))
    return lambda pixels: {name: output.numpy() for name, output in run(tf.constant(pixels)).items()}


def _compile_jax(model: Any) -> Forward:
    import jax

    weights = [
        [variable.value for variable in part] for part in (model.trainable_variables, model.non_trainable_variables)
    ]
    run = jax.jit(lambda trainable, other, pixels: model.stateless_call(trainable, other, pixels, training=False)[0])
    return lambda pixels: {name: np.asarray(output) for name, output in run(*weights, pixels).items()}


def _compile_torch(model: Any) -> Forward:
    import keras
    import torch

    def run(pixels: np.ndarray) -> Mapping[str, np.ndarray]:
        with torch.inference_mode():
            outputs = model(keras.ops.convert_to_tensor(pixels), training=False)
        return {name: keras.ops.convert_to_numpy(output) for name, output in outputs.items()}

    return run


_COMPILE = {"tensorflow": _compile_tensorflow, "jax": _compile_jax, "torch": _compile_torch}
