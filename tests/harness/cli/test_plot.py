"""Tests of `harness.cli.plot`."""

from pathlib import Path

import pytest

from tests.cli import run_command
from tests.factories.solutions import STEPWISE

pytestmark = pytest.mark.usefixtures("runs_in_this_process", "workspace")


@pytest.mark.slow
def test_every_kind_is_drawn_from_entries(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    run_command("run", "first_images", "hash", "most_frequent", "--on", competition_folder)
    kinds = {"board": ".png", "precision-recall": ".svg", "pareto": ".pdf", "gap": ".svg", "probing": ".png"}
    starts = {".png": b"\x89PNG\r", ".svg": b"<?xml", ".pdf": b"%PDF-"}
    for kind, suffix in kinds.items():
        out = tmp_path / f"{kind}{suffix}"
        result = run_command("plot", kind, "--on", competition_folder, "--out", out, "--size", "3.5x2.6")
        assert result.exit_code == 0, result.output
        assert out.read_bytes()[:5] == starts[suffix]
    again = tmp_path / "again.svg"
    run_command("plot", "gap", "--on", competition_folder, "--out", again, "--size", "3.5x2.6")
    assert again.read_bytes() == (tmp_path / "gap.svg").read_bytes()


def test_a_pdf_embeds_truetype_fonts(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    run_command("run", "first_images", "--on", competition_folder)
    run_command("plot", "board", "--on", competition_folder, "--out", tmp_path / "board.pdf")
    assert b"/FontFile2" in (tmp_path / "board.pdf").read_bytes()


def test_an_ablation_is_drawn_once_its_steps_have_been_run(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    grown, out = tmp_path / "grown.py", tmp_path / "ladder.png"
    grown.write_text(STEPWISE, encoding="utf-8")
    words = ("plot", "ladder", grown, "--on", competition_folder, "--out", out, "--size", "4x3")
    assert "not run yet: by name" in str(run_command(*words).exception)
    run_command("ablate", grown, "--on", competition_folder)
    assert run_command(*words).exit_code == 0
    assert int.from_bytes(out.read_bytes()[16:20], "big") == 4 * 150  # pixels, as inches were asked for


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["board"], "no entries"),
        (["ablation"], "an ablation is of one solution"),
        (["ladder"], "an ablation is of one solution"),
        (["gap", "--task", "retrieval"], "gap figures exist for recognition only"),
        (["board", "--size", "3"], "write width and height in inches"),
        (["board", "--size", "nanx3"], "write width and height in inches"),
    ],
)
def test_wrong_usage_is_one_line(competition_folder: Path, tmp_path: Path, words: list[str], message: str) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    refused = run_command("plot", *words, "--on", competition_folder, "--out", tmp_path / "x.png")
    assert refused.exit_code == 1
    assert message in str(refused.exception)
    assert not (tmp_path / "x.png").exists()


def test_another_file_type_is_rejected_first(competition_folder: Path) -> None:
    assert "a picture's name ends in" in str(
        run_command("plot", "board", "--on", competition_folder, "--out", "x.gif").exception
    )
