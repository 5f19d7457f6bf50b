"""Networks from a Python function of the user, `module:function`, which returns a model.

The function returns a module of torch, a model of Keras, or the path of a model file; or a pair of that and the text of
its preprocessing. If `weights` names a file, the function is called with that path. It is executed because the user
names it. Files that it reads otherwise are not part of a network's key: name them in `weights`.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from harness import HarnessError, imports_digest, make_printable
from solutions.descriptors.networks.keras_models import MODEL_SUFFIX
from solutions.descriptors.networks.model_file import digest_of_model
from solutions.descriptors.networks.network_spec import IMAGENET, ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.preprocessing import preprocessing_of
from solutions.descriptors.networks.sources import keras_networks, onnx_file, openvino_file, torch_file
from solutions.descriptors.networks.sources.network_folder import SIDE, Wanted, write_network
from solutions.descriptors.networks.sources.onnx_file import named_errors
from solutions.descriptors.networks.sources.onnx_rewriting import OnnxModel
from solutions.descriptors.networks.sources.outputs import layer_names
from solutions.descriptors.networks.sources.packages import installed_versions_of
from solutions.descriptors.networks.sources.torch_export import export_onnx
from solutions.descriptors.networks.sources.torch_layers import named_tensors, network_module
from solutions.descriptors.networks.sources.verification import one_line

_FILE_SOURCES: tuple[Any, ...] = (onnx_file, openvino_file, torch_file)
_NAME = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", re.ASCII)


def accepts(spec: NetworkSpec) -> bool:
    """Return whether the name has the form `module:function`."""
    return bool(_NAME.fullmatch(spec.name))


def identity(spec: NetworkSpec) -> Mapping[str, str]:
    """Return digests of the function's code, with what it imports from its own package, and of the file of weights.

    Raises HarnessError if there is no such module or file.
    """
    with named_errors(spec.name):
        _find_own_modules()
        code = _digest_of_module(spec.name.partition(":")[0])
        is_file = spec.weights not in (None, IMAGENET)
        return {"code": code, "weights": digest_of_model(str(spec.weights)) if is_file else str(spec.weights)}


def _digest_of_module(module: str) -> str:
    try:
        return imports_digest(module)
    except ModuleNotFoundError:
        raise HarnessError(f"there is no module {module!r:.60}, neither installed nor in the current folder") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise HarnessError(f"the code of the module {module!r:.60} cannot be read: {one_line(error)}") from None


def convert(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    """Write the network that the function returns. Raises HarnessError if it raises or returns anything else."""
    with named_errors(spec.name):
        model, preprocessing = call_factory(spec)
        spec = spec if spec.preprocessing is not None else replace(spec, preprocessing=preprocessing)
        if isinstance(model, (str, Path)):
            return _convert_file(replace(spec, name=str(model), weights=IMAGENET), folder)
        if "keras" in sys.modules and isinstance(model, sys.modules["keras"].Model):
            return _convert_keras(model, spec, folder)
        if "torch" in sys.modules and isinstance(model, sys.modules["torch"].nn.Module):
            return _convert_torch(model, spec, folder)
        raise HarnessError(
            f"returns {make_printable(type(model).__name__)}, not a module of torch, a model of Keras or a path"
        )


def call_factory(spec: NetworkSpec) -> tuple[Any, str | None]:
    """Return what the function returns: a model, and its preprocessing or None.

    Raises HarnessError if it does not exist or raises.
    """
    module, _, function = spec.name.partition(":")
    _find_own_modules()
    try:
        factory = getattr(import_module(module), function)
        arguments = [] if spec.weights in (None, IMAGENET) else [spec.weights]
        result = factory(*arguments)
    except Exception as error:  # noqa: BLE001 (code of the user)
        raise HarnessError(f"raises {type(error).__name__}: {one_line(error)}") from None
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], str | None):
        return result
    return result, None


def _find_own_modules() -> None:
    """Let modules in the current folder be imported, after all others."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())


def _convert_file(spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    for source in _FILE_SOURCES:
        if source.accepts(spec):
            network: ConvertedNetwork = source.convert(spec, folder)
            return network
    if spec.name.endswith(MODEL_SUFFIX):
        return keras_networks.convert(spec, folder)
    raise HarnessError(f"returns {make_printable(spec.name)!r:.80}, which is no model file")


def _convert_keras(model: Any, spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    path = folder / f"model{MODEL_SUFFIX}"
    try:
        model.save(path)
        return keras_networks.convert(replace(spec, name=str(path), weights=IMAGENET), folder)
    finally:
        path.unlink(missing_ok=True)


def _convert_torch(model: Any, spec: NetworkSpec, folder: Path) -> ConvertedNetwork:
    preprocessing = preprocessing_of(spec.name, spec.preprocessing, None)
    side = preprocessing.side or SIDE
    module = network_module(model.eval(), lambda model, images: named_tensors(model(images)), spec)
    onnx_model = OnnxModel.of(export_onnx(module, (side, side), folder))
    layers = {name: name for name in layer_names(spec)}
    wanted = Wanted(preprocessing, layers, spec.classes, made_with=installed_versions_of("torch"))
    return write_network(onnx_model, wanted, folder)
