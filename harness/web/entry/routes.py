"""The page of an entry, `/e/<number>`, and its submission file."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from harness.data.query_sample import is_fold, sample_size
from harness.data.split import TEST
from harness.errors import HarnessError
from harness.scoring.reported_metric import needs_complete_rankings, ranking_metric
from harness.solution.spec import split_spec
from harness.web.context import PageContext, PageContextDep
from harness.web.error_pages import not_found
from harness.web.rendering import Link, address
from harness.web.shared.entry_lookup import EntryDep, comparable_entries, entry_breadcrumb
from harness.web.shared.entry_tables import entry_values
from harness.web.site_page import SitePage
from leaderboard import Entry

router = APIRouter(include_in_schema=False)
PAGE = SitePage(router)

MAX_LOG_LINES = 200  # shown, from the end
_LOG_BYTES = 1 << 16  # read from the end of a log
_MAX_IDENTITY = 2000  # characters of an identity that is parsed


@dataclass(frozen=True)
class ComparedFact:
    """A fact of an entry and of another one; None if an entry has no such fact."""

    name: str
    value: str | None
    other: str | None = None

    @property
    def differs(self) -> bool:
        """Whether the two values differ."""
        return self.value != self.other


def compare_facts(values: Mapping[str, str], others: Mapping[str, str]) -> list[ComparedFact]:
    """Return the facts of both entries, by name.

    >>> [(fact.name, fact.differs) for fact in compare_facts({"a": "1", "b": "2"}, {"b": "2"})]
    [('a', True), ('b', False)]
    """
    return [ComparedFact(name, values.get(name), others.get(name)) for name in dict.fromkeys([*values, *others])]


@router.get("/e/{number}")
def entry_page(
    entry: EntryDep, context: PageContextDep, against: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """Return the page of an entry, alone or beside another one."""
    others = comparable_entries(entry, context)
    other = next((candidate for candidate in others if str(candidate.id) == against), None)
    if against and other is None:
        raise not_found(f"entry {against} cannot be compared with entry {entry.id}")
    parts = [part for part in context.permissions.parts(entry.competition) if part in entry.scores]
    log = _read_log(context, entry)
    return context.render(
        "entry/entry.html",
        entry.identity,
        entry_breadcrumb(entry),
        parts=parts,
        links=_links(context, entry, other),
        others=others,
        command=_command(context, entry),
        parameters=compare_facts(_parameters(entry), _parameters(other) if other else {}),
        slices=context.site.analyses.slices(entry, other) if _can_analyse(context, entry) else {},
        versions=compare_facts(_environment(entry), _environment(other) if other else {}),
        log=log[-MAX_LOG_LINES:],
        is_log_cut=len(log) > MAX_LOG_LINES,
        **entry_values(entry, parts, other),
    )


@router.get("/e/{number}/submission.csv")
def submission(entry: EntryDep, context: PageContextDep) -> Response:
    """Return the submission file."""
    path = context.site.analyses.submission(entry)
    if path is None:
        raise not_found("this entry has no submission file, or it has been deleted")
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=f"entry-{entry.id}-submission.csv")


def _can_analyse(context: PageContext, entry: Entry) -> bool:
    return context.permissions.can_see_truth(entry.competition) and context.site.analyses.can_analyse(entry)


def _ranks_whole_index(entry: Entry) -> bool:
    return entry.task == "retrieval" and needs_complete_rankings(ranking_metric([entry], "retrieval"))


def _links(context: PageContext, entry: Entry, other: Entry | None) -> list[Link]:
    links = []
    if _can_analyse(context, entry):
        query = {"sort": "difference", "against": other.id} if other else {}
        links.append(Link("Results by query", address("e", entry.id, "queries", **query)))
        if entry.split == TEST and not _ranks_whole_index(entry):
            links.append(Link("What if", address("e", entry.id, "what-if")))
    if context.site.analyses.submission(entry):
        links.append(Link("Download submission", address("e", entry.id, "submission.csv")))
    return links


def _environment(entry: Entry) -> dict[str, str]:
    """Return the code digest, the seed, the device and the library versions of an entry's run."""
    device = {"device": entry.device} if entry.device else {}
    return {"code": entry.code_version[:12], "seed": str(entry.seed), **device, **entry.versions}


def _parameters(entry: Entry) -> dict[str, str]:
    """Return the representations of the parameters in an entry's identity; empty if it cannot be parsed."""
    if len(entry.identity) > _MAX_IDENTITY:
        return {}
    try:
        return {name: repr(value) for name, value in split_spec(entry.identity)[1].items()}
    except HarnessError:  # an uploaded file may have any name
        return {}


def _command(context: PageContext, entry: Entry) -> str:
    """Return the command that runs an entry again; empty for an uploaded file."""
    if not entry.stages:
        return ""
    competition = context.site.competitions.find(entry.competition)
    is_local = competition is not None and not context.permissions.user_name  # teams must not see local paths
    folder = str(competition.folder) if competition and is_local else entry.competition_name
    limit = ["--limit", str(size)] if (size := sample_size(entry.split)) else []
    words = ["landmark", "run", entry.identity, *(["--folds"] if is_fold(entry.split) else limit), "--on", folder]
    return shlex.join([*words, *(["--seed", str(entry.seed)] if entry.seed else [])])


def _read_log(context: PageContext, entry: Entry) -> list[str]:
    """Return the last lines of a run's log."""
    path = context.site.analyses.run_file(entry, entry.log)
    if path is None:
        return []
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
        return file.read(_LOG_BYTES).decode("utf-8", "replace").splitlines()
