"""Keras 3 on the backend that KERAS_BACKEND names (tensorflow unless told), started once, quietly.

An operation gets one thread: callers describe several batches at a time instead, which is faster on small images, and
what comes out is the same to the bit for any number of cores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

import numpy as np

from harness import HarnessError

Forward = Callable[[np.ndarray], Mapping[str, np.ndarray]]

VARIABLE = "KERAS_BACKEND"
_WHEELS = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "jax": ("jax",), "torch": ("torch",)}
_STARTING = Lock()


def backend() -> str:
    """Return the name of the backend. Raises HarnessError for one that is not supported."""
    running = getattr(sys.modules.get("keras"), "backend", None)
    name = str(running.backend()) if running else os.environ.get(VARIABLE) or "tensorflow"
    if name not in _WHEELS:
        raise HarnessError(f"{VARIABLE}={name!r:.40} is no backend that is supported; set it to {', '.join(_WHEELS)}")
    return name


def versions() -> dict[str, str]:
    """Return the versions of Keras and of the backend; nothing is imported.

    Raises HarnessError where one of them is not installed.
    """
    name = backend()
    found = {wheel: _version(wheel) for wheel in ("keras", *_WHEELS[name])}
    keras, *engines = found.values()
    if not keras or not any(engines):
        missing = "keras" if not keras else name
        remedy = "'landmark[networks]'" if name == "tensorflow" else missing
        raise HarnessError(f"networks need {missing}, which is not installed; pip install {remedy}")
    return {wheel: number for wheel, number in found.items() if number}


def _version(wheel: str) -> str | None:
    try:
        return version(wheel)
    except PackageNotFoundError:
        return None


def started() -> Any:
    """Return the module keras, ready for use. Raises HarnessError where it cannot be had."""
    with _STARTING:
        name = backend()
        versions()
        if "keras" not in sys.modules:
            os.environ[VARIABLE] = name
            _prepare[name]()
        import keras

        keras.config.set_image_data_format("channels_last")
        keras.config.set_floatx("float32")
        return keras


def accelerated() -> bool:
    """Tell whether networks run on something else than the processor."""
    started()
    return _accelerated[backend()]()


def compiled(model: Any) -> Forward:
    """Return a function from pixels `(n, h, w, 3)` float32 to the model's outputs by name, for use in many threads."""
    return _compiled[backend()](model)


@contextmanager
def _silence() -> Iterator[None]:
    """Send what libraries write to standard error, past Python, nowhere."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _prepare_tensorflow() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _silence():
        import tensorflow as tf
    tf.get_logger().setLevel("ERROR")
    with suppress(RuntimeError):  # someone has used it already, with the threads that he chose
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(os.cpu_count() or 1)
        for device in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(device, True)


def _prepare_jax() -> None:
    import jax

    jax.config.update("jax_default_matmul_precision", "float32")


def _prepare_torch() -> None:
    import torch

    torch.set_num_threads(1)


def _tensorflow(model: Any) -> Forward:
    import tensorflow as tf

    run = tf.function(lambda pixels: model(pixels, training=False))
    return lambda pixels: {name: found.numpy() for name, found in run(tf.constant(pixels)).items()}


def _jax(model: Any) -> Forward:
    import jax

    weights = [[each.value for each in part] for part in (model.trainable_variables, model.non_trainable_variables)]
    run = jax.jit(lambda trainable, other, pixels: model.stateless_call(trainable, other, pixels, training=False)[0])
    return lambda pixels: {name: np.asarray(found) for name, found in run(*weights, pixels).items()}


def _torch(model: Any) -> Forward:
    import keras
    import torch

    def run(pixels: np.ndarray) -> Mapping[str, np.ndarray]:
        with torch.inference_mode():
            found = model(keras.ops.convert_to_tensor(pixels), training=False)
        return {name: keras.ops.convert_to_numpy(each) for name, each in found.items()}

    return run


def _tensorflow_accelerated() -> bool:
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("TPU"))


def _jax_accelerated() -> bool:
    import jax

    return bool(jax.default_backend() != "cpu")


def _torch_accelerated() -> bool:
    import torch

    return bool(torch.cuda.is_available())


_prepare = {"tensorflow": _prepare_tensorflow, "jax": _prepare_jax, "torch": _prepare_torch}
_compiled = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
_accelerated = {"tensorflow": _tensorflow_accelerated, "jax": _jax_accelerated, "torch": _torch_accelerated}
