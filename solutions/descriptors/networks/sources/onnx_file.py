"""Networks from `.onnx` files, and from what torch exports as ONNX."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from harness import HarnessError, install_command
from solutions.descriptors.networks.model_file import digest_of_model, require_model_file
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import Preprocessing, preprocessing_of
from solutions.descriptors.networks.sources.network_folder import Wanted, write_network
from solutions.descriptors.networks.sources.onnx_rewriting import OnnxModel
from solutions.descriptors.networks.sources.outputs import OutputStep, layer_names
from solutions.descriptors.networks.sources.verification import one_line

SUFFIX = ".onnx"


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name is that of an `.onnx` file."""
    return spec.name.endswith(SUFFIX)


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return the digests of the file and of those with its weights. Raises HarnessError if one cannot be read."""
    spec.check_own_weights()
    return files_identity(onnx_files(Path(spec.name)))


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network of an `.onnx` file. Raises HarnessError if it is damaged or does not fit."""
    with named_errors(spec.name):
        preprocessing = preprocessing_of(spec.name, spec.preprocessing, None)
        model = OnnxModel.of(load_onnx(Path(spec.name)))
        return write_network(model, Wanted(preprocessing, layer_names(spec), spec.classes), folder)


def onnx_files(path: Path) -> list[Path]:
    """Return the file and those beside it with its weights. Raises HarnessError if it is no ONNX file."""
    require_model_file(str(path))
    try:
        state = path.stat()
    except OSError as error:
        raise HarnessError(f"{path}: cannot be read: {error.strerror}") from None
    return [path, *_weight_files(path, state.st_size, state.st_mtime_ns)]


@cache
def _weight_files(path: Path, *_: int) -> tuple[Path, ...]:
    tensors = load_onnx(path, weights=False).graph.initializer
    places = [entry.value for tensor in tensors for entry in tensor.external_data if entry.key == "location"]
    return tuple(path.parent / place for place in dict.fromkeys(places))


def files_identity(files: Sequence[Path]) -> Mapping[str, str]:
    """Return the digest of each file by its name. Raises HarnessError if one cannot be read."""
    return {file.name: digest_of_model(str(file)) for file in files}


def load_onnx(path: Path, *, weights: bool = True) -> Any:
    """Return a model of ONNX. Raises HarnessError if the file is damaged, or weights beside it are missing."""
    onnx = import_onnx()
    with named_errors(str(path)):
        try:
            proto = onnx.load_model(str(path), load_external_data=weights)
        except OSError as error:
            raise HarnessError(f"cannot be read: {error.strerror or one_line(error)}") from None
        except Exception as error:  # noqa: BLE001 (protobuf raises many types)
            raise HarnessError(f"is no ONNX file, or a damaged one: {one_line(error)}") from None
        if not proto.graph.node:
            raise HarnessError("is no ONNX file: it has no operators")
    return proto


def prepend_preprocessing(network: ConvertedNetwork, preprocessing: Preprocessing, folder: Path) -> ConvertedNetwork:
    """Let a network that is written as ONNX preprocess its pixels first, and return its new description."""
    model = OnnxModel.of(load_onnx(folder / network.file))
    steps = [OutputStep(name, model.outputs[name], "same", kind) for name, kind in network.outputs.items()]
    model.with_pixels(preprocessing, network.input_size).with_outputs(steps, {}).save(folder)
    return replace(network, preprocessing=preprocessing.framing)


def import_onnx() -> Any:
    """Return the module onnx. Raises HarnessError if it is not installed."""
    try:
        import onnx
    except ImportError:
        raise HarnessError(f"onnx is not installed; install it with: {install_command()}") from None
    return onnx


@contextmanager
def named_errors(name: str) -> Iterator[None]:
    """Put the name of a network before the message of any exception, unless it is there already."""
    try:
        yield
    except HarnessError as error:
        text = str(error)
        raise HarnessError(text if text.startswith(f"{name}: ") else f"{name}: {text}") from None
    except Exception as error:  # noqa: BLE001 (libraries raise many types)
        raise HarnessError(f"{name}: cannot be converted: {one_line(error)}") from None
