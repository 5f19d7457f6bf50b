"""TorchScript read by OpenVINO's own front end, for programs that torch cannot export as ONNX."""

from typing import Any

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.sources.openvino_rewriting import OpenvinoModel
from solutions.descriptors.networks.sources.verification import TOLERANCE, difference, one_line
from solutions.kernels.openvino import import_openvino


def read_torchscript(model: Any, size: tuple[int, int]) -> OpenvinoModel:
    """Return a module of TorchScript of images `(n, 3, h, w)`; height and width vary.

    Raises HarnessError if it has operators that OpenVINO does not know, or if OpenVINO computes other values.
    """
    import torch

    ov = import_openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    example = (torch.zeros(2, 3, *size),)
    try:
        front_end = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(model, example_input=example, trace_kwargs={"strict": False})
        converted = front_end.convert(front_end.load(decoder))
        converted.reshape({converted.inputs[0]: ov.PartialShape([-1, 3, -1, -1])})
    except Exception as error:  # noqa: BLE001 (the front end raises many types)
        raise HarnessError(f"cannot be converted: {one_line(error)}") from None
    _compare(model, converted, size)
    return OpenvinoModel.of(converted)


def _compare(model: Any, converted: Any, size: tuple[int, int]) -> None:
    """Raise HarnessError unless OpenVINO gives the values of torch."""
    import torch

    from solutions.descriptors.networks.sources.torch_layers import named_tensors

    images = np.random.default_rng(0).normal(size=(3, 3, *size)).astype(np.float32)
    compiled = import_openvino().Core().compile_model(converted, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    results = list(compiled(images).values())
    with torch.no_grad():
        expected = [each.numpy() for each in named_tensors(model(torch.from_numpy(images))).values()]
    pairs = list(zip(results, expected, strict=False))
    if len(results) != len(expected) or any(difference(*pair) > TOLERANCE for pair in pairs):
        raise HarnessError("cannot be converted: OpenVINO gives other values than torch")
