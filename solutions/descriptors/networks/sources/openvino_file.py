"""Networks from files of OpenVINO: `.xml` with its weights in a `.bin` file of the same name."""

from collections.abc import Mapping
from pathlib import Path

from harness import HarnessError
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import preprocessing_of
from solutions.descriptors.networks.sources.network_folder import Wanted, write_network
from solutions.descriptors.networks.sources.onnx_file import files_identity, named_errors
from solutions.descriptors.networks.sources.openvino_rewriting import OpenvinoModel
from solutions.descriptors.networks.sources.outputs import layer_names
from solutions.descriptors.networks.sources.verification import one_line
from solutions.kernels.openvino import import_openvino

SUFFIX = ".xml"


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name is that of an `.xml` file."""
    return spec.name.endswith(SUFFIX)


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return the digests of both files. Raises HarnessError if one cannot be read."""
    spec.check_own_weights()
    return files_identity([Path(spec.name), Path(spec.name).with_suffix(".bin")])


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network of an `.xml` file. Raises HarnessError if it is damaged or does not fit."""
    ov = import_openvino()
    with named_errors(spec.name):
        preprocessing = preprocessing_of(spec.name, spec.preprocessing, None)
        try:
            model = ov.Core().read_model(spec.name)
        except RuntimeError as error:
            raise HarnessError(f"is no model of OpenVINO, or a damaged one: {one_line(error)}") from None
        wanted = Wanted(preprocessing, layer_names(spec), spec.classes)
        return write_network(OpenvinoModel.of(model), wanted, folder)
