"""From a module of torch to ONNX, compared with torch on random images."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks.sources.onnx_file import load_onnx
from solutions.descriptors.networks.sources.verification import difference, load_run, one_line

TOLERANCE = 1e-3  # of the largest value
_STEPS = 64, 32  # pixels by which height and width of a second size exceed the first
_SEVERAL = 3  # images in the batch that is compared
_FILE, _OPSET = "exported.onnx", 18


def export_onnx(module: Any, size: tuple[int, int], folder: Path) -> Any:
    """Return a module of normalised images `(n, 3, h, w)` as a model of ONNX; height and width vary where they can.

    The module returns tensors by name. Raises HarnessError if torch cannot export it, or if ONNX gives other values.
    """
    import torch

    module, path, reasons = module.eval(), folder / _FILE, []
    other = (size[0] + _STEPS[0], size[1] + _STEPS[1])
    with torch.no_grad(), _silence():
        names = list(module(torch.zeros(1, 3, *size)))
        choices = [[size, other], [size]] if _runs(module, other) else [[size]]
        for sizes, export in product(choices, (_export_trace, _export_program)):
            try:
                export(module, size, names, path, vary=len(sizes) > 1)
                _compare(module, names, path, sizes)
                return load_onnx(path)
            except Exception as error:  # noqa: BLE001 (exporters raise many types)
                reasons.append(one_line(error))
            finally:
                _remove(path)
    raise HarnessError(f"cannot be converted to ONNX: {reasons[-2]}")


def _remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def _runs(module: Any, size: tuple[int, int]) -> bool:
    import torch

    try:
        module(torch.zeros(1, 3, *size))
    except Exception:  # noqa: BLE001 (a model may raise anything for a size that it does not take)
        return False
    return True


def _export_trace(module: Any, size: tuple[int, int], names: list[str], path: Path, *, vary: bool) -> None:
    """Export by torch's older exporter, which is several times faster and takes TorchScript if nothing is around it."""
    import torch

    if isinstance(module.model, torch.jit.ScriptModule):
        module = module.model
    axes = {0: "n", 2: "h", 3: "w"} if vary else {0: "n"}
    images = torch.zeros(_SEVERAL - 1, 3, *size)
    torch.onnx.export(
        module, (images,), str(path), input_names=["images"], output_names=names, dynamic_axes={"images": axes},
        opset_version=_OPSET, dynamo=False,
    )  # fmt: skip


def _export_program(module: Any, size: tuple[int, int], names: list[str], path: Path, *, vary: bool) -> None:
    """Export by torch's newer exporter, which needs onnxscript."""
    import torch

    axes = dict.fromkeys((0, 2, 3) if vary else (0,), torch.export.Dim.AUTO)
    images = torch.zeros(_SEVERAL - 1, 3, *size)
    torch.onnx.export(
        module, (images,), str(path), input_names=["images"], output_names=names, dynamic_shapes=(axes,),
        dynamo=True, verbose=False,
    )  # fmt: skip


def _compare(module: Any, names: Sequence[str], path: Path, sizes: Sequence[tuple[int, int]]) -> None:
    """Raise HarnessError unless ONNX gives the values of torch for images of all sizes."""
    import torch

    run = load_run(path)
    for size in sizes:
        images = np.random.default_rng(0).normal(size=(_SEVERAL, 3, *size)).astype(np.float32)
        outputs, expected = run(images), module(torch.from_numpy(images))
        for name in names:
            values = expected[name].float().numpy()
            if outputs[name].shape != values.shape or difference(outputs[name], values) > TOLERANCE:
                raise HarnessError(f"ONNX gives other values than torch as {name}")


@contextmanager
def _silence() -> Iterator[None]:
    """Discard warnings and what libraries print."""
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        yield
