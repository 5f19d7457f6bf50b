"""Run a model file once, and check that a converted network treats each image by itself."""

import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from harness import HarnessError, make_printable
from solutions.kernels.openvino import import_openvino

Run = Callable[[np.ndarray], Mapping[str, np.ndarray]]

TOLERANCE = 1e-3  # of the largest value: engines choose other kernels for other batches and sizes
_LONGEST_REASON = 200
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # of a terminal
_PLACES = ("Exception from ", "Check ")  # in the code of OpenVINO


def load_run(path: Path) -> Run:
    """Return a function from the input of a model file to its outputs by each of their names, in float32 on the CPU.

    OpenVINO runs it, or ONNX Runtime where OpenVINO is not installed. Raises HarnessError if the file is no model, or
    has operators that the engine does not know.
    """
    load = _load_openvino if find_spec("openvino") or path.suffix != ".onnx" else _load_onnxruntime
    try:
        return load(path)
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 (engines raise many types)
        raise HarnessError(f"cannot be run: {one_line(error)}") from None


def _load_openvino(path: Path) -> Run:
    core = import_openvino().Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(images: np.ndarray) -> Mapping[str, np.ndarray]:
        return {name: np.array(values) for output, values in compiled(images).items() for name in output.names}

    return run


def _load_onnxruntime(path: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs, outputs = [each.name for each in session.get_inputs()], [each.name for each in session.get_outputs()]

    def run(images: np.ndarray) -> Mapping[str, np.ndarray]:
        try:
            return dict(zip(outputs, session.run(outputs, {inputs[0]: images}), strict=True))
        except Exception as error:  # noqa: BLE001 (its own types are not exported)
            raise RuntimeError(str(error)) from None

    return run


def one_line(error: Exception) -> str:
    r"""Return the first line of an error's message that says something, in printable characters.

    >>> one_line(RuntimeError("Exception from core.cpp:119:\nCheck 'x' failed at y.cpp:7:\nUnknown model format"))
    'Unknown model format'
    """
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).splitlines() if any(map(str.isalnum, line))]
    telling = [line for line in lines if not line.startswith(_PLACES)] or lines or [type(error).__name__]
    return make_printable(telling[0])[:_LONGEST_REASON]


def noise(n: int, height: int, width: int) -> np.ndarray:
    """Return images `(n, h, w, 3)` float32 of random pixels from 0 to 255, always the same."""
    return np.random.default_rng(0).integers(0, 256, (n, height, width, 3)).astype(np.float32)


def verify_batches(run: Run, height: int, width: int) -> None:
    """Raise HarnessError unless three images give finite outputs, the same together and one by one."""
    images = noise(3, height, width)
    try:
        together = run(images)
        alone = [run(images[place : place + 1]) for place in range(3)]
    except RuntimeError as error:
        raise HarnessError(
            f"takes no batch of several images; export it with a batch axis that varies: {one_line(error)}"
        ) from None
    for name, rows in together.items():
        if not np.isfinite(rows).all():
            raise HarnessError(f"gives NaN or infinite values as {name} for images of {width} x {height} pixels")
        others = [each[name] for each in alone]
        if rows.shape[1:] != others[0].shape[1:] or difference(rows, np.concatenate(others)) > TOLERANCE:
            raise HarnessError(f"gives other {name} for an image in a batch; export it with a batch axis that varies")


def takes_size(run: Run, height: int, width: int) -> bool:
    """Return whether a network takes images of another size."""
    try:
        return all(np.isfinite(rows).all() for rows in run(noise(2, height, width)).values())
    except RuntimeError:
        return False


def difference(result: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference as a share of the largest expected value.

    >>> difference(np.array([1.0, 2.1]), np.array([1.0, 2.0])).__round__(3)
    0.05
    """
    return float(np.abs(result - expected).max() / max(np.abs(expected).max(), 1e-12))
