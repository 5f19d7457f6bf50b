import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from harness.cli.main import app
from harness.errors import HarnessError
from tests.factories.competitions import make_competition


def landmark(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(*words: object) -> str:
    ended = landmark(*words)
    assert ended.exit_code == 1
    assert isinstance(ended.exception, HarnessError), ended.exception
    assert str(ended.exception).isprintable()
    return str(ended.exception)


RUNS = ("first_images", "first_images(length=2)", "hash", "most_frequent")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a competition on which solutions have run, with its workspace beside it."""
    folder = make_competition(tmp_path_factory.mktemp("shared") / "competition")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LANDMARK_WORKSPACE", str(folder.parent / "workspace"))
        assert landmark("run", *RUNS, "--on", folder, "--jobs", 1).exit_code == 0
    return folder


@pytest.fixture
def ran(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, with the workspace as that of every command."""
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(shared.parent / "workspace"))
    return shared


def test_files_and_solutions_are_blended_and_the_blend_can_be_scored(ran: Path, tmp_path: Path) -> None:
    kept, out = tmp_path / "kept.csv", tmp_path / "blend.csv"
    assert landmark("submit", "hash", "--on", ran, "--out", kept).exit_code == 0
    blend = landmark("blend", kept, "first_images", "--on", ran, "--weights", "0.75,0.25", "--out", out)
    assert blend.exit_code == 0, blend.exception
    assert blend.output == f"{out}: 7 of 7 queries answered by rrf of {kept} 0.75, first_images 0.25\n"
    scored = json.loads(landmark("score", out, "--on", ran, "--json").stdout)
    assert 0 < scored["scores"]["all"]["map@100"] <= 1
    facts = json.loads((tmp_path / "blend.csv.json").read_text())
    assert [(each["name"], each["weight"]) for each in facts["ingredients"]] == [
        (str(kept), 0.75),
        ("first_images", 0.25),
    ]
    assert (facts["task"], facts["blend"], facts["rows"]) == ("retrieval", "rrf", 7)


def test_a_file_with_all_the_weight_is_what_comes_out(ran: Path, tmp_path: Path) -> None:
    kept, out = tmp_path / "kept.csv", tmp_path / "blend.csv"
    landmark("submit", "hash", "--on", ran, "--out", kept)
    for name in ("hash", "hash(kind='average')", "#3"):
        landmark("blend", "first_images", name, "--on", ran, "--weights", "0,1", "--out", out)
        assert out.read_bytes() == kept.read_bytes(), name
        out.unlink()


def test_the_order_in_which_files_are_named_is_no_matter(ran: Path, tmp_path: Path) -> None:
    names = ["hash", "first_images", "first_images(length=2)"]
    for how in ("rrf", "score", "votes"):
        for number, order in enumerate((names, names[::-1])):
            assert (
                landmark("blend", *order, "--on", ran, "--how", how, "--out", tmp_path / f"{number}.csv").exit_code == 0
            )
        assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()


def test_labellings_are_blended(ran: Path, tmp_path: Path) -> None:
    queries = [line.split(",")[0] for line in (ran / "test.csv").read_text().splitlines()[1:]]
    file, out = tmp_path / "mine.csv", tmp_path / "blend.csv"
    file.write_text("id,landmarks\n" + "".join(f"{query},2 0.9\n" for query in queries[:3]), encoding="utf-8")
    blend = landmark("blend", file, "most_frequent", "--on", ran, "--how", "votes", "--out", out)
    assert blend.exit_code == 0, blend.exception
    rows = dict(line.split(",") for line in out.read_text().splitlines()[1:])
    assert [rows[query].split()[0] for query in queries] == ["2"] * 3 + ["0"] * 4
    assert float(rows[queries[0]].split()[1]) == pytest.approx(0.5 + 0.9 / 2)


def test_a_competition_without_its_index_blends_files_all_the_same(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "no index", index=0)
    query = (folder / "test.csv").read_text().splitlines()[1].split(",")[0]
    for name, row in (("a", "x y"), ("b", "y z")):
        (tmp_path / f"{name}.csv").write_text(f"id,images\n{query},{row}\n")
    out = tmp_path / "blend.csv"
    ended = landmark("blend", tmp_path / "a.csv", tmp_path / "b.csv", "--on", folder, "--out", out)
    assert ended.exit_code == 0, ended.exception
    assert f"{query},y x z\n" in out.read_text()


