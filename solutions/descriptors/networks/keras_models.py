"""Networks of Keras by name: EfficientNet-Lite, those of keras.applications, and `.keras` files.

Each is built as a Keras model of pixels 0 to 255 `(n, h, w, 3)` with named outputs: `maps` `(n, h, w, c)`, `maps1`,
`maps2`, … of further layers, and on request `classes` `(n, classes)`: logits, or the last layer of a `.keras` file.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from difflib import get_close_matches
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError, make_printable
from solutions.descriptors.networks import efficientnet_lite as lite
from solutions.descriptors.networks.application_names import unknown_network
from solutions.descriptors.networks.keras_backend import load_keras
from solutions.descriptors.networks.network_spec import IMAGENET
from solutions.descriptors.networks.torch_weights import read_torch_weights

MODEL_SUFFIX = ".keras"
_ONLY_SIDES = {"NASNetMobile": 224, "NASNetLarge": 331}  # pixels; built for any size, Keras cannot run them
_LONGEST_REASON = 160


def build_network(
    name: str, weights: str | None, layer: str | None, further: tuple[str, ...] = (), *, classes: bool
) -> Any:
    """Return the network; `weights` are 'imagenet', a file, or None for random ones with a fixed seed.

    `maps` are those of the named layer, by default the last; `maps1`, … those of the `further` layers. Raises
    HarnessError, in one line, if something does not exist, is damaged or does not fit.
    """
    keras = load_keras()
    with _one_line_errors(name), redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the errors say it in one line
        body, prepare = _build_body(keras, name, weights, classes=classes)
        outputs = {"maps": _feature_maps(body, layer, name)} | ({"classes": body.output} if classes else {})
        outputs |= {f"maps{number}": _feature_maps(body, each, name) for number, each in enumerate(further, 1)}
        pixels = keras.Input(body.input.shape[1:])
        return keras.Model(pixels, keras.Model(body.input, outputs)(prepare(pixels)))


def _build_body(keras: Any, name: str, weights: str | None, *, classes: bool) -> tuple[Any, Any]:
    """Return the network, and the function that turns pixels into its input."""
    if name.endswith(MODEL_SUFFIX):
        return _load_file(keras, Path(name)), lambda pixels: pixels
    if name in lite.SIZES:
        body = lite.build_lite_model(name)
        if weights == IMAGENET:
            lite.set_weights(body, read_torch_weights(lite.lite_weights_file(name)))
        prepare = keras.layers.Rescaling(1 / lite.SCALE, -lite.MIDDLE / lite.SCALE)
    else:
        build = _find_application(keras, name)
        side = _ONLY_SIDES.get(name)
        top: dict[str, Any] = {"classifier_activation": None} if classes else {"input_shape": (side, side, 3)}
        with _one_line_errors(f"{name}: its ImageNet weights cannot be loaded; name a file of weights"):
            body = build(include_top=classes, weights=weights if weights == IMAGENET else None, **top)
        prepare = sys.modules[build.__module__].preprocess_input
    if weights != IMAGENET:
        _set_weights(body, weights)
    return body, prepare


def _find_application(keras: Any, name: str) -> Any:
    """Return the function of keras.applications that builds the network."""
    applications = {key: value for key, value in vars(keras.applications).items() if key[0].isupper()}
    if not callable(applications.get(name)):
        raise unknown_network(name, tuple(applications))
    return applications[name]


def _load_file(keras: Any, path: Path) -> Any:
    with _one_line_errors(f"{path}: is no usable model"):
        loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
        if len(loaded.inputs) != 1 or len(loaded.inputs[0].shape) != 4 or loaded.inputs[0].shape[-1] != 3:
            raise HarnessError(f"{path}: does not take images with three colour channels")
        return keras.Model(loaded.inputs[0], loaded.outputs[0])


def _set_weights(body: Any, weights: str | None) -> None:
    """Set the weights of a file, or random ones, which are the same for every backend."""
    if weights is None:
        generator = np.random.default_rng(0)
        for weight in body.weights:
            if weight.name.endswith("kernel"):
                fan_in = prod(weight.shape[:2] if weight.shape[-1] == 1 else weight.shape[:-1])
                weight.assign(generator.normal(0, sqrt(2 / fan_in), weight.shape).astype(np.float32))
        return
    with _one_line_errors(f"{weights}: contains no weights of {body.name}"):
        if weights.endswith(".pth"):
            lite.set_weights(body, read_torch_weights(Path(weights)))
        else:
            body.load_weights(weights)


def _feature_maps(body: Any, layer: str | None, name: str) -> Any:
    """Return the output of the named layer, or of the last layer with feature maps."""
    outputs = {each.name: each.output for each in body.layers[1:] if _is_spatial(getattr(each, "output", None))}
    if layer is None and outputs:
        return list(outputs.values())[-1]
    if layer not in outputs:
        similar = get_close_matches(str(layer), list(outputs), 1, 0)
        raise HarnessError(
            f"{name} has no layer {layer!r:.60} with feature maps" + f"; perhaps {similar[0]}?" * len(similar)
        )
    return outputs[layer]


def _is_spatial(output: Any) -> bool:
    return len(getattr(output, "shape", ())) == 4 and tuple(output.shape[1:3]) != (1, 1)


@contextmanager
def _one_line_errors(what: str) -> Iterator[None]:
    """Turn any exception into a HarnessError of one line that begins with `what`."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 (Keras raises many types)
        reason = make_printable(" ".join(str(error).split()))
        raise HarnessError(f"{what}: {reason[:_LONGEST_REASON] or type(error).__name__}") from None
