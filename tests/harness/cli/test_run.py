"""Tests of the options of `harness.cli.run`, and of what it prints (`harness.cli._run_text`)."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer import Context
from typer.main import get_command

from harness.cli._run_text import repeated_command
from harness.cli.main import app
from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition

VARIANTS = """
[[run]]
name = "floor"
solution = "first_images"
seeds = 2

[[run]]
solution = "hash"
"""
SPLIT = "3 of 7 test queries"


class LimitedRuns:
    """Runs on three queries: first_images with two seeds, and hash; tests change nothing that others use."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, ("--on", folder / "c", "--workspace", folder / "w")
        make_competition(folder / "c")
        (folder / "variants.toml").write_text(VARIANTS)
        self.output = run_command("run", folder / "variants.toml", "--limit", 3, *self.place).output

    def json(self, *words: object) -> Any:
        return json.loads(run_command(*words, *self.place, "--json").stdout)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> LimitedRuns:
    return LimitedRuns(tmp_path_factory.mktemp("limited"))


def test_each_line_has_the_variants_name_its_seed_and_its_number_of_queries(limited: LimitedRuns) -> None:
    assert f"floor: first_images, {SPLIT}: mAP@100 public" in limited.output
    assert f"floor: first_images, seed 1, {SPLIT}: mAP@100 public" in limited.output
    assert "3 of 3 queries answered" in limited.output
    assert "± 0.00000 (mean and standard deviation of 2 seeds; each gave the same answers)" in limited.output
    assert "hash, seed" not in limited.output


def test_entries_on_a_sample_have_a_board_of_their_own(limited: LimitedRuns) -> None:
    boards = limited.json("leaderboard")
    assert "first_images" not in [row["solution"] for row in boards["leaderboards"].get("retrieval", [])]
    (sample,) = boards["samples"]
    assert (sample["task"], sample["split"]) == ("retrieval", SPLIT)
    (row,) = (row for row in sample["rows"] if row["solution"] == "first_images")
    assert (row["seeds"], row["deviation"], row["mean"]) == (2, 0.0, row["score_public"])
    assert f"retrieval, {SPLIT}" in run_command("leaderboard", *limited.place).output
    assert "no entries" in run_command("leaderboard", *limited.place, "--folds").output


def test_an_entry_on_a_sample_is_not_taken_for_the_whole(limited: LimitedRuns) -> None:
    rows = limited.json("leaderboard")["samples"][0]["rows"]
    number = {row["solution"]: f"#{row['entry_id']}" for row in rows}
    both = number["first_images"], number["hash"]
    assert "3 queries" in run_command("compare", *both, *limited.place).output
    assert "has no entry on" in error_of("compare", "hash", "first_images", *limited.place)
    assert "is no finished run on all test images" in error_of("blend", *both, *limited.place)
    out = limited.folder / "s.csv"
    submitted = run_command("submit", number["hash"], *limited.place, "--out", out).output
    assert "7 of 7 queries answered" in submitted
    assert f"as entry {number['hash']}, which is on {SPLIT}" in submitted
    assert "compare answers to the same queries" in error_of("compare", number["first_images"], "hash", *limited.place)
    first = limited.json("run", "hash")["runs"][0]
    again = limited.json("run", "hash", "--again")["runs"][0]
    assert again["repeated"]
    assert again["id"] > first["id"] == limited.json("run", "hash")["runs"][0]["id"]


def test_a_command_to_repeat_has_each_value_of_an_option_and_no_password() -> None:
    group = get_command(app)
    command = group.get_command(Context(group), "run")
    options = ["--on", "demo", "--log", "mlflow:http://ann:secret@host", "--log", "wandb:x", "--again"]
    text = repeated_command(command.make_context("run", options), ["hash"])
    assert text.endswith("run hash --on demo --again --log 'mlflow:http://***@host' --log wandb:x")


def test_the_end_of_the_budget_is_an_exit_code_and_a_command(limited: LimitedRuns) -> None:
    words = ("run", "hash(threshold=3)", "most_frequent", *limited.place, "--budget", "0.01s")
    ran = run_command(*words)
    assert ran.exit_code == 124
    assert "the budget is over: 2 of 2 runs did not end (hash(threshold=3), most_frequent)" in ran.stderr
    assert f" run 'hash(threshold=3)' most_frequent --on {limited.folder / 'c'} --budget 0.01s" in ran.stderr
    document = json.loads(run_command(*words, "--json").stdout)
    assert not document["runs"]
    assert [run["identity"] for run in document["unfinished"]] == ["hash(threshold=3)", "most_frequent"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--budget", "soon"), "'soon' is no duration; write 2h"),
        (("--limit", "3", "--folds"), "leave out one of them"),
        (("none.toml",), "none.toml: cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused(limited: LimitedRuns, words: tuple[str, ...], message: str) -> None:
    assert message in error_of("run", "first_images", *limited.place, *words)


def test_the_usage_names_solutions_once() -> None:
    usage = run_command("run", "--help").output
    assert "[OPTIONS] [SOLUTION]..." in usage
    assert "[[SOLUTION]" not in usage


def test_a_limit_that_leaves_none_out_is_said(limited: LimitedRuns) -> None:
    ran = run_command("run", "first_images", "--limit", 7, "--budget", "0.01s", *limited.place)
    assert "the limit of 7 leaves out none of the 7 test queries" in ran.stderr
