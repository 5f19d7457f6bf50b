"""A network as a value: its name, weights and layers; it is loaded once in each process."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np

from harness import HarnessError, cores, make_printable
from solutions.descriptors.networks.engines.engine import LoadedNetwork, Precision, Shape
from solutions.descriptors.networks.engines.registry import find_engine
from solutions.descriptors.networks.network_cache import converted_network
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec
from solutions.descriptors.networks.registry import find_source

_LOAD_LOCK = Lock()
_ACCELERATOR_BATCH = 128  # images
_LONGEST_REASON = 160

Outputs = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Backbone(NetworkSpec):
    """A network that computes feature maps of images of any size; see `registry` for the names.

    `weights` are 'imagenet', a file, or None for random ones.
    """

    precision: Precision = "float32"  # or bf16: faster where the processor has it, and less exact

    @property
    def made_with(self) -> dict[str, str]:
        """Return what determines a row besides the parameters, without loading the network.

        These are digests of the weights, the versions of the libraries that define the network, and the engine.
        """
        return {**find_source(self.spec).identity(self.spec), **find_engine().made_with()}

    @property
    def on_accelerator(self) -> bool:
        """Return whether the network runs on an accelerator."""
        return find_engine().on_accelerator()

    @property
    def batch(self) -> int:
        """Return the number of images in a batch."""
        return _ACCELERATOR_BATCH if self.on_accelerator else find_engine().CPU_BATCH

    @property
    def description(self) -> ConvertedNetwork:
        """Return the outputs, the size of the input and the preprocessing, after conversion.

        Raises HarnessError if the network cannot be converted.
        """
        return converted_network(self.spec)[1]

    def forward(
        self,
        images: np.ndarray | Sequence[np.ndarray],
        batch: int | None = None,
        pool: Callable[[Outputs], Outputs] = dict,
        *,
        one_size: bool = False,
    ) -> Outputs:
        """Return `maps` `(n, h, w, c)`, and `classes` `(n, classes)` if wanted, float32, of RGB images uint8.

        The images have the same size. A list is stacked batch by batch, which needs less memory than an array of all.
        `maps1`, `maps2`, … are those of the further layers. A row is the same to the bit for any neighbours of its
        image, because every batch is filled up to the same size: `batch`, by default `self.batch`. With `pool`, the
        arrays are those that it makes of the outputs of each batch, which are freed at once. `one_size` says that
        images of other calls have the same size; an engine may then be faster.

        Raises HarnessError if the network cannot be loaded, takes images of another size, or computes NaN.
        """
        size, shape = batch or self.batch, images[0].shape
        network = self._loaded((size, *shape) if one_size else None)
        if any(side not in (None, actual) for side, actual in zip(network.input_size, shape[:2], strict=True)):
            height, width = network.input_size
            raise HarnessError(
                f"{self.name} takes images of {width} x {height} pixels; set side={height or width} in a solution that "
                "describes squares, such as nearest"
            )
        batches = [images[start : start + size] for start in range(0, len(images), size)]
        threads = min(cores(), len(batches)) if network.parallel else 1
        if threads > 1:
            with ThreadPoolExecutor(threads) as executor:
                outputs = list(executor.map(lambda each: pool(self._run(network, each, size)), batches))
        else:
            outputs = [pool(self._run(network, each, size)) for each in batches]
        return {name: np.concatenate([each[name] for each in outputs]) for name in outputs[0]}

    def _loaded(self, shape: Shape | None) -> LoadedNetwork:
        with _LOAD_LOCK:
            return _load(self, tuple(self.made_with.items()), shape)

    def _run(self, network: LoadedNetwork, images: np.ndarray | Sequence[np.ndarray], size: int) -> Outputs:
        try:
            outputs = {name: rows[: len(images)] for name, rows in network.run(_pad_batch(images, size)).items()}
        except Exception as error:  # noqa: BLE001 (each engine raises its own types)
            height, width = images[0].shape[:2]
            reason = make_printable(" ".join(str(error).split()))[-_LONGEST_REASON:]
            raise HarnessError(f"{self.name} cannot run on images of {width} x {height} pixels: {reason}") from None
        with np.errstate(invalid="ignore", over="ignore"):
            invalid = [name for name, rows in outputs.items() if np.isnan(rows.sum())]
        if invalid:
            raise HarnessError(f"{self.name} computes NaN as {invalid[0]}; its weights or its precision do not suit it")
        return outputs


@cache
def _load(backbone: Backbone, _: tuple[tuple[str, str], ...], shape: Shape | None) -> LoadedNetwork:
    return find_engine().load(backbone.spec, backbone.precision, shape)


def _pad_batch(images: np.ndarray | Sequence[np.ndarray], size: int) -> np.ndarray:
    """Return the images as an array, filled up to `size` with black images."""
    array = images if isinstance(images, np.ndarray) else np.stack(images)
    if len(array) == size:
        return array
    batch = np.zeros((size, *array.shape[1:]), array.dtype)
    batch[: len(array)] = array
    return batch
