"""Tests of `harness.cli.blend` and `harness.blending.pipeline`."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli import error_of, run_command
from tests.factories.competitions import make_competition

pytestmark = pytest.mark.usefixtures("runs_in_this_process")

RUNS = ("first_images", "first_images(length=2)", "hash", "most_frequent")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a competition with finished runs; the workspace is next to it."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert run_command("run", *RUNS, "--on", folder, "--jobs", 1).exit_code == 0
    return folder


@pytest.fixture
def finished_runs(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same folder; its workspace is the default of every command."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


def test_files_and_solutions_are_blended_and_scored(finished_runs: Path, tmp_path: Path) -> None:
    single, out = tmp_path / "single.csv", tmp_path / "blend.csv"
    assert run_command("submit", "hash", "--on", finished_runs, "--out", single).exit_code == 0
    blend = run_command("blend", single, "first_images", "--on", finished_runs, "--weights", "0.75,0.25", "--out", out)
    assert blend.exit_code == 0, blend.exception
    assert blend.output == f"{out}: 7 of 7 queries answered by rrf of {single} 0.75, first_images 0.25\n"
    scored = json.loads(run_command("score", out, "--on", finished_runs, "--json").stdout)
    assert 0 < scored["scores"]["all"]["map@100"] <= 1
    facts = json.loads((tmp_path / "blend.csv.json").read_text())
    assert [(each["name"], each["weight"]) for each in facts["ingredients"]] == [
        (str(single), 0.75),
        ("first_images", 0.25),
    ]
    assert (facts["task"], facts["blend"], facts["rows"]) == ("retrieval", "rrf", 7)


def test_weight_1_returns_the_file(finished_runs: Path, tmp_path: Path) -> None:
    single, out = tmp_path / "single.csv", tmp_path / "blend.csv"
    run_command("submit", "hash", "--on", finished_runs, "--out", single)
    for name in ("hash", "hash(kind='average')", "#3"):
        run_command("blend", "first_images", name, "--on", finished_runs, "--weights", "0,1", "--out", out)
        assert out.read_bytes() == single.read_bytes(), name
        out.unlink()


def test_the_order_of_names_has_no_effect(finished_runs: Path, tmp_path: Path) -> None:
    names = ["hash", "first_images", "first_images(length=2)"]
    for how in ("rrf", "score", "votes"):
        for number, order in enumerate((names, names[::-1])):
            assert (
                run_command(
                    "blend", *order, "--on", finished_runs, "--how", how, "--out", tmp_path / f"{number}.csv"
                ).exit_code
                == 0
            )
        assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()


def test_labellings_are_blended(finished_runs: Path, tmp_path: Path) -> None:
    queries = [line.split(",")[0] for line in (finished_runs / "test.csv").read_text().splitlines()[1:]]
    file, out = tmp_path / "mine.csv", tmp_path / "blend.csv"
    file.write_text("id,landmarks\n" + "".join(f"{query},2 0.9\n" for query in queries[:3]), encoding="utf-8")
    blend = run_command("blend", file, "most_frequent", "--on", finished_runs, "--how", "votes", "--out", out)
    assert blend.exit_code == 0, blend.exception
    rows = dict(line.split(",") for line in out.read_text().splitlines()[1:])
    assert [rows[query].split()[0] for query in queries] == ["2"] * 3 + ["0"] * 4
    assert float(rows[queries[0]].split()[1]) == pytest.approx(0.5 + 0.9 / 2)


def test_files_are_blended_without_an_index(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "no index", index=0)
    query = (folder / "test.csv").read_text().splitlines()[1].split(",")[0]
    for name, row in (("a", "x y"), ("b", "y z")):
        (tmp_path / f"{name}.csv").write_text(f"id,images\n{query},{row}\n")
    out = tmp_path / "blend.csv"
    result = run_command("blend", tmp_path / "a.csv", tmp_path / "b.csv", "--on", folder, "--out", out)
    assert result.exit_code == 0, result.exception
    assert f"{query},y x z\n" in out.read_text()


@pytest.mark.slow
def test_weights_are_optimised_on_folds_and_evaluated(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    out = tmp_path / "blend.csv"
    names = ("hash", "first_images")
    run_command("run", *names, "--on", folder)
    blend = ("blend", *names, "--on", folder, "--weights", "folds", "--out", out)
    assert "has no folds to choose weights on; landmark run hash first_images --on" in error_of(*blend)
    run_command("split", folder, "--folds", 2)
    run_command("run", "hash", "--on", folder, "--folds")
    message = error_of(*blend)
    assert message.startswith("first_images: has no finished run on 2 of 2 folds; landmark run first_images --on ")
    assert message.endswith("--folds makes them")
    assert not out.exists()
    run_command("run", "first_images", "--on", folder, "--folds")
    result = run_command(*blend)
    assert result.exit_code == 0, result.exception
    first, *rows, last = result.output.splitlines()
    assert first == "mAP@100, mean and standard deviation over folds of the train images"
    names = [row[:40].strip() for row in rows]
    assert names == ["hash", "first_images", "equal weights", "weights chosen on the other folds"]
    board = json.loads(run_command("leaderboard", "--folds", "--on", folder, "--json").stdout)
    means = {row["identity"]: row["mean"] for row in board["leaderboards"]["retrieval"]}
    assert f"{means['hash']:.5f} ± " in rows[0]
    shares = [float(part.rpartition(" ")[2]) for part in last.partition(" of hash")[2].split(",")]
    assert sum(shares) == pytest.approx(1)
    run_command("split", folder, "--folds", 2, "--seed", 5)
    assert "hash: has no finished run on 2 of 2 folds" in error_of(*blend)


def test_a_file_has_no_folds(finished_runs: Path, tmp_path: Path) -> None:
    single = tmp_path / "single.csv"
    run_command("submit", "hash", "--on", finished_runs, "--out", single)
    run_command("split", finished_runs, "--folds", 2)
    message = error_of("blend", single, "first_images", "--on", finished_runs, "--weights", "folds")
    assert f"{single}: is a file, but --weights folds needs runs of solutions on folds" in message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hash",), "1 answers cannot be blended; name two or more"),
        (("hash", "mean_hash"), "mean_hash: neither a file nor a finished run of competition; to run it: landmark run"),
        (("hash", "nonsense("), "nonsense(: neither a file nor a finished run"),
        (("hash", "most_frequent"), "most_frequent: answers recognition, not retrieval; blend one task"),
        (("hash", "first_images", "--task", "recognition"), "hash: answers retrieval, not recognition"),
        (("hash", "first_images", "--weights", "0.5"), "there are 1 weights for 2 answers"),
        (("hash", "first_images", "--weights", "a,b"), "'a,b' are not weights; write equal, folds, or"),
        (("hash", "first_images", "--weights", "0,0"), "weights must be 0 or more"),
        (("hash", "first_images", "--weights", "nan,1"), "weights must be 0 or more"),
        (("hash", "first_images", "--out", "no/such/folder/x.csv"), "no such folder"),
        (("hash", "first_images", "--out", "/"), "is a folder"),
    ],
)
def test_wrong_usage_is_one_line_with_a_remedy(finished_runs: Path, words: tuple[str, ...], message: str) -> None:
    assert message in error_of("blend", *words, "--on", finished_runs)


def test_a_run_with_a_damaged_answer_is_not_blended(competition_folder: Path, workspace: Path) -> None:
    run_command("run", "hash", "first_images", "--on", competition_folder)
    (folder,) = (workspace / "runs").glob("*/hash-*")
    content = (folder / "submission.csv").read_bytes()
    (folder / "submission.csv").write_bytes(content[:50])
    assert "hash, test: its submission is no longer in the workspace" in error_of(
        "blend", "hash", "first_images", "--on", competition_folder
    )
    (folder / "submission.csv").write_bytes(content)
    np.savez(folder / "answer.npz", nothing=np.zeros(1))
    assert "landmark run makes it again" in error_of("blend", "hash", "first_images", "--on", competition_folder)
