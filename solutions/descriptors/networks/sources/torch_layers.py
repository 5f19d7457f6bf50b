"""A module of torch that returns tensors by name, with those of named layers."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from harness import HarnessError
from solutions.descriptors.networks.network_spec import NetworkSpec
from solutions.descriptors.networks.sources.outputs import layer_names

Outputs = dict[str, Any]  # tensors by name
Forward = Callable[[Any, Any], Mapping[str, Any]]  # from a module and images to its outputs


def network_module(model: Any, forward: Forward, spec: NetworkSpec | None = None) -> Any:
    """Return a module whose output are the tensors of `forward`, and of the layers of `spec` as `maps`, `maps1`, ….

    Raises HarnessError if a layer does not exist.
    """
    import torch

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.layers: Outputs = {}
            for name, layer in (layer_names(spec) if spec else {}).items():
                find_layer(model, layer).register_forward_hook(self._record(name))

        def _record(self, name: str) -> Callable[..., None]:
            def record(_: Any, __: Any, output: Any) -> None:
                self.layers[name] = next(iter(named_tensors(output).values()))

            return record

        def forward(self, images: Any) -> Outputs:
            return {**forward(self.model, images), **self.layers}

        def train(self, mode: bool = True) -> Any:  # noqa: ARG002 (torch's signature)
            """Return the module unchanged: it never trains, and programs of torch.export refuse the call."""
            return self

    return Network()


def find_layer(model: Any, layer: str) -> Any:
    """Return a layer by its path such as `blocks.5`. Raises HarnessError, with the nearest name, if there is none."""
    layers = dict(model.named_modules())
    if not layer or layer not in layers:
        similar = get_close_matches(layer, [name for name in layers if name], 1, 0)
        raise HarnessError(f"has no layer {layer!r:.60}" + f"; perhaps {similar[0]}?" * len(similar))
    return layers[layer]


def named_tensors(output: Any, prefix: str = "output") -> Outputs:
    """Return the tensors of an output, which may be a tensor, or a sequence or mapping of outputs."""
    import torch

    if isinstance(output, torch.Tensor):
        return {prefix: output}
    items: Any = output.items() if isinstance(output, Mapping) else ()
    if isinstance(output, (tuple, list)):
        items = enumerate(output)
    tensors: Outputs = {}
    for name, each in items:
        tensors |= named_tensors(each, f"{prefix}_{name}" if isinstance(output, (tuple, list)) else str(name))
    return tensors
