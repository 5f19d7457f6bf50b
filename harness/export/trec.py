"""Rankings and ground truth in the format of TREC, which trec_eval, pytrec_eval and ranx read.

A line of a run is `query Q0 image rank score tag`, one of the judgements (qrels) `query 0 image 1`. trec_eval orders by
score, so the score of rank r in a list of n images is n + 1 - r: it holds the order and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.atomic_files import atomic_path
from harness.comparing.answer_lookup import ScoredAnswer
from harness.data.ground_truth import GroundTruth
from harness.data.tables.cells import quote
from harness.data.tables.ids import is_safe_id
from harness.errors import HarnessError
from harness.submissions.answer import Ranking

RUN, QRELS = "run.txt", "qrels.txt"


@dataclass
class TrecFiles:
    """The written files with their numbers of lines; `repeats` are listed images that a list has already, left out."""

    run: Path
    qrels: Path
    queries: int = 0
    listed: int = 0
    relevant: int = 0
    repeats: int = 0


def write_trec(scored: ScoredAnswer, folder: Path, part: str = "all") -> TrecFiles:
    """Write the ranking and the relevant images of the queries of a part; the folder is created if missing.

    The qrels are ground truth. Raises HarnessError for labels (recognition), a part without queries, an id with blanks,
    and a folder that cannot be written.
    """
    answer, truth = scored.answer, scored.truth
    if not isinstance(answer, Ranking):
        raise HarnessError(f"{scored.name}: is for recognition; TREC files hold rankings of images")
    in_part = (part == "all") | (truth.usage == part.title())
    if not (in_part & truth.scored).any():
        raise HarnessError(f"{scored.name}: no {part} query counts; choose another --part")
    files = TrecFiles(folder / RUN, folder / QRELS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_lines(files.run, _run_lines(answer, in_part[truth.scored], _tag(scored), files))
        _write_lines(files.qrels, _qrels_lines(truth, in_part & truth.scored, files))
    except OSError as error:
        raise HarnessError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return files


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)


def _run_lines(ranking: Ranking, in_part: np.ndarray, tag: str, files: TrecFiles) -> Iterator[str]:
    for row in np.flatnonzero(in_part):
        positions = ranking.positions[row]
        listed = [*map(_word, ranking.index_ids[positions[positions >= 0]])]
        rank_of = {image: rank for rank, image in reversed([*enumerate(listed, 1)])}
        files.queries += 1
        files.listed += len(rank_of)
        files.repeats += len(listed) - len(rank_of)
        query = _word(ranking.query_ids[row])
        for image, rank in sorted(rank_of.items(), key=lambda item: item[1]):
            yield f"{query} Q0 {image} {rank} {len(listed) + 1 - rank} {tag}\n"


def _qrels_lines(truth: GroundTruth, in_part: np.ndarray, files: TrecFiles) -> Iterator[str]:
    tokens = truth.tokens
    for row in np.flatnonzero(in_part):
        images = [image for image in tokens[truth.offsets[row] : truth.offsets[row + 1]] if image]
        files.relevant += len(images)
        query = _word(truth.query_ids[row])
        yield from (f"{query} 0 {_word(image)} 1\n" for image in images)


def _word(text: str) -> str:
    if not is_safe_id(text):
        raise HarnessError(f"{quote(text)} cannot be written in the format of TREC, whose columns end at blanks")
    return text


def _tag(scored: ScoredAnswer) -> str:
    """Return the name of the run: the solution with the number of the entry, or the name of the file."""
    entry = scored.entry
    name = f"{entry.solution}-{entry.id}" if entry else scored.name
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)[:80]
