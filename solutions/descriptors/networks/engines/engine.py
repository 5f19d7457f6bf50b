"""What an engine is: a module that loads networks and says what determines the bits of a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

import numpy as np

from harness import HarnessError, choose_device, device_name, install_command
from solutions.descriptors.networks.network_spec import NetworkSpec

Precision = Literal["float32", "bf16"]
Shape = tuple[int, int, int, int]  # images, height, width, channels
Run = Callable[[np.ndarray], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class LoadedNetwork:
    """A network in memory.

    `run` takes images `(n, h, w, 3)` uint8 and returns float32 arrays of its own; several threads may call it at once.
    """

    run: Run
    input_size: tuple[int | None, int | None]  # height and width; None: any
    parallel: bool = True  # several batches at once are faster than one


class Engine(Protocol):
    """A module of `engines`. CPU_BATCH is the number of images in a batch that is fastest on a CPU."""

    CPU_BATCH: int

    def packages(self) -> tuple[str, ...]:
        """Return names of packages of which it needs one."""

    def made_with(self) -> Mapping[str, str]:
        """Return its name and versions, which determine the bits of a row."""

    def can_use_gpu(self) -> bool:
        """Return whether it could compute on a GPU of this machine."""

    def on_accelerator(self) -> bool:
        """Return whether it computes on a GPU or the like."""

    def load(self, spec: NetworkSpec, precision: Precision, shape: Shape | None = None) -> LoadedNetwork:
        """Return the network, perhaps a faster one for batches of this shape only.

        Raises HarnessError if it cannot be converted or loaded.
        """


def network_device(can_use_gpu: Callable[[], bool]) -> str:
    """Return the device for networks: `cpu`, or a GPU such as `cuda:0`. Raises HarnessError if it cannot be used."""
    return choose_device(can_use_gpu, _gpu_remedy())


@cache  # every batch asks for the engine
def _gpu_remedy() -> str:
    return f"no engine for networks can use it; install one with: {install_command('cuda')}"


def device_facts(can_use_gpu: Callable[[], bool]) -> dict[str, str]:
    """Return the model of the GPU as `device`; {} for the CPU."""
    device = network_device(can_use_gpu)
    return {} if device == "cpu" else {"device": device_name(device)}


def require_float32(precision: Precision, engine: str) -> None:
    """Raise HarnessError for another precision than float32."""
    if precision != "float32":
        raise HarnessError(
            f"precision={precision!r:.20} needs OpenVINO or an accelerator; {engine} computes in float32"
        )
