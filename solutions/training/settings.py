"""Configuration of the training of a classifier."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from harness import HarnessError
from solutions.training.logistic_head import WEIGHT_DECAY
from solutions.training.sampling import PER_LANDMARK

# "logistic" is `logistic_head`; the others are in `network_heads`.
SoftmaxHead = Literal["logistic", "dense", "hierarchical", "sampled", "arcface", "arcface_softmax"]
HeadName = SoftmaxHead | Literal["triplet", "contrastive"]
RATE = 1e-3


@dataclass(frozen=True)
class TrainingConfig:
    """Head, layers, schedule and regularisation of a training."""

    head: HeadName = "dense"
    frozen: int | None = None  # number of lowest layers that are not trained; None: all, on stored descriptors
    augment: bool = True  # random crops, mirror images and light; not for stored descriptors
    epochs: int = 40  # at most; the step size falls to 0 until then
    per_landmark: int = PER_LANDMARK  # images, at most
    weight_decay: float = WEIGHT_DECAY
    balance: float = 0.0  # 0 weights images equally, 1 landmarks
    rate: float = RATE  # of the head at the start; a tenth of it for the layers below
    patience: int = 8  # epochs without a better validation GAP after which it stops
    embedding: int | None = None  # dimensions of a trained projection below the head; None: none
    stop: int | None = None  # epochs after which it stops in any case
    seed: int = 0

    @classmethod
    def of_solution(cls, solution: object, seed: int) -> TrainingConfig:
        """Return the configuration in the fields of a solution that have the same names, with this seed."""
        names = [field.name for field in fields(cls) if hasattr(solution, field.name)]
        return cls(**{name: getattr(solution, name) for name in names} | {"seed": seed})

    @property
    def last_epoch(self) -> int:
        """Return the number of epochs after which training ends in any case."""
        return min(self.stop or self.epochs, self.epochs)

    @property
    def batch_size(self) -> int:
        """Return the number of images of a step: of descriptors more than of photographs."""
        return 256 if self.frozen is None else 64

    def __post_init__(self) -> None:
        if self.head == "logistic" and self.frozen is not None:
            raise HarnessError(f"frozen={self.frozen}: a logistic head trains no layers of a network; try head='dense'")
        for name in ("epochs", "per_landmark", "patience"):
            if getattr(self, name) < 1:
                raise HarnessError(f"{name}={getattr(self, name)} must be 1 or more")
