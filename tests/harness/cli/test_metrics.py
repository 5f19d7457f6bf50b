"""Tests of `harness.cli.metrics`: known mistakes in metrics are named."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from harness.errors import HarnessError
from metrics.testing.loading import load_score
from tests.cli import run_command

RETRIEVAL = """
def score(solution, submission, row_id_column_name):
    table = solution.merge(submission, on=row_id_column_name, how={how!r}, suffixes=("_true", "")).fillna("")
    total = 0.0
    for row in table.itertuples():
        relevant, found, value = row.images_true.split(), [], 0.0
        for rank, image in enumerate(row.images.split()[:100], start={start}):
            if image in relevant and {new}:
                found.append(image)
                value += len(found) / rank
        total += value / {divisor}
    return total / len(table)
"""
RECOGNITION = """
import numpy as np

def score(solution, submission, row_id_column_name):
    truth = {{query: marks.split() for query, marks in solution.values}}
    rows = [(query, *fields.split()) for query, fields in submission.values if fields]
    {drop}
    {order}
    right = total = 0
    for rank, (query, landmark, _) in enumerate(rows, start=1):
        if landmark in truth[query]:
            right += 1
            total += right / rank
    return total / sum(1 for marks in truth.values() if marks)
"""
RIGHT = {"how": "left", "start": 1, "new": "image not in found", "divisor": "min(len(relevant), 100)"}
SURE = {"drop": "", "order": "rows.sort(key=lambda row: (-float(row[2]), row[0]))"}
UNSTABLE = """if rows:
        rng = np.random.default_rng(len(rows))
        rows = [rows[at] for at in rng.permutation(len(rows))]
        rows = [rows[at] for at in np.argsort([-float(row[2]) for row in rows])]"""

BROKEN = {
    "duplicates counted twice": RETRIEVAL.format(**RIGHT | {"new": "True"}),
    "divide by R": RETRIEVAL.format(**RIGHT | {"divisor": "len(relevant)"}),
    "divide by k": RETRIEVAL.format(**RIGHT | {"divisor": "100"}),
    "rank from 0": RETRIEVAL.format(**RIGHT | {"start": 0}),
    "missing queries left out of the mean": RETRIEVAL.format(**RIGHT | {"how": "inner"}),
    "ties by file order": RECOGNITION.format(**SURE | {"order": "rows.sort(key=lambda row: -float(row[2]))"}),
    "confidence ties unstable": RECOGNITION.format(**SURE | {"order": UNSTABLE}),
    "non-landmark images dropped": RECOGNITION.format(**SURE | {"drop": "rows = [row for row in rows if truth[row[0]]]"}),
}  # fmt: skip


def check(folder: Path, code: str, *words: str) -> Result:
    (folder / "mine.py").write_text(code, encoding="utf-8")
    against = "gap" if "landmark in truth" in code else "map@100"
    out = folder / "example"
    return run_command("metrics", "check", f"{folder}/mine.py:score", "--against", against, "--out", out, *words)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_known_mistake_is_named_with_a_small_example(fault: str, tmp_path: Path) -> None:
    result = check(tmp_path, BROKEN[fault], "--examples", "10")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith(f"{fault}: ")

    tables = [pd.read_csv(tmp_path / "example" / f"{name}.csv", dtype=str, keep_default_na=False)
              for name in ("ground_truth", "submission")]  # fmt: skip
    assert len(tables[0]) <= 3
    ((_, expected, found),) = [*csv.reader((tmp_path / "example" / "scores.csv").read_text().splitlines())][1:]
    assert f"expected {expected}, found {found}; see {tmp_path}/example" in result.output
    try:
        again = repr(float(load_score(f"{tmp_path}/mine.py")(*tables, "id")))
    except ZeroDivisionError as error:
        again = f"ZeroDivisionError: {error}"
    assert again == found


@pytest.mark.parametrize("code", [RETRIEVAL.format(**RIGHT), RECOGNITION.format(**SURE)], ids=["map@100", "gap"])
def test_a_correct_metric_passes_and_nothing_is_written(code: str, tmp_path: Path) -> None:
    result = check(tmp_path, code, "--examples", "10")
    assert result.exit_code == 0, result.output
    assert "FAIL" not in result.output
    assert "ok   equals " in result.output
    assert not (tmp_path / "example").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("no_such.py:score",), "no_such.py: there is no such file"),
        (("math:sqrt", "--against", "mpa@100"), "no metric is called 'mpa@100'"),
        (("math:sqrt", "--against", "gap", "--task", "retrieval"), "gap is a metric of recognition, not of retrieval"),
    ],
)
def test_wrong_usage_is_one_line(words: tuple[str, ...], message: str) -> None:
    result = run_command("metrics", "check", *words)
    assert result.exit_code == 1
    assert isinstance(result.exception, HarnessError)
    assert message in str(result.exception)
