"""Tests of `harness.export.parquet_tables`."""

from pathlib import Path

import pandas as pd
import pytest

from harness.export import parquet_tables
from harness.submissions.read_write import read_submission
from tests.cli import error_of, run_command
from tests.factories.entries import EntryFactory

pytest.importorskip("pyarrow")


@pytest.fixture
def tables(factory: EntryFactory, tmp_path: Path) -> dict[str, pd.DataFrame]:
    """The exported tables of all entries."""
    result = run_command("export", "parquet", "--on", factory.competition.folder, "--out", tmp_path / "tables")
    assert result.exit_code == 0, result.output
    return {path.stem: pd.read_parquet(path) for path in (tmp_path / "tables").iterdir()}


def test_each_entry_is_a_row_with_all_scores(factory: EntryFactory, tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["entries"].set_index("id")
    assert frame.index.tolist() == [1, 2, 3, 4]
    for entry in factory.store.entries():
        row = frame.loc[entry.id]
        assert row["identity"] == entry.identity
        for part, scores in entry.scores.items():
            assert {name: row[f"{part}/{name}"] for name in scores} == pytest.approx(scores)
        assert row["peak_memory_mb"] == entry.cost.peak_mb
    assert frame.loc[4, "reason"] == "ran out of time"
    assert pd.isna(frame.loc[3, "all/map@100"])


def test_the_mean_over_queries_is_the_score(factory: EntryFactory, tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["queries"]
    values = frame[(frame["entry"] == 2) & (frame["metric"] == "map@100")]
    entry = factory.store.by_ids([2])[2]
    assert values["value"].mean() == pytest.approx(entry.score("all"))
    by_part = values.groupby("part")["value"].mean().to_dict()
    assert by_part == pytest.approx({part: entry.score(part) for part in ("public", "private")})


def test_answers_are_the_rows_of_the_submissions(factory: EntryFactory, tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["answers"]
    entry = factory.store.by_ids([1])[1]
    ranking = read_submission(Path(entry.submission or ""), factory.competition.queries.ids)
    ranked = frame[frame["entry"] == 1].sort_values(["query", "rank"]).groupby("query")["image"].agg(list)
    assert ranked.to_dict() == dict(zip(ranking.query_ids, ranking.rows(), strict=True))
    labels = frame[frame["entry"] == 3]
    assert labels["confidence"].tolist() == [0.5] * len(factory.competition.queries)
    assert labels["rank"].isna().all()
    assert set(frame["entry"]) == {1, 2, 3}


def test_a_deleted_submission_is_noted(factory: EntryFactory, tmp_path: Path) -> None:
    Path(factory.store.by_ids([2])[2].submission or "").unlink()
    result = run_command("export", "parquet", "--on", factory.competition.folder, "--out", tmp_path / "tables")
    assert "no answers of entry #2" in result.stderr
    assert set(pd.read_parquet(tmp_path / "tables" / "answers.parquet")["entry"]) == {1, 3}


def test_answers_can_be_left_out_and_entries_chosen(factory: EntryFactory, tmp_path: Path) -> None:
    folder, out = factory.competition.folder, tmp_path / "tables"
    assert run_command("export", "parquet", "mean_hash", "--on", folder, "--out", out, "--no-answers").exit_code == 0
    assert {path.name for path in out.iterdir()} == {"entries.parquet", "queries.parquet"}
    assert pd.read_parquet(out / "entries.parquet")["id"].tolist() == [2]


def test_without_pyarrow_the_command_names_the_extra(
    factory: EntryFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_tables, "find_spec", lambda _: None)
    assert "[parquet]" in error_of("export", "parquet", "--on", factory.competition.folder, "--out", tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(factory: EntryFactory, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = error_of("export", "parquet", "--on", factory.competition.folder, "--out", tmp_path / "file")
    assert "cannot be written" in message
