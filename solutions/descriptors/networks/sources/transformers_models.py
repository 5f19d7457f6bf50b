"""Networks of transformers, `hf:NAME` or `hf:FOLDER`, with the preprocessing of their image processor."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness import HarnessError
from solutions.descriptors.networks.network_spec import IMAGENET, ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import Preprocessing, preprocessing_of
from solutions.descriptors.networks.sources.network_folder import SIDE, Wanted, write_network
from solutions.descriptors.networks.sources.onnx_file import files_identity, named_errors
from solutions.descriptors.networks.sources.onnx_rewriting import OnnxModel
from solutions.descriptors.networks.sources.outputs import CLASSES, MAPS, VECTOR, OutputLayout, layer_names
from solutions.descriptors.networks.sources.packages import installed_versions_of
from solutions.descriptors.networks.sources.torch_export import export_onnx
from solutions.descriptors.networks.sources.torch_layers import Outputs, network_module
from solutions.descriptors.networks.sources.verification import one_line

PREFIX, FEATURES = "hf:", "features"
_PACKAGES = ("torch", "transformers")
_CONFIGURATION = "config.json"
_SQUASHED_FROM = 384  # pixels: larger images of ConvNeXT are squashed instead of cropped
_RESAMPLING = ("nearest", "lanczos", "bilinear", "bicubic", "box", "hamming")  # the numbers of Pillow


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name begins with `hf:`."""
    return spec.name.startswith(PREFIX)


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return digests of the files of a folder, or the revision of a hub's model; versions of packages.

    Raises HarnessError if a package is missing, or the model is neither in the cache nor on the hub.
    """
    with named_errors(spec.name):
        versions = installed_versions_of(*_PACKAGES)
        folder = Path(spec.name.removeprefix(PREFIX))
        if folder.is_dir():
            files = [file for file in sorted(folder.iterdir()) if file.suffix in (".json", ".safetensors", ".bin")]
            return {"weights": str(spec.weights), **files_identity(files), **versions}
        return {"weights": str(spec.weights), "revision": _hub_revision(str(folder)), **versions}


@cache
def _hub_revision(name: str) -> str:
    """Return the commit of a model of the hub, from the local cache or from its smallest file."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    try:
        path = try_to_load_from_cache(name, _CONFIGURATION)
        return Path(path if isinstance(path, str) else hf_hub_download(name, _CONFIGURATION)).parent.name
    except Exception as error:  # noqa: BLE001 (hubs raise many types)
        raise HarnessError(
            f"is no folder, and neither in the cache of Hugging Face nor can be fetched: {one_line(error)}"
        ) from None


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network. Raises HarnessError if the model or its weights are missing, or it does not fit."""
    with named_errors(spec.name):
        model = load_model(spec).eval()
        preprocessing = preprocessing_of(spec.name, spec.preprocessing, own_preprocessing(spec))
        side = preprocessing.side or image_side(model) or SIDE
        module = network_module(model, lambda model, images: image_outputs(model, images, classes=spec.classes), spec)
        onnx_model = OnnxModel.of(export_onnx(module, (side, side), folder))
        wanted = Wanted(
            preprocessing,
            layers={name: name for name in layer_names(spec)},
            roles={MAPS: FEATURES} | {name: name for name in onnx_model.outputs if name in (VECTOR, CLASSES)},
            layout=OutputLayout(grid=patch_grid_of(model, side)),
            made_with=installed_versions_of(*_PACKAGES),
        )
        return write_network(onnx_model, wanted, folder)


def load_model(spec: NetworkSpec) -> Any:
    """Return the model with its weights; code that comes with a model is not executed.

    Raises HarnessError if it is missing, or needs such code.
    """
    transformers, name = import_transformers(), spec.name.removeprefix(PREFIX)
    kind = transformers.AutoModelForImageClassification if spec.classes else transformers.AutoModel
    if spec.weights not in (None, IMAGENET):
        raise HarnessError("has its weights in its folder; leave out weights=, or set None for random ones")
    try:
        if spec.weights is None:
            transformers.set_seed(0)
            return kind.from_config(transformers.AutoConfig.from_pretrained(name))
        return kind.from_pretrained(name).float()
    except Exception as error:  # noqa: BLE001 (transformers and hubs raise many types)
        raise HarnessError(f"cannot be loaded from the folder, the cache or the hub: {one_line(error)}") from None


def import_transformers() -> Any:
    """Return the module transformers, quietly. Raises HarnessError if it cannot be imported."""
    try:
        import transformers
    except Exception as error:  # noqa: BLE001 (packages of versions that do not fit raise many types)
        raise HarnessError(f"transformers cannot be imported: {one_line(error)}") from None
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return transformers


def image_outputs(model: Any, images: Any, *, classes: bool) -> Outputs:
    """Return the last hidden state as `features`, the pooled `vector` if there is one, and on request `classes`.

    Of a model of images and texts, the vector is that which is compared with texts.
    """
    if hasattr(model, "get_image_features"):
        hidden = model.vision_model(pixel_values=images).last_hidden_state
        vector = model.get_image_features(pixel_values=images)
        vector = getattr(vector, "pooler_output", vector)
    else:
        result = (model.base_model if classes else model)(pixel_values=images)
        hidden, vector = result.last_hidden_state, getattr(result, "pooler_output", None)
    outputs = {FEATURES: hidden} | ({VECTOR: vector} if vector is not None else {})
    return outputs | ({CLASSES: model(pixel_values=images).logits} if classes else {})


def _vision_config(model: Any) -> Any:
    return getattr(model.config, "vision_config", model.config)


def image_side(model: Any) -> int | None:
    """Return the side of the images that a model is configured for, in pixels; None if it takes any."""
    side = getattr(_vision_config(model), "image_size", None)
    return side if isinstance(side, int) else None


def patch_grid_of(model: Any, side: int) -> tuple[int, int] | None:
    """Return rows and columns of the patches, or None if they are not known."""
    patch = getattr(_vision_config(model), "patch_size", None)
    return (side // patch, side // patch) if isinstance(patch, int) else None


def own_preprocessing(spec: NetworkSpec) -> Preprocessing | None:
    """Return the preprocessing of the image processor's configuration, or None if there is none."""
    transformers = import_transformers()
    try:
        processor = transformers.AutoImageProcessor.from_pretrained(spec.name.removeprefix(PREFIX), backend="pil")
    except Exception:  # noqa: BLE001 (a model without the file; what is missing is named later)
        return None
    return processor_preprocessing(processor.to_dict())


