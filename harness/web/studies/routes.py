"""A tuning study: `/c/<competition>/<task>/studies/<name>`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from harness.data.query_sample import is_fold
from harness.tuning.stored_study import StoredStudy
from harness.tuning.study import Trial
from harness.web.data.board_studies import studies_of_board
from harness.web.error_pages import not_found
from harness.web.lru import LruCache
from harness.web.rendering import Link, address
from harness.web.shared.board_context import BoardContext, BoardContextDep
from harness.web.site_page import SitePage
from harness.web.studies.charts import parallel_coordinates, slices, trial_chart
from harness.web.studies.importance import Importances, parameter_importances
from leaderboard import Entry
from leaderboard.rendering.format_cells import metric_label
from metrics import metrics_of

router = APIRouter(prefix="/c", include_in_schema=False)
PAGE = SitePage(router)

FURTHER_TRIALS = 20  # of the command to go on
_importances: LruCache[Importances] = LruCache(32)


@router.get("/{competition}/{task}/studies/{name}")
def study_page(board: BoardContextDep, name: str) -> HTMLResponse:
    """Return the page of a study; its name is looked up in the list of files, and no path is built from it."""
    if board.page.permissions.user_name:
        raise not_found("studies are only for local use")
    entries = _fold_entries(board)
    studies = studies_of_board(board.page.site.workspace, board.competition, board.task, entries)
    study = next((each for each in studies if each.name == name), None)
    if study is None:
        raise not_found("no such study of this competition and task")
    metric = study.metric or next((entry.metric for entry in entries if entry.metric), metrics_of(board.task)[0].name)
    label, has_scores = metric_label(metric), bool(study.scored)
    return board.page.render(
        "studies/study.html",
        f"Study of {study.solution}",
        [*board.breadcrumb()[:-1], *_trail(board, study)],
        study=study,
        label=label,
        best=study.best,
        default=next((trial for trial in study.scored if trial.number == 0), None),
        chart=trial_chart(study, label) if has_scores else None,
        lines=parallel_coordinates(study, label) if has_scores else None,
        slices=slices(study) if has_scores else [],
        importances=_importances.get(_facts(study), lambda: parameter_importances(study)),
        rows=_sorted_trials(study),
        entries=_entries_by_trial(study, entries),
        resume=_tune_command(board, study, metric),
        run_best=_command(board, ["run", study.spec(study.best)]) if study.best else "",
    )


def _facts(study: StoredStudy) -> tuple[object, ...]:
    """Return what the importances of a study depend on."""
    return study.name, *((trial.number, trial.arguments, trial.score) for trial in study.trials)


def _fold_entries(board: BoardContext) -> list[Entry]:
    splits = [each.split for each in board.boards if is_fold(each.split)]
    store = board.page.site.store
    return [entry for split in splits for entry in store.entries(board.competition, board.task, split)]


def _trail(board: BoardContext, study: StoredStudy) -> list[Link]:
    return [
        Link(board.task, board.address()),
        Link("folds", board.address("folds")),
        Link(study.solution, board.address("studies", study.name), current=True),
    ]


def _sorted_trials(study: StoredStudy) -> list[Trial]:
    """Return the trials, best first, then the failed ones by number."""
    sign = -1 if study.higher_is_better else 1
    return [*sorted(study.scored, key=lambda trial: (sign * (trial.score or 0.0), trial.number)), *study.failed]


def _entries_by_trial(study: StoredStudy, entries: Sequence[Entry]) -> Mapping[int, list[Link]]:
    """Return links to the entries of each trial, one for each fold."""
    by_key = {entry.run_key: entry for entry in entries}
    found = {trial.number: [by_key[key] for key in trial.runs if key in by_key] for trial in study.trials}
    return {
        number: [Link(entry.split.partition(" ")[2].partition("/")[0], address("e", entry.id)) for entry in of]
        for number, of in found.items()
    }


def _tune_command(board: BoardContext, study: StoredStudy, metric: str) -> str:
    """Return the command that goes on with the study."""
    words = ["tune", study.solution]
    options = ["--trials", str(len(study.trials) + FURTHER_TRIALS)]
    if study.metric:
        options += ["--only", ",".join(study.ranges)]
    if metric != metrics_of(board.task)[0].name:
        options += ["--metric", metric]
    return _command(board, words, [*options, *(["--seed", str(study.seed)] if study.seed else [])])


def _command(board: BoardContext, words: Sequence[str], options: Sequence[str] = ()) -> str:
    competition = board.page.site.competitions.find(board.competition)
    folder = str(competition.folder) if competition else board.competition_name
    return shlex.join(["landmark", *words, "--on", folder, *options])
