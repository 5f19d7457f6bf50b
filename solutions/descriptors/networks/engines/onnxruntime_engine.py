"""Run converted networks on ONNX Runtime; one thread computes a batch."""

from collections.abc import Mapping

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.engines.engine import LoadedNetwork, Precision, package_version, require_float32
from solutions.descriptors.networks.network_cache import converted_network
from solutions.descriptors.networks.network_spec import NetworkSpec


def packages() -> tuple[str, ...]:
    return ("onnxruntime", "onnxruntime-gpu")


def made_with() -> Mapping[str, str]:
    """Return the version, which determines the bits of a row."""
    versions = {package: package_version(package) for package in packages()}
    return {"engine": "onnxruntime"} | {package: number for package, number in versions.items() if number}


def on_accelerator() -> bool:
    return False


def load(spec: NetworkSpec, precision: Precision) -> LoadedNetwork:
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
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 (its own types are not exported)
        raise HarnessError(f"{spec.name}: ONNX Runtime cannot load it: {str(error).splitlines()[0]:.200}") from None
    names = list(description.outputs)

    def run(images: np.ndarray) -> Mapping[str, np.ndarray]:
        return dict(zip(names, session.run(names, {"pixels": images.astype(np.float32)}), strict=True))

    return LoadedNetwork(run, description.input_size)
