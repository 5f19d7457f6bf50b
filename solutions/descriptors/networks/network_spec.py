"""A network as a value: what names it, and what is known of it once it is converted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from harness import HarnessError

IMAGENET = "imagenet"

PIXELS = "pixels"  # the name of the input of a converted network

OutputKind = Literal["maps", "vector", "classes"]


@dataclass(frozen=True)
class NetworkSpec:
    """What names a network: see `registry` for the names. `weights` are 'imagenet', a file, or None for random ones."""

    name: str = "lite0"
    weights: str | None = IMAGENET
    layer: str | None = None  # its output is returned; None: the last layer with feature maps
    classes: bool = False  # return the logits of the network's own classes, too
    further: tuple[str, ...] = ()  # more layers whose outputs are returned
    preprocessing: str | None = None  # of pixels, see `preprocessing`; None: the model's own

    @property
    def spec(self) -> "NetworkSpec":
        """Return the spec alone, of a subclass, too."""
        return NetworkSpec(*(getattr(self, each.name) for each in fields(NetworkSpec)))

    def check_own_weights(self) -> None:
        """Raise HarnessError if weights are named, too, for a file that holds its own."""
        if self.weights != IMAGENET:
            raise HarnessError(f"{self.name}: holds its own weights; leave out weights={self.weights!r:.60}")

    def to_json(self) -> str:
        """Return the spec as JSON.

        >>> NetworkSpec.from_json(NetworkSpec("lite1", None, further=("stem_relu",)).to_json()).further
        ('stem_relu',)
        """
        return json.dumps(asdict(self.spec))

    @staticmethod
    def from_json(text: str) -> "NetworkSpec":
        """Return the spec from JSON."""
        values = json.loads(text)
        return NetworkSpec(**values | {"further": tuple(values["further"])})


@dataclass(frozen=True)
class ConvertedNetwork:
    """A converted network: a file that takes `pixels` `(n, h, w, 3)` float32 from 0 to 255, and facts about it.

    `outputs` are their kinds by name: `maps` `(n, h, w, c)`, `vector` `(n, d)`, or `classes` `(n, k)`, which are
    logits. `preprocessing` is how the model's own configuration makes a photograph a square; see `preprocessing`.
    """

    outputs: Mapping[str, OutputKind]
    input_size: tuple[int | None, int | None] = (None, None)  # height and width; None: any
    preprocessing: Mapping[str, Any] | None = None
    file: str = "network.onnx"  # or network.xml of OpenVINO
    made_with: Mapping[str, str] = field(default_factory=dict)  # versions of libraries

    def write(self, path: Path) -> None:
        """Write the facts as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @staticmethod
    def read(path: Path) -> "ConvertedNetwork":
        """Return the facts of a file. Raises HarnessError if it is damaged."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return ConvertedNetwork(**values | {"input_size": tuple(values["input_size"])})
        except (OSError, ValueError, KeyError, TypeError):
            raise HarnessError(f"{path}: is no description of a converted network") from None