def processor_preprocessing(config: Mapping[str, Any]) -> Preprocessing:
    """Return the preprocessing of an image processor's configuration. Raises HarnessError for no squares.

    >>> processor_preprocessing({"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}}).crop
    0.875
    """
    scale = 255 * config.get("rescale_factor", 1 / 255) if config.get("do_rescale", True) else 255.0
    normalise = config.get("do_normalize", True)
    mean = config.get("image_mean") or (0.0, 0.0, 0.0) if normalise else (0.0, 0.0, 0.0)
    std = config.get("image_std") or (1.0, 1.0, 1.0) if normalise else (1.0, 1.0, 1.0)
    resized, squashed = _side(config.get("size"))
    cropped = _side(config.get("crop_size"))[0] if config.get("do_center_crop", "crop_size" in config) else None
    crop = cropped / resized if cropped and resized else config.get("crop_pct") or 1.0
    side = cropped or resized
    if config.get("crop_pct") and not cropped and (resized or 0) >= _SQUASHED_FROM:
        crop, squashed = 1.0, True
    number = config.get("resample")
    return Preprocessing(
        tuple(each / scale for each in mean),
        tuple(each / scale for each in std),
        side=side,
        crop=min(crop, 1.0),
        interpolation=_RESAMPLING[number] if isinstance(number, int) and number < len(_RESAMPLING) else None,
        frame="squash" if squashed else "crop",
    )


def _side(size: Any) -> tuple[int | None, bool]:
    """Return a side in pixels, and whether both sides become it. Raises HarnessError if they differ."""
    if isinstance(size, Mapping) and size.get("shortest_edge"):
        return int(size["shortest_edge"]), False
    if isinstance(size, Mapping) and size.get("height"):
        if size["height"] != size.get("width"):
            raise HarnessError(f"takes images of {size.get('width')} x {size['height']} pixels, not squares")
        return int(size["height"]), True
    return (size, True) if isinstance(size, int) else (None, False)
