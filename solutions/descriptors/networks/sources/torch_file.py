"""Networks from files of torch: TorchScript (`.pt`, `.ts`) and torch.export (`.pt2`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.descriptors.networks.model_file import digest_of_model
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import preprocessing_of
from solutions.descriptors.networks.sources.network_folder import SIDE, RewritableModel, Wanted, write_network
from solutions.descriptors.networks.sources.onnx_file import named_errors
from solutions.descriptors.networks.sources.onnx_rewriting import OnnxModel
from solutions.descriptors.networks.sources.operators import image_input
from solutions.descriptors.networks.sources.packages import installed_versions_of
from solutions.descriptors.networks.sources.torch_archive import check_exported, check_torchscript
from solutions.descriptors.networks.sources.torch_export import export_onnx
from solutions.descriptors.networks.sources.torch_layers import named_tensors, network_module
from solutions.descriptors.networks.sources.torchscript_to_openvino import read_torchscript
from solutions.descriptors.networks.sources.verification import one_line

SCRIPT_SUFFIXES, EXPORT_SUFFIX = (".pt", ".ts"), ".pt2"


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name is that of a file of torch."""
    return spec.name.endswith((*SCRIPT_SUFFIXES, EXPORT_SUFFIX))


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return the digest of the file and the version of torch. Raises HarnessError if one is missing."""
    spec.check_own_weights()
    with named_errors(spec.name):
        return {"file": digest_of_model(spec.name), **installed_versions_of("torch")}


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network of the file. Raises HarnessError if it holds anything but a model, or does not fit."""
    with named_errors(spec.name):
        preprocessing = preprocessing_of(spec.name, spec.preprocessing, None)
        if spec.layer is not None or spec.further:
            raise HarnessError("files of torch have no layers that can be named; take a file without layer")
        load = _load_exported if spec.name.endswith(EXPORT_SUFFIX) else _load_script
        model, size = load(Path(spec.name), preprocessing.side or SIDE)
        wanted = Wanted(preprocessing, classes=spec.classes, made_with=installed_versions_of("torch"))
        return write_network(_rewritable(model, size, folder), wanted, folder)


def _rewritable(model: Any, size: tuple[int, int], folder: Path) -> RewritableModel:
    """Return the model as ONNX, or one of TorchScript that ONNX does not take as OpenVINO's."""
    import torch

    module = network_module(model, lambda model, images: named_tensors(model(images)))
    try:
        return OnnxModel.of(export_onnx(module, size, folder))
    except HarnessError:
        if not isinstance(model, torch.jit.ScriptModule):
            raise
        return read_torchscript(model, size)


def _load_script(path: Path, side: int) -> tuple[Any, tuple[int, int]]:
    """Return the module of a file of TorchScript, and the size of the images that it is tried with."""
    import torch

    check_torchscript(path)
    try:
        model = torch.jit.load(str(path), map_location="cpu").eval()
    except Exception as error:  # noqa: BLE001 (torch raises many types)
        raise HarnessError(f"is no file of TorchScript, or a damaged one: {one_line(error)}") from None
    try:
        with torch.inference_mode():
            model(torch.zeros(1, 3, side, side))
    except Exception as error:  # noqa: BLE001 (a model raises what it wants)
        raise HarnessError(
            f"takes no images of {side} x {side} pixels; name their side: preprocessing='… side=…': {one_line(error)}"
        ) from None
    return model, (side, side)


def _module_without_guards(program: Any) -> Any:
    """Return the module of a program; checks of its input, which are Python code in the file, are left out."""
    try:
        return program.module(check_guards=False)
    except TypeError:  # versions of torch that write no such code
        return program.module()


def _load_exported(path: Path, side: int) -> tuple[Any, tuple[int, int]]:
    """Return the module of a file of torch.export, and the size of the images that it is tried with."""
    import torch

    check_exported(path)
    try:
        program = torch.export.load(str(path))
    except Exception as error:  # noqa: BLE001 (torch raises many types)
        raise HarnessError(f"is no file of torch.export, or a damaged one: {one_line(error)}") from None
    names = program.graph_signature.user_inputs
    values = [node.meta["val"] for node in program.graph.nodes if node.op == "placeholder" and node.name in names]
    if len(values) != 1:
        raise HarnessError(f"has {len(values)} inputs instead of one")
    axes = [side if isinstance(side, int) else None for side in values[0].shape]
    image = image_input("images", axes)
    if image.channels_last:
        raise HarnessError("takes images with channels last; export it with channels first")
    if axes[0] is not None:
        raise HarnessError(f"takes batches of {axes[0]} images only; export it with a batch axis that varies")
    return _module_without_guards(program), (image.height or side, image.width or side)
