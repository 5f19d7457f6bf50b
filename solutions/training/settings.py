"""How a classifier is learnt, as a value."""

from dataclasses import dataclass
from typing import Literal

from harness import HarnessError
from solutions.training.logistic_head import WEIGHT_DECAY
from solutions.training.sampling import PER_LANDMARK

# The first is no network; `head` has it.
Softmax = Literal["logistic", "dense", "hierarchical", "sampled", "arcface", "arcface_softmax"]
Taught = Softmax | Literal["triplet", "contrastive"]
RATE = 1e-3


@dataclass(frozen=True)
class Training:
    """How a network is trained."""

    head: Taught = "dense"
    frozen: int | None = None  # lowest layers of the network that stay as they are; None: all, on stored descriptors
    augment: bool = True  # cuts, mirror images and other light; not on stored descriptors
    epochs: int = 40  # at most; steps grow smaller until then
    per_landmark: int = PER_LANDMARK  # images, at most
    weight_decay: float = WEIGHT_DECAY
    balance: float = 0.0  # 0 counts images, 1 counts landmarks
    rate: float = RATE  # of the head at the start; the network's own layers take a tenth of it
    patience: int = 8  # epochs without a better GAP on held-out images after which it stops
    embedding: int | None = None  # dimensions that descriptors are projected to below the head; None: no projection
    stop: int | None = None  # epochs after which it ends all the same
    seed: int = 0

    def __post_init__(self) -> None:
        if self.head == "logistic" and self.frozen is not None:
            raise HarnessError(f"frozen={self.frozen}: a logistic head trains no layers of a network; try head='dense'")
        for name in ("epochs", "per_landmark", "patience"):
            if getattr(self, name) < 1:
                raise HarnessError(f"{name}={getattr(self, name)} must be 1 or more")
