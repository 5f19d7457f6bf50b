"""Tests of `harness.cli._next_commands` and `harness.running.run_options`."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.cli._next_commands import next_lines
from harness.running.outcome import Outcome
from harness.running.runner import RunResult
from leaderboard import Entry, board_rows
from tests.factories.entries import make_entry


def commands(entries: Sequence[Entry], *others: Entry, has_labels: bool = False) -> list[str]:
    """Return the commands after `landmark run` of some entries on a board with others, from their second word on."""
    rows = board_rows([*entries, *others], higher_is_better=True, best_of="identity")
    results = [RunResult(entry, Outcome(entry.reason), executed=True) for entry in entries]
    lines = [*next_lines(results, {"retrieval": rows}, Path("demo"), Path("ws"), has_labels=has_labels)]
    return [line.strip().partition("landmark ")[2] or line.strip() for line in lines[2::2]]


PLACE = "--on demo --workspace ws"


@pytest.mark.parametrize(
    ("reason", "command"),
    [
        ("timed out after 0.5 s (--timeout) while ranking (1 of 2)", f"run hash --timeout 1 {PLACE}"),
        ("used 700 MB, more than 600 MB (--memory-limit)", f"run hash --memory-limit 1200MB {PLACE}"),
        ("RuntimeError: no (x.py, line 3)", "tail -n 20 'my log.txt'"),
    ],
)
def test_a_failed_run_is_followed_by_its_remedy(reason: str, command: str) -> None:
    assert commands([make_entry("hash", reason=reason, log="my log.txt")]) == [command]


def test_a_solution_in_a_file_is_named_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "task.json").write_text('{"spec": "/my/idea.py(x=1)"}')
    entry = make_entry("idea(x=1)", reason="timed out after 2 s (--timeout)", log=str(tmp_path / "log.txt"))
    assert commands([entry]) == [f"run '/my/idea.py(x=1)' --timeout 4 {PLACE}"]


def test_more_time_is_for_the_same_queries_and_seed() -> None:
    slow = make_entry("hash", reason="timed out after 6 s (--timeout)", split="40 of 561 test queries", seed=3)
    assert commands([slow]) == [f"run hash --limit 40 --seed 3 --timeout 12 {PLACE}"]


def test_few_of_many_failures_are_explained() -> None:
    failed = [make_entry(f"hash(x={number})", reason="no", log=f"{number}.txt") for number in range(9)]
    assert commands(failed) == [f"tail -n 20 {number}.txt" for number in range(3)]


def test_scored_runs_are_compared_with_the_best_and_shown() -> None:
    own, others = (
        make_entry("hash", public=0.3),
        [make_entry(name, public=score) for name, score in (("a", 0.9), ("b", 0.5), ("c", 0.1))],
    )
    assert commands([own], *others) == [f"compare a b hash {PLACE}", f"serve {PLACE}"]
    assert commands([own]) == [f"serve {PLACE}"]


def test_a_sample_of_queries_is_followed_by_all_and_folds_by_a_comparison_on_folds() -> None:
    sample = [
        make_entry(name, public=score, split="200 of 1129 test queries") for name, score in (("a", 0.1), ("b", 0.9))
    ]
    assert commands(sample) == [f"run b {PLACE}"]
    folds = [make_entry(name, public=score, split="fold 1/5 of deal ab") for name, score in (("a", 0.1), ("b", 0.9))]
    assert commands(folds) == [f"compare b a --folds {PLACE}"]


def test_without_ground_truth_a_file_is_submitted() -> None:
    assert commands([make_entry("hash", status="unscored")]) == [f"submit hash --out submission.csv {PLACE}"]


def test_without_ground_truth_labelled_train_images_are_scored_in_folds() -> None:
    entries = [make_entry("hash", status="unscored"), make_entry("nearest", status="unscored")]
    expected = [f"submit hash --out submission.csv {PLACE}", f"run hash nearest --folds {PLACE}"]
    assert commands(entries, has_labels=True) == expected
