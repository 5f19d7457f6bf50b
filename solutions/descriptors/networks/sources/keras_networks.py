"""Networks of Keras: EfficientNet-Lite, those of keras.applications, and `.keras` files."""

from collections.abc import Mapping
from pathlib import Path

from harness import HarnessError, install_command
from solutions.descriptors.networks import efficientnet_lite as lite
from solutions.descriptors.networks.application_names import require_network
from solutions.descriptors.networks.keras_models import MODEL_SUFFIX, build_network
from solutions.descriptors.networks.model_file import digest_of_model
from solutions.descriptors.networks.network_spec import IMAGENET, ConvertedNetwork, NetworkSpec, OutputKind
from solutions.descriptors.networks.package_versions import package_version
from solutions.descriptors.networks.preprocessing import preprocessing_of
from solutions.descriptors.networks.sources.onnx_file import prepend_preprocessing


def accepts(_: NetworkSpec) -> bool:
    """Return True: names of no other source are those of networks of Keras, or mistakes."""
    return True


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return the digest of the weights and the version of Keras. Raises HarnessError for an unknown name."""
    keras = package_version("keras")
    if keras is None:
        raise HarnessError(f"networks need keras; install it with: {install_command()}")
    if not spec.name.endswith(MODEL_SUFFIX):
        require_network(spec.name)
    return {"weights": weights_digest(spec), "keras": keras}


def weights_digest(spec: NetworkSpec) -> str:
    """Return the digest of the file of weights, or 'imagenet' for those that Keras downloads.

    Raises HarnessError if the file cannot be read.
    """
    if spec.name.endswith(MODEL_SUFFIX):
        spec.check_own_weights()
        return digest_of_model(spec.name)
    file = spec.weights
    if file == IMAGENET and spec.name in lite.SIZES:
        file = str(lite.lite_weights_file(spec.name))
    return str(file) if file in (None, IMAGENET) else digest_of_model(str(file))


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network as ONNX. Raises HarnessError if it cannot be built or converted."""
    from solutions.descriptors.networks.keras_backend import load_keras_definitions
    from solutions.descriptors.networks.keras_to_onnx.converter import write_keras_as_onnx
    from solutions.descriptors.networks.keras_to_onnx.graph import ConversionError

    if spec.preprocessing is not None and not spec.name.endswith(MODEL_SUFFIX):
        raise HarnessError(f"{spec.name} has its own preprocessing; leave out preprocessing=")
    load_keras_definitions()
    model = build_network(spec.name, spec.weights, spec.layer, spec.further, classes=spec.classes)
    try:
        write_keras_as_onnx(model, folder / "network.onnx")
    except ConversionError as error:
        raise HarnessError(
            f"{spec.name}: {error}; set LANDMARK_ENGINE=keras to run it on a back end of Keras"
        ) from None
    height, width = model.inputs[0].shape[1:3]
    network = ConvertedNetwork(
        output_kinds(model.output), (height, width), made_with={"keras": str(package_version("keras"))}
    )
    if spec.preprocessing is None:
        return network
    return prepend_preprocessing(network, preprocessing_of(spec.name, spec.preprocessing, None), folder)


def output_kinds(outputs: Mapping[str, object]) -> dict[str, OutputKind]:
    """Return the kind of each output of a network of `keras_models`."""
    return {name: "classes" if name == "classes" else "maps" for name in outputs}
