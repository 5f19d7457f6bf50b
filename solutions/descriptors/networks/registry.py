"""Networks by name: each source of models accepts some names and converts its models.

A source is a module of `sources` with three functions:

* `accepts(spec)`: whether the name is one of its own. It imports nothing large.
* `identity(spec)`: facts, by name, that determine the network, such as the digests of files and the versions of
  libraries. They are part of every descriptor's key. It imports nothing large, and raises HarnessError if a file or
  library is missing.
* `convert(spec, folder)`: writes the network into the folder and returns its description. It runs in a process of its
  own, so it may import anything, and raises HarnessError for a model that does not exist or cannot be converted.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec


class Source(Protocol):
    """A module of `sources`."""

    __name__: str

    def accepts(self, spec: NetworkSpec) -> bool: ...

    def identity(self, spec: NetworkSpec) -> Mapping[str, str]: ...

    def convert(self, spec: NetworkSpec, folder: Path) -> ConvertedNetwork: ...


def find_source(spec: NetworkSpec) -> Source:
    """Return the source of a network; names that no other source accepts are those of Keras."""
    from solutions.descriptors.networks.sources import (
        keras_networks,
        onnx_file,
        openvino_file,
        python_factory,
        timm_models,
        torch_file,
        transformers_models,
    )

    sources: tuple[Source, ...] = (timm_models, transformers_models, onnx_file, openvino_file, torch_file)
    return next(source for source in (*sources, python_factory, keras_networks) if source.accepts(spec))
