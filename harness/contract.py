"""Check the contract of a solution on a small synthetic competition."""

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
_CHUNK_SIZES = (1, 3, 7)  # queries
_ANSWERS = "answers a competition with undecodable images without opening a table"


@dataclass(frozen=True)
class ContractRun:
    """A small synthetic competition and the answer of a newly fitted solution to it."""

    make: Callable[[], Solution]
    data: TrainingData
    queries: ImageSet
    answer: Answer


def check_solution(spec: str, register: Path | None = None) -> Iterator[tuple[str, Violation]]:
    """Yield each clause of the contract with None if the solution satisfies it, else with advice."""
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
        except BaseException as error:  # noqa: BLE001 (any error is a violation, even an exit)
            yield _ANSWERS, f"{type(error).__name__}: {error}"
            return
        yield _ANSWERS, None
        run = ContractRun(lambda: load_solution(spec, register), split.data, split.queries, answer)
        for clause, check in _CLAUSES.items():
            yield clause, _check(check, run)


def small_competition(folder: Path) -> Competition:
    """Return a synthetic competition of about forty images, of which one index image and one query are broken."""
    from harness.synthetic.competition import SyntheticCompetition

    images_folder = folder / "drawn"
    SyntheticCompetition(
        landmarks=3, seed=1, train_per_landmark=4, index_per_landmark=4, queries_per_landmark=3, size=96
    ).write(images_folder)
    competition = Competition.open(images_folder, folder / "descriptors")
    for images in (competition.index, competition.queries):
        broken = images.paths[-1]
        if broken:
            broken.write_bytes(b"\xff\xd8\xff no image")
    return Competition.open(images_folder, folder / "descriptors")


def fit_and_answer(solution: Solution, data: TrainingData, queries: ImageSet, chunk: int | None = None) -> Answer:
    """Fit a solution and return its finalised answer to the queries, asked in chunks of `chunk` queries."""
    solution.fit(data)
    size = chunk or max(1, len(queries))
    pieces = [queries[start : start + size] for start in range(0, len(queries), size)]
    return finalise(concatenate_answers([_ask(solution, piece, data) for piece in pieces]), data)


def _ask(solution: Solution, queries: ImageSet, data: TrainingData) -> Answer:
    answer = solution.rank(queries) if isinstance(solution, Retrieval) else solution.recognise(queries)  # type: ignore[attr-defined]
    return validate_answer(answer, queries, data.index, solution.task)


def _identity(spec: str, solution: Solution, register: Path | None) -> Iterator[tuple[str, Violation]]:
    text, name = identity(solution), split_spec(spec)[0]
    try:
        again = identity(load_solution(name + text.removeprefix(solution_name(type(solution))), register))
    except HarnessError as error:
        again = str(error)
    advice = f"{text} reads back as {again}; make every parameter a plain value"
    yield "has an identity that reads back as itself", None if again == text else advice


def _ranges(solution: Solution) -> Violation:
    try:
        search_space(type(solution))
    except HarnessError as error:
        return str(error)
    return None


def _check(check: Callable[[ContractRun], Violation], run: ContractRun) -> Violation:
    try:
        return check(run)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (any error is a violation, even an exit)
        return f"{type(error).__name__}: {error}"


def _deterministic(run: ContractRun) -> Violation:
    if answers_equal(run.answer, fit_and_answer(run.make(), run.data, run.queries)):
        return None
    return "a second run gives other answers; draw from a generator seeded by data.seed"


def _chunking(run: ContractRun) -> Violation:
    for size in _CHUNK_SIZES:
        if not answers_equal(run.answer, fit_and_answer(run.make(), run.data, run.queries, size)):
            return f"chunks of {size} queries change the answers; treat each query by itself"
    return None


def _order(run: ContractRun) -> Violation:
    order = np.random.default_rng(0).permutation(len(run.queries))
    shuffled = fit_and_answer(run.make(), run.data, run.queries[order])
    same = answers_equal(_reorder(run.answer, order), shuffled)
    return None if same else "another order of the queries changes answers"


def _ids(run: ContractRun) -> Violation:
    """Ids must carry no information: the same images under other ids must get the same answers."""
    queries, index = _alias(run.queries, "q"), _alias(run.data.index, "i")
    data = TrainingData(_alias(run.data.train, "t"), run.data.labels, index, run.data.seed)
    other = fit_and_answer(run.make(), data, queries)
    return (
        None
        if _same_content(run.answer, other)
        else "other ids for the same images change answers; look at pixels, not at names"
    )


class _RenamedImages(ImageSet):
    """An image set with its ids replaced."""

    def __init__(self, images: ImageSet, ids: np.ndarray) -> None:
        super().__init__(images._source, images._rows)  # noqa: SLF001 (a view of the same set)
        self._ids = ids

    def __getitem__(self, selection: Any) -> ImageSet:
        return _RenamedImages(super().__getitem__(selection), np.atleast_1d(self.ids[selection]))


def _alias(images: ImageSet, prefix: str) -> ImageSet:
    order = np.random.default_rng(1).permutation(len(images))
    return _RenamedImages(images, np.array([f"{prefix}{number:08x}" for number in order], object))


_CLAUSES: dict[str, Callable[[ContractRun], Violation]] = {
    "is deterministic": _deterministic,
    "gives the same answers in chunks of any size": _chunking,
    "gives the same answers in any order of the queries": _order,
    "does not depend on ids": _ids,
}


def answers_equal(one: Answer, other: Answer) -> bool:
    """Return whether two answers are equal, ids included."""
    return np.array_equal(one.query_ids, other.query_ids) and _same_content(one, other)


def _same_content(one: Answer, other: Answer) -> bool:
    if isinstance(one, Ranking) and isinstance(other, Ranking):
        width = max(one.positions.shape[1], other.positions.shape[1])
        return np.array_equal(_pad(one, width), _pad(other, width))
    if isinstance(one, Labelling) and isinstance(other, Labelling):
        labels = np.array_equal(one.landmarks[one.answered], other.landmarks[other.answered])
        return labels and np.array_equal(one.confidences, other.confidences, equal_nan=True)
    return False


def _pad(ranking: Ranking, width: int) -> np.ndarray:
    return np.pad(ranking.positions, ((0, 0), (0, width - ranking.positions.shape[1])), constant_values=-1)


def _reorder(answer: Answer, order: np.ndarray) -> Answer:
    if isinstance(answer, Ranking):
        return Ranking(answer.query_ids[order], answer.index_ids, answer.positions[order])
    return Labelling(answer.query_ids[order], answer.landmarks[order], answer.confidences[order])
