"""Run converted networks on ONNX Runtime: on a CUDA GPU if one is chosen; on the CPU one thread computes a batch."""

from collections.abc import Mapping

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.engines.engine import (
    LoadedNetwork,
    Precision,
    Shape,
    device_facts,
    network_device,
    require_float32,
)
from solutions.descriptors.networks.network_cache import converted_network
from solutions.descriptors.networks.network_spec import PIXELS, NetworkSpec
from solutions.descriptors.networks.package_versions import package_version

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
_CUDA_OPTIONS = {"use_tf32": 0, "cudnn_conv_algo_search": "DEFAULT"}  # float32 sums, always by the same algorithm

CPU_BATCH = 8  # images


def packages() -> tuple[str, ...]:
    return ("onnxruntime", "onnxruntime-gpu")


def made_with() -> Mapping[str, str]:
    """Return the version, which determines the bits of a row."""
    versions = {package: package_version(package) for package in packages()}
    installed = {package: number for package, number in versions.items() if number}
    return {"engine": "onnxruntime", **installed, **device_facts(can_use_gpu)}


def can_use_gpu() -> bool:
    """Return whether onnxruntime-gpu is installed."""
    if package_version("onnxruntime-gpu") is None:
        return False
    import onnxruntime

    return _CUDA in onnxruntime.get_available_providers()


def on_accelerator() -> bool:
    return network_device(can_use_gpu) != "cpu"


def load(spec: NetworkSpec, precision: Precision, shape: Shape | None = None) -> LoadedNetwork:  # noqa: ARG001
    """Return the network. Raises HarnessError if it cannot be converted or loaded."""
    import onnxruntime

    require_float32(precision, "ONNX Runtime")
    path, description = converted_network(spec)
    if path.suffix != ".onnx":
        raise HarnessError(f"{spec.name}: only OpenVINO runs it; install openvino, or unset LANDMARK_ENGINE")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=_providers())
    except Exception as error:  # noqa: BLE001 (its own types are not exported)
        raise HarnessError(f"{spec.name}: ONNX Runtime cannot load it: {str(error).splitlines()[0]:.200}") from None
    if on_accelerator() and session.get_providers()[0] != _CUDA:
        raise HarnessError("ONNX Runtime finds no CUDA or cuDNN that fits it; set --device cpu, or LANDMARK_ENGINE")
    names = list(description.outputs)

    def run(images: np.ndarray) -> Mapping[str, np.ndarray]:
        return dict(zip(names, session.run(names, {PIXELS: images.astype(np.float32)}), strict=True))

    return LoadedNetwork(run, description.input_size)


def _providers() -> list[str | tuple[str, dict[str, object]]]:
    return [(_CUDA, dict(_CUDA_OPTIONS)), _CPU] if on_accelerator() else [_CPU]
