"""The contract that every solution must keep, checked on a small competition drawn for the purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from harness.data.competition import Competition
from harness.data.image_set import ImageSet
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.running.sandbox import block_file_access
from harness.solution.base import Retrieval, Solution, identity, solution_name
from harness.solution.registry import load_solution
from harness.solution.spec import search_space, split_spec
from harness.submissions.answer import Answer, Labelling, Ranking, concatenate_answers
from harness.submissions.finalise import finalise, validate_answer

Violation = str | None
_CHUNKS = (1, 3, 7)  # queries a chunk


@dataclass(frozen=True)
class ContractRun:
    """A small drawn competition and the answer of a freshly fitted solution to it."""

    make: Callable[[], Solution]
    data: TrainingData
    queries: ImageSet
    answer: Answer


def check_solution(spec: str, register: Path | None = None) -> Iterator[tuple[str, Violation]]:
    """Yield each clause of the contract with None where the solution keeps it, else with advice."""
    solution = load_solution(spec, register)
    yield from _identity(spec, solution, register)
    yield "has search ranges that its types allow", _ranges(solution)
    with TemporaryDirectory() as folder:
        competition = small_competition(Path(folder))
        split = own_split(competition, solution.task, with_truth=False)
        block_file_access(competition.folder.glob("*.csv"))
        try:
            answer = fit_and_answer(load_solution(spec, register), split.data, split.queries)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 (whatever it raises is the complaint, even if it exits)
            yield "answers a small competition with broken images, opening no table", f"{type(error).__name__}: {error}"
            return
        yield "answers a small competition with broken images, opening no table", None
        world = ContractRun(lambda: load_solution(spec, register), split.data, split.queries, answer)
        for clause, check in _CLAUSES.items():
            yield clause, _complaint(check, world)


def small_competition(folder: Path) -> Competition:
    """Return a drawn competition of some forty images; one index image and one query are broken."""
    from harness.synthetic.competition import SyntheticCompetition

    drawn = folder / "drawn"
    SyntheticCompetition(
        landmarks=3, seed=1, train_per_landmark=4, index_per_landmark=4, queries_per_landmark=3, size=96
    ).write(drawn)
    competition = Competition.open(drawn, folder / "descriptors")
    for images in (competition.index, competition.queries):
        broken = images.paths[-1]
        if broken:
            broken.write_bytes(b"\xff\xd8\xff no image")
    return Competition.open(drawn, folder / "descriptors")


def fit_and_answer(solution: Solution, data: TrainingData, queries: ImageSet, chunk: int | None = None) -> Answer:
    """Return the finished answer of a solution, fitted here, asked in chunks of a size."""
    solution.fit(data)
    size = chunk or max(1, len(queries))
    pieces = [queries[start : start + size] for start in range(0, len(queries), size)]
    return finalise(concatenate_answers([_asked(solution, piece, data) for piece in pieces]), data)


def _asked(solution: Solution, queries: ImageSet, data: TrainingData) -> Answer:
    answer = solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    return validate_answer(answer, queries, data.index, solution.task)


def _identity(spec: str, solution: Solution, register: Path | None) -> Iterator[tuple[str, Violation]]:
    text, name = identity(solution), split_spec(spec)[0]
    try:
        again = identity(load_solution(name + text.removeprefix(solution_name(type(solution))), register))
    except HarnessError as error:
        again = str(error)
    advice = f"{text} reads back as {again}; make every parameter a plain value"
    yield "has an identity that can be typed again", None if again == text else advice


def _ranges(solution: Solution) -> Violation:
    try:
        search_space(type(solution))
    except HarnessError as error:
        return str(error)
    return None


def _complaint(check: Callable[[ContractRun], Violation], world: ContractRun) -> Violation:
    try:
        return check(world)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (it may even exit)
        return f"{type(error).__name__}: {error}"


def _deterministic(world: ContractRun) -> Violation:
    again = fit_and_answer(world.make(), world.data, world.queries)
    return (
        None
        if answers_equal(world.answer, again)
        else "a second run answers otherwise; draw from a generator seeded by data.seed"
    )


def _chunking(world: ContractRun) -> Violation:
    for size in _CHUNKS:
        if not answers_equal(world.answer, fit_and_answer(world.make(), world.data, world.queries, size)):
            return f"chunks of {size} queries are answered otherwise than all at once; look at one query at a time"
    return None


def _order(world: ContractRun) -> Violation:
    order = np.random.default_rng(0).permutation(len(world.queries))
    shuffled = fit_and_answer(world.make(), world.data, world.queries[order])
    return None if answers_equal(_reordered(world.answer, order), shuffled) else "another order of the queries changes answers"


def _renamed(world: ContractRun) -> Violation:
    """Names must carry no meaning: the same images under other ids must be answered alike."""
    queries, index = _alias(world.queries, "q"), _alias(world.data.index, "i")
    data = TrainingData(_alias(world.data.train, "t"), world.data.labels, index, world.data.seed)
    other = fit_and_answer(world.make(), data, queries)
    return (
        None
        if _alike(world.answer, other)
        else "other ids for the same images change answers; look at pixels, not at names"
    )


class _Renamed(ImageSet):
    """The same images under other ids."""

    def __init__(self, images: ImageSet, ids: np.ndarray) -> None:
        super().__init__(images._source, images._rows)  # noqa: SLF001 (a disguise of the very same set)
        self._ids = ids

    def __getitem__(self, selection: Any) -> ImageSet:
        return _Renamed(super().__getitem__(selection), np.atleast_1d(self.ids[selection]))


def _alias(images: ImageSet, prefix: str) -> ImageSet:
    order = np.random.default_rng(1).permutation(len(images))
    return _Renamed(images, np.array([f"{prefix}{number:08x}" for number in order], object))


_CLAUSES: dict[str, Callable[[ContractRun], Violation]] = {
    "is deterministic": _deterministic,
    "answers a query alike in any chunk": _chunking,
    "answers a query alike in any order": _order,
    "does not read ids": _renamed,
}


def answers_equal(one: Answer, other: Answer) -> bool:
    """Tell whether two answers are equal, ids and all."""
    return np.array_equal(one.query_ids, other.query_ids) and _alike(one, other)


def _alike(one: Answer, other: Answer) -> bool:
    if isinstance(one, Ranking) and isinstance(other, Ranking):
        width = max(one.positions.shape[1], other.positions.shape[1])
        return np.array_equal(_wide(one, width), _wide(other, width))
    if isinstance(one, Labelling) and isinstance(other, Labelling):
        labels = np.array_equal(one.landmarks[one.has_answer], other.landmarks[other.has_answer])
        return labels and np.array_equal(one.confidences, other.confidences, equal_nan=True)
    return False


def _wide(ranking: Ranking, width: int) -> np.ndarray:
    return np.pad(ranking.positions, ((0, 0), (0, width - ranking.positions.shape[1])), constant_values=-1)


def _reordered(answer: Answer, order: np.ndarray) -> Answer:
    if isinstance(answer, Ranking):
        return Ranking(answer.query_ids[order], answer.index_ids, answer.positions[order])
    return Labelling(answer.query_ids[order], answer.landmarks[order], answer.confidences[order])
