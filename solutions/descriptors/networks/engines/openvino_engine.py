"""Run converted networks on OpenVINO on the CPU.

One thread computes a batch, and as many batches run at once as the process may use cores, so that a row does not depend
on the number of threads.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np

from harness import HarnessError, cores
from solutions.descriptors.networks.engines.engine import LoadedNetwork, Precision, Shape
from solutions.descriptors.networks.network_cache import converted_network
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.package_versions import package_version
from solutions.kernels.openvino import import_openvino

CPU_BATCH = 2  # images; larger batches leave the cache
_COMPILED_OPERATORS = 2000  # kept for images of several sizes, some 5 MB a size of lite0
_TYPES = {"float32": "f32", "bf16": "bf16"}


def packages() -> tuple[str, ...]:
    return ("openvino",)


def made_with() -> Mapping[str, str]:
    """Return the version, which determines the bits of a row."""
    return {"engine": "openvino", "openvino": str(package_version("openvino"))}


def can_use_gpu() -> bool:
    return False


def on_accelerator() -> bool:
    return False


def load(spec: NetworkSpec, precision: Precision, shape: Shape | None = None) -> LoadedNetwork:
    """Return the network. Raises HarnessError if it cannot be converted or loaded."""
    path, description = converted_network(spec)
    ov = import_openvino()
    try:
        model = ov.Core().read_model(path)
        preprocessor = ov.preprocess.PrePostProcessor(model)
        preprocessor.input().tensor().set_element_type(ov.Type.u8)
        compiled = ov.Core().compile_model(_fix_shape(preprocessor.build(), shape), "CPU", _properties(precision))
    except RuntimeError as error:
        raise HarnessError(f"{spec.name}: OpenVINO cannot load it: {str(error).splitlines()[0]:.200}") from None
    return LoadedNetwork(_Requests(compiled, list(description.outputs)), description.input_size)


def _fix_shape(model: Any, shape: Shape | None) -> Any:
    """Return the model for batches of this shape only, which is faster, or itself if it does not take them."""
    if shape is None:
        return model
    fixed = model.clone()
    try:
        fixed.reshape(shape)
    except RuntimeError:
        return model
    return fixed


def _properties(precision: Precision) -> dict[str, object]:
    """Return one stream, a thread and its working memory, for each core that the process may use."""
    with ThreadPoolExecutor(1) as thread:  # this thread may be limited to one core of several
        streams = thread.submit(cores).result()
    return {
        "INFERENCE_PRECISION_HINT": _TYPES[precision],
        "EXECUTION_MODE_HINT": "ACCURACY" if precision == "float32" else "PERFORMANCE",
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,
        "CPU_RUNTIME_CACHE_CAPACITY": _COMPILED_OPERATORS,
    }


class _Requests:
    """Infer requests of one compiled network, each used by one thread at a time."""

    def __init__(self, compiled: Any, outputs: list[str]) -> None:
        self._compiled, self._outputs = compiled, outputs
        self._free: SimpleQueue[Any] = SimpleQueue()

    def __call__(self, images: np.ndarray) -> Mapping[str, np.ndarray]:
        request = self._request()
        request.infer([np.ascontiguousarray(images)], share_inputs=True)
        outputs = {name: np.array(request.get_tensor(name).data) for name in self._outputs}
        self._free.put(request)
        return outputs

    def _request(self) -> Any:
        try:
            return self._free.get_nowait()
        except Empty:
            return self._compiled.create_infer_request()
