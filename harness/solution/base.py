"""Base classes of solutions: `Retrieval` and `Recognition`, dataclasses whose fields are the parameters."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, ClassVar

from harness.errors import SolutionError
from harness.solution.ablation_step import Step
from metrics import Task

if TYPE_CHECKING:
    import numpy as np

    from harness.data.image_set import ImageSet
    from harness.data.training_data import TrainingData
    from harness.submissions.answer import Labelling, Ranking


class Solution(ABC):
    """A solution. Its `repr` is its identity: the name of its file and the parameters that differ from their defaults.

    It is fitted once and then called with chunks of queries, possibly from several threads at a time. The answer to a
    query must not depend on the chunk, and answering must not change the solution.
    """

    task: ClassVar[Task]
    chunk: ClassVar[int | None] = None  # queries per call; None lets the harness choose
    modules: ClassVar[tuple[str, ...]] = ()  # optional modules it needs; a run of all skips it if one is missing
    needs_labels: ClassVar[bool] = False  # it fails without labelled train images; then a run of all skips it
    ablation_steps: ClassVar[tuple[Step, ...]] = ()  # for landmark ablate

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.ablation_steps = vars(cls).get("ladder", cls.ablation_steps)  # the name before version 0.2
        cls.__repr__ = Solution.__repr__  # type: ignore[method-assign]  # keeps dataclass from replacing it

    def __repr__(self) -> str:
        return identity(self)

    @abstractmethod
    def fit(self, data: TrainingData) -> None:
        """Learn from the train images and prepare the index."""

    def check_parameters(self) -> None:  # noqa: B027 (for overriding)
        """Raise HarnessError if a value of a parameter is wrong, such as the name of a network that does not exist.

        It is called before a run starts. What can be seen without a look at files belongs into `__post_init__`.
        """

    def input_digests(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:  # noqa: ARG002 (for overriding)
        """Return digests of what the answers depend on besides the images, such as vectors of the user.

        Raises HarnessError if something is missing, before the run starts.
        """
        return ()

    def input_notes(self, data: TrainingData, queries: ImageSet) -> Sequence[str]:  # noqa: ARG002 (for overriding)
        """Return lines that a run prints about its inputs, such as the number of images that a file leaves out."""
        return ()

    def fixed_parameters(self) -> Sequence[str]:
        """Return the parameters that others exclude, such as those of decoding without images; tune keeps them."""
        return ()

    def describe(self, images: ImageSet) -> np.ndarray:  # noqa: ARG002 (for overriding)
        """Return the vectors `(n, d)` by whose cosine the fitted solution compares images, for `landmark describe`.

        They are those before augmentation and expansion; rows of undecodable images are NaN. Raises SolutionError if
        the solution compares no vectors.
        """
        raise SolutionError(f"{solution_name(type(self))} compares no single vectors; describe by an extractor instead")


class Retrieval(Solution):
    """A solution that ranks the index images that show the same landmark as a query."""

    task = "retrieval"

    @abstractmethod
    def rank(self, queries: ImageSet) -> Ranking:
        """Return the index images for each query of the chunk, best first; only the first 100 are scored."""


class Recognition(Solution):
    """A solution that names the landmark that a query shows, if any."""

    task = "recognition"

    @abstractmethod
    def recognise(self, queries: ImageSet) -> Labelling:
        """Return a landmark with a confidence for each query of the chunk, or no answer."""


def solution_name(cls: type[Solution]) -> str:
    """Return the name of the file that defines the solution."""
    return cls.__module__.rpartition(".")[2]


def identity(solution: Solution) -> str:
    """Return the solution as the command line takes it: `hash(kind='dct', threshold=20)`."""
    values = [(each, getattr(solution, each.name)) for each in parameters(type(solution))]
    changed = [f"{each.name}={value!r}" for each, value in values if repr(value) != repr(default_of(each))]
    return solution_name(type(solution)) + (f"({', '.join(changed)})" if changed else "")


def default_of(parameter: Field[Any]) -> Any:
    """Return the default of a parameter, MISSING where it has none."""
    if parameter.default_factory is not MISSING:
        return parameter.default_factory()
    return parameter.default


def parameters(cls: type[Solution]) -> list[Field[Any]]:
    """Return the parameters of a solution, in the order of its fields."""
    return [each for each in fields(cls) if each.init]  # type: ignore[arg-type]


def needed_parameters(cls: type[Solution]) -> list[str]:
    """Return the names of the parameters without a default, in the order of the fields."""
    return [each.name for each in parameters(cls) if default_of(each) is MISSING]


def module_doc(cls: type) -> str:
    """Return the docstring of the module that defines a class."""
    return (sys.modules[cls.__module__].__doc__ or cls.__doc__ or "").strip()