@pytest.mark.slow
def test_weights_are_found_on_folds_and_told_with_what_they_are_worth(tmp_path: Path, workspace: Path) -> None:
    folder = make_competition(tmp_path / "labelled", landmarks=6, train=6)
    out = tmp_path / "blend.csv"
    names = ("hash", "first_images")
    landmark("run", *names, "--on", folder)
    blend = ("blend", *names, "--on", folder, "--weights", "folds", "--out", out)
    assert "has no folds to find weights on; landmark run hash first_images --on" in refusal(*blend)
    landmark("split", folder, "--folds", 2)
    landmark("run", "hash", "--on", folder, "--folds")
    said = refusal(*blend)
    assert said.startswith("first_images: has no finished run on 2 of 2 folds; landmark run first_images --on ")
    assert said.endswith("--folds makes them")
    assert not out.exists()
    landmark("run", "first_images", "--on", folder, "--folds")
    ended = landmark(*blend)
    assert ended.exit_code == 0, ended.exception
    first, *rows, last = ended.output.splitlines()
    assert first == "map@100, mean and standard deviation over folds of the train images"
    names = [row[:40].strip() for row in rows]
    assert names == ["hash", "first_images", "equal weights", "weights chosen on the other folds"]
    board = json.loads(landmark("leaderboard", "--folds", "--on", folder, "--json").stdout)
    means = {row["identity"]: row["mean"] for row in board["leaderboards"]["retrieval"]}
    assert f"{means['hash']:.5f} ± " in rows[0]
    shares = [float(part.rpartition(" ")[2]) for part in last.partition(" of hash")[2].split(",")]
    assert sum(shares) == pytest.approx(1)
    landmark("split", folder, "--folds", 2, "--seed", 5)
    assert "hash: has no finished run on 2 of 2 folds" in refusal(*blend)


def test_a_file_has_no_folds(ran: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    landmark("submit", "hash", "--on", ran, "--out", kept)
    landmark("split", ran, "--folds", 2)
    said = refusal("blend", kept, "first_images", "--on", ran, "--weights", "folds")
    assert f"{kept}: is a file, and weights are found on runs of solutions on folds" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hash",), "1 answers cannot be blended; name two or more"),
        (("hash", "mean_hash"), "mean_hash: is no file, and no finished run of competition; landmark run"),
        (("hash", "nonsense("), "nonsense(: is no file, and no finished run"),
        (("hash", "most_frequent"), "most_frequent: answers recognition, not retrieval; blend one task"),
        (("hash", "first_images", "--task", "recognition"), "hash: answers retrieval, not recognition"),
        (("hash", "first_images", "--weights", "0.5"), "there are 1 weights for 2 answers"),
        (("hash", "first_images", "--weights", "a,b"), "'a,b' are no weights; write equal, folds, or"),
        (("hash", "first_images", "--weights", "0,0"), "weights must be numbers from 0"),
        (("hash", "first_images", "--weights", "nan,1"), "weights must be numbers from 0"),
        (("hash", "first_images", "--out", "no/such/folder/x.csv"), "no such folder"),
        (("hash", "first_images", "--out", "/"), "is a folder"),
    ],
)
def test_mistakes_are_one_line_with_the_remedy(ran: Path, words: tuple[str, ...], message: str) -> None:
    assert message in refusal("blend", *words, "--on", ran)


def test_a_run_whose_answer_was_damaged_is_not_blended(competition_folder: Path, workspace: Path) -> None:
    landmark("run", "hash", "first_images", "--on", competition_folder)
    (folder,) = (workspace / "runs").glob("*/hash-*")
    whole = (folder / "submission.csv").read_bytes()
    (folder / "submission.csv").write_bytes(whole[:50])
    assert "hash, test: its submission is not in the workspace any more" in refusal(
        "blend", "hash", "first_images", "--on", competition_folder
    )
    (folder / "submission.csv").write_bytes(whole)
    np.savez(folder / "answer.npz", nothing=np.zeros(1))
    assert "landmark run makes it again" in refusal("blend", "hash", "first_images", "--on", competition_folder)
