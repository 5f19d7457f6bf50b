"""Tests of `harness.export.trec`."""

from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from harness.comparing.answer_lookup import find_answer
from harness.comparing.entry_lookup import EntryLookup
from harness.errors import HarnessError
from harness.export.trec import TrecFiles, write_trec
from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition, write_table
from tests.factories.entries import EntryFactory


def export(factory: EntryFactory, name: str, out: Path, part: str = "all") -> TrecFiles:
    return write_trec(find_answer(name, EntryLookup(factory.competition, factory.workspace)), out, part)


def columns(path: Path) -> list[list[str]]:
    return [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]


def average_precision(run: list[list[str]], qrels: list[list[str]]) -> dict[str, float]:
    """Return the average precision of each query of the qrels, computed from the scores as trec_eval does."""
    values = {}
    for query in dict.fromkeys(row[0] for row in qrels):
        relevant = {row[2] for row in qrels if row[0] == query}
        ranked = sorted((row for row in run if row[0] == query), key=lambda row: -float(row[4]))
        hits = [rank for rank, row in enumerate(ranked, 1) if row[2] in relevant]
        values[query] = sum(nth / rank for nth, rank in enumerate(hits, 1)) / len(relevant)
    return values


@pytest.mark.parametrize("part", ["all", "public", "private"])
def test_average_precision_of_the_files_is_that_of_the_entry(factory: EntryFactory, tmp_path: Path, part: str) -> None:
    files = export(factory, "mean_hash", tmp_path / "new" / "folder", part)
    run, qrels = columns(files.run), columns(files.qrels)
    entry = factory.store.by_ids([2])[2]
    assert fmean(average_precision(run, qrels).values()) == pytest.approx(entry.scores[part]["map@100"], abs=1e-12)
    assert (files.listed, files.relevant, files.repeats) == (len(run), len(qrels), 0)
    assert {row[1] for row in run} == {"Q0"}
    assert {row[5] for row in run} == {"mean_hash-2"}
    assert {tuple(row[1::2]) for row in qrels} == {("0", "1")}
    assert [int(row[3]) for row in run[:3]] == [1, 2, 3]


def test_trec_eval_gives_the_same_average_precision(factory: EntryFactory, tmp_path: Path) -> None:
    pytrec_eval = pytest.importorskip("pytrec_eval")
    files = export(factory, "#2", tmp_path)
    run, qrels = columns(files.run), columns(files.qrels)
    scores = {row[0]: {each[2]: float(each[4]) for each in run if each[0] == row[0]} for row in run}
    truth = {row[0]: {each[2]: 1 for each in qrels if each[0] == row[0]} for row in qrels}
    values = pytrec_eval.RelevanceEvaluator(truth, {"map"}).evaluate(scores)
    stored = dict(zip(factory.store.query_ids(2), factory.store.per_query(2)["map@100"], strict=True))
    assert {query: value["map"] for query, value in values.items()} == pytest.approx(stored)


def test_a_repeated_image_is_written_once_and_leaves_its_rank_empty(tmp_path: Path) -> None:
    folder = make_competition(tmp_path / "c")
    factory = EntryFactory(folder, _workspace(tmp_path))
    first, second = factory.competition.index.ids[:2]
    path = tmp_path / "my file.csv"
    write_table(path, "id,images", [(query, f"{first} {first} {second}") for query in factory.competition.queries.ids])
    files = export(factory, str(path), tmp_path / "out")
    rows = columns(files.run)
    assert [(row[2], row[3]) for row in rows[:2]] == [(first, "1"), (second, "3")]
    assert files.repeats == files.queries
    assert rows[0][5] == "my_file.csv"


def test_what_trec_cannot_hold_is_refused(factory: EntryFactory, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="is for recognition"):
        export(factory, "most_frequent", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(HarnessError, match="cannot be written"):
        export(factory, "mean_hash", tmp_path / "file")
    scored = find_answer("mean_hash", EntryLookup(factory.competition, factory.workspace))
    scored.truth.usage[:] = "Public"
    with pytest.raises(HarnessError, match="no private query counts"):
        write_trec(scored, tmp_path, "private")
    scored.answer.index_ids[:] = np.array(["two words"] * len(scored.answer.index_ids), object)
    with pytest.raises(HarnessError, match="'two words' cannot be written"):
        write_trec(scored, tmp_path)
    assert [*tmp_path.glob("*.txt")] == []


def test_the_command_says_that_qrels_are_the_ground_truth(factory: EntryFactory, tmp_path: Path) -> None:
    folder = factory.competition.folder
    result = run_command("export", "trec", "mean_hash", "--on", folder, "--out", tmp_path / "trec")
    assert result.exit_code == 0
    assert "this is the ground truth" in result.stdout
    assert "is no file" in error_of("export", "trec", "nothing", "--on", folder, "--out", tmp_path)


def _workspace(folder: Path):
    from harness.workspace import Workspace

    return Workspace.open(folder / "workspace")
