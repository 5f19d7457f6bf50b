"""Check the contract of a solution on a small synthetic competition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.contract.answer_comparison import TOLERANCE
from harness.contract.clauses import CLAUSES, AnswerClause, ContractRun, fit_and_answer
from harness.contract.code_location import location_of_answering, location_of_error
from harness.data.competition import Competition
from harness.data.split import own_split
from harness.data.training_data import TrainingData
from harness.errors import HarnessError
from harness.sandbox.audit_hook import refuse_hidden_files
from harness.sandbox.refused_access import refused_access
from harness.solution.base import Solution, identity, solution_name
from harness.solution.registry import load_solution
from harness.solution.spec import search_space, split_spec
from harness.submissions.score_recorder import record_scores
from harness.temporary_files import temporary_folder

_ANSWERS = "answers a competition with undecodable images without opening a table"


@dataclass(frozen=True)
class ClauseResult:
    """A clause of the contract: advice if the solution violates it, else None; and a note on rounding."""

    clause: str
    violation: str | None
    note: str = ""


def check_solution(spec: str, register: Path | None = None, tolerance: float = TOLERANCE) -> Iterator[ClauseResult]:
    """Yield the result of each clause of the contract.

    Answers may differ by `tolerance`, relative to the largest score of a query, where the harness knows the scores.
    """
    solution = load_solution(spec, register)
    yield _identity(spec, solution, register)
    yield ClauseResult("has search ranges that its types allow", _ranges(solution))
    with temporary_folder() as folder, record_scores():
        competition = small_competition(Path(folder))
        split = own_split(competition, solution.task, with_truth=False)
        data = with_sparse_labels(split.data)
        refuse_hidden_files(map(str, competition.folder.glob("*.csv")))

        def make() -> Solution:
            return load_solution(spec, register)

        try:
            answer = fit_and_answer(make(), data, split.queries)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 (any error is a violation, even an exit)
            yield ClauseResult(_ANSWERS, _reason(error, solution))
            return
        yield ClauseResult(_ANSWERS, None)
        run = ContractRun(make, data, split.queries, answer, tolerance)
        for clause in CLAUSES:
            yield _check(clause, run)


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


def with_sparse_labels(data: TrainingData) -> TrainingData:
    """Return the data with landmark ids 5, 8, 11, …, so that a position among the landmarks is not one of them."""
    labels = 3 * data.labels + 5
    labels.flags.writeable = False
    return replace(data, labels=labels)


def _identity(spec: str, solution: Solution, register: Path | None) -> ClauseResult:
    text, name = identity(solution), split_spec(spec)[0]
    try:
        again = identity(load_solution(name + text.removeprefix(solution_name(type(solution))), register))
    except HarnessError as error:
        again = str(error)
    advice = f"{text} reads back as {again}; make every parameter a plain value"
    return ClauseResult("has an identity that reads back as itself", None if again == text else advice)


def _ranges(solution: Solution) -> str | None:
    try:
        search_space(type(solution))
    except HarnessError as error:
        return str(error)
    return None


def _check(clause: AnswerClause, run: ContractRun) -> ClauseResult:
    note = ""
    try:
        for what, comparison in clause.comparisons(run):
            difference = comparison.violation()
            if difference:
                where = location_of_answering(run.make())
                return ClauseResult(
                    clause.name, f"{what}: {difference}; {clause.advice}" + (f"; see {where}" * bool(where))
                )
            note = comparison.note() or note
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 (any error is a violation, even an exit)
        return ClauseResult(clause.name, _reason(error, run.make()))
    return ClauseResult(clause.name, None, note)


def _reason(error: BaseException, solution: Solution) -> str:
    """Return an error in one line, with the line of the user's code or else that of its answering method."""
    where = location_of_error(error, solution) or location_of_answering(solution)
    text = refused_access(error) or " ".join(f"{type(error).__name__}: {error}".split())
    return text + (f" ({where})" if where else "")
