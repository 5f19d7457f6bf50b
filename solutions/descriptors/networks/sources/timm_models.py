"""Networks of timm by name, `timm:NAME`, with the preprocessing of their own configuration."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.descriptors.networks.model_file import digest_of_model
from solutions.descriptors.networks.network_spec import IMAGENET, ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import INTERPOLATIONS, Preprocessing, preprocessing_of
from solutions.descriptors.networks.sources.network_folder import Wanted, write_network
from solutions.descriptors.networks.sources.onnx_file import named_errors
from solutions.descriptors.networks.sources.onnx_rewriting import OnnxModel
from solutions.descriptors.networks.sources.outputs import CLASSES, MAPS, VECTOR, OutputLayout, layer_names
from solutions.descriptors.networks.sources.packages import installed_versions_of
from solutions.descriptors.networks.sources.torch_export import export_onnx
from solutions.descriptors.networks.sources.torch_layers import Outputs, network_module
from solutions.descriptors.networks.sources.verification import one_line

PREFIX = "timm:"
_PACKAGES = ("torch", "timm")


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name begins with `timm:`."""
    return spec.name.startswith(PREFIX)


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return the digest of the file of weights, and versions of packages; timm checks its own downloads.

    Raises HarnessError if one is missing.
    """
    with named_errors(spec.name):
        is_file = spec.weights not in (None, IMAGENET)
        weights = digest_of_model(str(spec.weights)) if is_file else str(spec.weights)
        return {"weights": weights, **installed_versions_of(*_PACKAGES)}


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network. Raises HarnessError if timm has no such model, its weights are missing or it does not fit."""
    with named_errors(spec.name):
        model = load_model(spec).eval()
        preprocessing = preprocessing_of(spec.name, spec.preprocessing, own_preprocessing(model))
        size = model_size(model, preprocessing)
        module = network_module(model, lambda model, images: timm_outputs(model, images, classes=spec.classes), spec)
        wanted = Wanted(
            preprocessing,
            layers={name: name for name in layer_names(spec)},
            roles=timm_roles(module, size),
            layout=output_layout(model, size),
            made_with=installed_versions_of(*_PACKAGES),
        )
        return write_network(OnnxModel.of(export_onnx(module, size, folder)), wanted, folder)


def load_model(spec: NetworkSpec) -> Any:
    """Return the model with its weights. Raises HarnessError if the name is unknown or the weights are missing."""
    timm = import_timm()
    import torch

    name = spec.name.removeprefix(PREFIX)
    if not name.startswith(("hf-hub:", "hf_hub:")) and not timm.is_model(name):
        similar = get_close_matches(name.partition(".")[0], timm.list_models(), 1, 0)
        raise HarnessError(f"timm has no model {name!r:.60}" + f"; perhaps {similar[0]}?" * len(similar))
    torch.manual_seed(0)
    try:
        model = timm.create_model(name, pretrained=spec.weights == IMAGENET)
    except Exception as error:  # noqa: BLE001 (timm and hubs raise many types)
        raise HarnessError(
            f"its weights are neither in the cache nor can be fetched; name a file in weights=, "
            f"or None for random ones: {one_line(error)}"
        ) from None
    if spec.weights not in (None, IMAGENET):
        load_weights(model, str(spec.weights))
    return model


def import_timm() -> Any:
    """Return the module timm. Raises HarnessError if it or a package that it needs cannot be imported."""
    try:
        import timm
    except Exception as error:  # noqa: BLE001 (packages of versions that do not fit raise many types)
        raise HarnessError(f"timm cannot be imported: {one_line(error)}") from None
    return timm


def load_weights(model: Any, file: str) -> None:
    """Set weights from a file of safetensors, or of torch without other objects.

    Raises HarnessError if it holds other objects, or weights of another model.
    """
    try:
        weights = _read_tensors(file)
        model.load_state_dict(weights.get("state_dict", weights))
    except Exception as error:  # noqa: BLE001 (torch raises many types)
        raise HarnessError(f"{file}: contains no weights of this model: {one_line(error)}") from None


def _read_tensors(file: str) -> Any:
    if file.endswith(".safetensors"):
        from safetensors.torch import load_file

        return load_file(file)
    import torch

    return torch.load(file, map_location="cpu", weights_only=True)


def own_preprocessing(model: Any) -> Preprocessing:
    """Return the preprocessing of the model's configuration. Raises HarnessError if its images are no squares."""
    from timm.data import resolve_model_data_config

    config = resolve_model_data_config(model)
    channels, height, width = config["input_size"]
    if channels != 3 or height != width:
        raise HarnessError(f"takes images of {width} x {height} pixels with {channels} channels, not RGB squares")
    interpolation = config["interpolation"]
    return Preprocessing(
        tuple(config["mean"]),
        tuple(config["std"]),
        side=height,
        crop=config["crop_pct"],
        interpolation=interpolation if interpolation in INTERPOLATIONS else "bilinear",
        frame="squash" if config["crop_mode"] == "squash" else "crop",
    )


def model_size(model: Any, preprocessing: Preprocessing) -> tuple[int, int]:
    """Return height and width of the images that a model is exported with."""
    fixed = getattr(getattr(model, "patch_embed", None), "img_size", None)
    side = preprocessing.side or 0
    return tuple(fixed) if fixed else (side, side)


def timm_outputs(model: Any, images: Any, *, classes: bool) -> Outputs:
    """Return the tensors `features`, and of models with a head its input `vector` and on request its `classes`."""
    features = model.forward_features(images)
    outputs = {"features": features, VECTOR: model.forward_head(features, pre_logits=True)}
    return outputs | ({CLASSES: model.forward_head(features)} if classes else {})


def timm_roles(module: Any, size: tuple[int, int]) -> dict[str, str]:
    """Return the outputs of the network with the tensors that they are made of."""
    import torch

    with torch.no_grad():
        ranks = {name: tensor.ndim for name, tensor in module(torch.zeros(1, 3, *size)).items()}
    roles = {MAPS: "features"} if ranks["features"] > 2 else {}
    return roles | {name: name for name in (VECTOR, CLASSES) if ranks.get(name) in (2, 4)}


def output_layout(model: Any, size: tuple[int, int]) -> OutputLayout:
    """Return whether maps have channels last, and rows and columns of the patches."""
    import torch

    with torch.no_grad():
        features = model.forward_features(torch.zeros(1, 3, *size))
    last = features.ndim == 4 and features.shape[1] != model.num_features and features.shape[3] == model.num_features
    grid = getattr(getattr(model, "patch_embed", None), "grid_size", None)
    return OutputLayout(channels_last=last, grid=tuple(grid) if grid and features.ndim == 3 else None)
