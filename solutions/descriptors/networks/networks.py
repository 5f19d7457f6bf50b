"""Networks by name: EfficientNet-Lite, those of keras.applications, and `.keras` files.

Each is given here as a Keras model of pixels 0 to 255 `(n, h, w, 3)` whose outputs are named: `maps` `(n, h, w, c)`,
`maps1`, `maps2`, … of further layers, and `classes` `(n, classes)` where they are asked for: logits, but of a `.keras`
file whatever its last layer gives.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from difflib import get_close_matches
from math import prod, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from harness import HarnessError
from solutions.descriptors.networks import efficientnet_lite as lite
from solutions.descriptors.networks.keras_backend import started
from solutions.descriptors.networks.torch_weights import read_torch_weights

IMAGENET = "imagenet"
MODEL_SUFFIX = ".keras"
_LONGEST_REASON = 160


def network(name: str, weights: str | None, layer: str | None, further: tuple[str, ...] = (), *, classes: bool) -> Any:
    """Return the network; `weights` are 'imagenet', a file, or None for drawn ones, the same at every call.

    `maps` are those of the named layer, else the last ones; `maps1` and so on those of the `further` layers. Raises
    HarnessError, in one line, for what does not exist, is damaged or does not fit.
    """
    keras = started()
    with _told_in_one_line(name), redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras says at length what one line of ours says
        body, prepare = _body(keras, name, weights, classes=classes)
        outputs = {"maps": _maps(body, layer, name)} | ({"classes": body.output} if classes else {})
        outputs |= {f"maps{number}": _maps(body, each, name) for number, each in enumerate(further, 1)}
        pixels = keras.Input(body.input.shape[1:])
        return keras.Model(pixels, keras.Model(body.input, outputs)(prepare(pixels)))


def _body(keras: Any, name: str, weights: str | None, *, classes: bool) -> tuple[Any, Any]:
    """Return the network itself, and what makes its input of pixels."""
    if name.endswith(MODEL_SUFFIX):
        return _from_file(keras, Path(name)), lambda pixels: pixels
    if name in lite.SIZES:
        body = lite.lite_model(name)
        if weights == IMAGENET:
            lite.give_weights(body, read_torch_weights(lite.lite_weights_file(name)))
        prepare = keras.layers.Rescaling(1 / lite.SCALE, -lite.MIDDLE / lite.SCALE)
    else:
        build = _application(keras, name)
        top: dict[str, Any] = {"classifier_activation": None} if classes else {"input_shape": (None, None, 3)}
        with _told_in_one_line(f"{name}: its ImageNet weights cannot be had; name a file of weights"):
            chosen = weights if weights == IMAGENET else None
            body = build(include_top=classes, weights=chosen, **top)
        prepare = sys.modules[build.__module__].preprocess_input
    if weights != IMAGENET:
        _fill(body, weights)
    return body, prepare


def _application(keras: Any, name: str) -> Any:
    """Return the network of keras.applications, not built yet."""
    known = {each: found for each, found in vars(keras.applications).items() if each[0].isupper() and callable(found)}
    if name not in known:
        alike = get_close_matches(name, [*lite.SIZES, *known], 1, 0)
        raise HarnessError(
            f"no network is named {name!r:.60}; perhaps {alike[0]}? Known are {', '.join(lite.SIZES)}, those of "
            f"keras.applications, and files that end in {MODEL_SUFFIX}"
        )
    return known[name]


def _from_file(keras: Any, path: Path) -> Any:
    with _told_in_one_line(f"{path}: is no model that can be used"):
        loaded = keras.saving.load_model(path, compile=False, safe_mode=True)
        if len(loaded.inputs) != 1 or len(loaded.inputs[0].shape) != 4 or loaded.inputs[0].shape[-1] != 3:
            raise HarnessError(f"{path}: takes no images of three colours")
        return keras.Model(loaded.inputs[0], loaded.outputs[0])


def _fill(body: Any, weights: str | None) -> None:
    """Give the network the weights of a file, else drawn ones, the same for every backend."""
    if weights is None:
        generator = np.random.default_rng(0)
        for weight in body.weights:
            if weight.name.endswith("kernel"):
                seen = prod(weight.shape[:2] if weight.shape[-1] == 1 else weight.shape[:-1])
                weight.assign(generator.normal(0, sqrt(2 / seen), weight.shape).astype(np.float32))
        return
    with _told_in_one_line(f"{weights}: holds no weights of {body.name}"):
        if weights.endswith(".pth"):
            lite.give_weights(body, read_torch_weights(Path(weights)))
        else:
            body.load_weights(weights)


def _maps(body: Any, layer: str | None, name: str) -> Any:
    """Return the output of the named layer, else the last one that is spread over the image."""
    outputs = {each.name: each.output for each in body.layers[1:] if _spread(getattr(each, "output", None))}
    if layer is None and outputs:
        return list(outputs.values())[-1]
    if layer not in outputs:
        alike = get_close_matches(str(layer), list(outputs), 1, 0)
        raise HarnessError(
            f"{name} has no layer {layer!r:.60} with feature maps" + f"; perhaps {alike[0]}?" * len(alike)
        )
    return outputs[layer]


def _spread(output: Any) -> bool:
    return len(getattr(output, "shape", ())) == 4 and tuple(output.shape[1:3]) != (1, 1)


@contextmanager
def _told_in_one_line(what: str) -> Iterator[None]:
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:  # noqa: BLE001 (Keras raises what it likes)
        reason = " ".join("".join(each if each.isprintable() else " " for each in str(error)).split())
        raise HarnessError(f"{what}: {reason[:_LONGEST_REASON] or type(error).__name__}") from None
