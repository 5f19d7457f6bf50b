"""Write the descriptors of an extractor or of a solution, for `landmark describe`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from harness.atomic_files import require_writable
from harness.data.competition import Competition
from harness.data.embeddings.writing import require_vector_suffix, write_vectors
from harness.data.image_set import ImageSet
from harness.data.split import own_split
from harness.data.store.array_specs import infer_specs
from harness.delivery.plugin_vectors import BLOCK, plugin_vectors
from harness.errors import DataError, HarnessError, SolutionError
from harness.running.description.descriptions import SolutionDescriptions, is_trusted
from harness.running.outcome import RunJob
from harness.solution.extractors import is_extractor_spec, load_extractor
from harness.solution.registry import find_solution, load_solution
from harness.solution.spec import split_spec
from harness.workspace import Workspace

PARTS = ("test", "index", "train")

Vectors = tuple[ImageSet, np.ndarray]  # images, and their vectors (n, d)
Describe = Callable[[ImageSet], np.ndarray]  # vectors (n, d), NaN for images that cannot be described


@dataclass
class DescriptorFile:
    """A written file: the number of vectors, their length, and the numbers of images by part.

    `missing` are the ids of the images without a vector, which could not be decoded.
    """

    path: Path
    vectors: int = 0
    width: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def write_descriptors(
    spec: str,
    competition: Competition,
    workspace: Workspace,
    out: Path,
    *,
    array: str | None = None,
    parts: Sequence[str] = PARTS,
    seed: int = 0,
) -> DescriptorFile:
    """Describe the images of some parts and write their vectors; `array` names one of several of an extractor.

    Raises HarnessError if the spec has no vectors, if the file cannot be written, or if two parts share an id.
    """
    require_writable(out)
    require_vector_suffix(out)
    for part in parts:
        if part not in PARTS:
            raise DataError(f"{part!r} is no part of a competition; choose {', '.join(PARTS)}")
    sets = {"test": competition.queries, "index": competition.index, "train": competition.train}
    sets = {part: sets[part] for part in PARTS if part in parts and len(sets[part])}
    _require_distinct_ids(sets)
    if is_extractor_spec(spec):
        described = _in_blocks(spec, sets, _by_extractor(spec, array))
    else:
        described = _by_solution(spec, competition, workspace, seed, sets)
    report = DescriptorFile(out, parts={part: len(images) for part, images in sets.items()})
    report.vectors, report.width = write_vectors(out, _complete_rows(described, report))
    return report


def _require_distinct_ids(sets: dict[str, ImageSet]) -> None:
    owner: dict[str, str] = {}
    for part, images in sets.items():
        for image_id in images.ids.tolist():
            other = owner.setdefault(image_id, part)
            if other != part:
                raise DataError(f"{image_id!r} is in {other}.csv and {part}.csv; write one file for each, by --part")


def _by_extractor(spec: str, array: str | None) -> Describe:
    extractor = load_extractor(spec)
    widths = {each.name: each.shape[0] for each in infer_specs(extractor) if not each.ragged and len(each.shape) == 1}
    if array is None and len(widths) == 1:
        (array,) = widths
    if array not in widths:
        names = ", ".join(f"{name} ({width} numbers)" for name, width in widths.items()) or "none"
        raise SolutionError(f"{type(extractor).__name__} has the vectors {names}; choose one by --array")
    return lambda images: images.describe(extractor, array)


def _by_solution(
    spec: str, competition: Competition, workspace: Workspace, seed: int, sets: dict[str, ImageSet]
) -> Iterator[Vectors]:
    """Yield what `describe` of the fitted solution returns; a plug-in is called in a process of its own."""
    name = split_spec(spec)[0]
    configured = SolutionDescriptions(workspace.register, competition.folder).configured(spec)
    if "describe" not in configured.solution.overrides:
        raise SolutionError(f"{name} compares no single vectors; name an extractor, or another solution")
    split = own_split(competition, configured.task, seed, with_truth=False)
    if not is_trusted(find_solution(name, workspace.register), spec):
        job = RunJob(str(competition.folder.resolve()), str(workspace.folder), spec, configured.task, None, seed)
        return plugin_vectors(job, split, sets)
    solution = load_solution(spec, workspace.register)
    with _one_line(configured.identity):
        solution.fit(split.data)
    return _in_blocks(spec, sets, solution.describe)


def _in_blocks(spec: str, sets: dict[str, ImageSet], describe: Describe) -> Iterator[Vectors]:
    """Yield blocks of images with what a function returns for them."""
    for images in sets.values():
        for start in range(0, len(images), BLOCK):
            block = images[start : start + BLOCK]
            with _one_line(spec):
                yield block, np.asarray(describe(block))


def _complete_rows(described: Iterator[Vectors], report: DescriptorFile) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield ids and vectors of the images that have one; report the others."""
    for block, rows in described:
        exists = np.isfinite(rows).all(axis=1)
        report.missing.extend(block.ids[~exists])
        yield block.ids[exists], rows[exists]


@contextmanager
def _one_line(what: str) -> Iterator[None]:
    """Turn any error of an extractor or a solution inside the block into a SolutionError of one line."""
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        raise SolutionError(f"{what}: {type(error).__name__}: {' '.join(str(error).split())[:300]}") from error
