"""The network below a head during training: a Keras model on a back end that computes gradients."""

import warnings
from pathlib import Path
from typing import Any

from harness import HarnessError, choose_device, install_command
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.networks.keras_backend import backend_name, load_keras, on_accelerator
from solutions.descriptors.networks.keras_models import build_network
from solutions.descriptors.networks.registry import find_source
from solutions.descriptors.networks.sources import keras_networks
from solutions.descriptors.pooling.registry import tensor_functions


def build_trainable_network(features: SquareExtractor, frozen: int) -> Any:
    """Return the network from pixels to maps, with its lowest layers and all batch statistics frozen.

    Raises HarnessError for a network that Keras does not define, missing layers, and a GPU that Keras cannot use.
    """
    if find_source(features.network).__name__ != keras_networks.__name__:
        raise HarnessError(
            f"frozen={frozen}: the layers of {features.backbone} cannot be trained; choose a network of Keras"
        )
    remedy = f"{backend_name()}, the back end of Keras, cannot use it; install one with: {install_command('cuda')}"
    choose_device(on_accelerator, remedy)
    load_keras()
    tensor_functions(features.poolings)
    network = build_network(features.backbone, features.weights, features.layer, classes=False)
    layers = next(layer for layer in reversed(network.layers) if hasattr(layer, "layers")).layers
    if not 0 <= frozen <= len(layers):
        raise HarnessError(f"frozen={frozen}: {features.backbone} has {len(layers)} layers; choose from 0 to that")
    for layer in layers[:frozen]:
        layer.trainable = False
    return network


def save_backbone(body: Any, path: Path) -> None:
    """Write the network as a `.keras` file for `Backbone`: its last layer gives the maps."""
    keras = load_keras()
    maps = keras.layers.Activation("linear", name="maps")(body.output["maps"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of NumPy inside Keras
        keras.Model(body.input, maps).save(path)
