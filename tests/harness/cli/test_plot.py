"""`landmark plot`: each kind is a file, whole, and the same bytes each time."""

from pathlib import Path

import pytest

from tests.harness.cli.test_ablate import PLUGIN
from tests.harness.cli.test_commands import landmark

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.mark.slow
def test_every_kind_is_drawn_from_entries(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    landmark("run", "first_images", "hash", "most_frequent", "--on", competition_folder)
    kinds = {"board": ".png", "precision-recall": ".svg", "pareto": ".pdf", "gap": ".svg", "probing": ".png"}
    starts = {".png": b"\x89PNG\r", ".svg": b"<?xml", ".pdf": b"%PDF-"}
    for kind, suffix in kinds.items():
        out = tmp_path / f"{kind}{suffix}"
        shown = landmark("plot", kind, "--on", competition_folder, "--out", out, "--size", "3.5x2.6")
        assert shown.exit_code == 0, shown.output
        assert out.read_bytes()[:5] == starts[suffix]
    again = tmp_path / "again.svg"
    landmark("plot", "gap", "--on", competition_folder, "--out", again, "--size", "3.5x2.6")
    assert again.read_bytes() == (tmp_path / "gap.svg").read_bytes()


def test_pdf_holds_its_letters_as_truetype(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    landmark("run", "first_images", "--on", competition_folder)
    landmark("plot", "board", "--on", competition_folder, "--out", tmp_path / "board.pdf")
    assert b"/FontFile2" in (tmp_path / "board.pdf").read_bytes()


def test_a_ladder_is_drawn_once_its_steps_have_been_run(competition_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    grown, out = tmp_path / "grown.py", tmp_path / "ladder.png"
    grown.write_text(PLUGIN, encoding="utf-8")
    words = ("plot", "ladder", grown, "--on", competition_folder, "--out", out, "--size", "4x3")
    assert "not run yet: by name" in str(landmark(*words).exception)
    landmark("ablate", grown, "--on", competition_folder)
    assert landmark(*words).exit_code == 0
    assert int.from_bytes(out.read_bytes()[16:20], "big") == 4 * 150  # pixels, as inches were asked for


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["board"], "no entries"),
        (["ladder"], "a ladder is of one solution"),
        (["gap", "--task", "retrieval"], "of recognition, not of retrieval"),
        (["board", "--size", "3"], "write width and height in inches"),
        (["board", "--size", "nanx3"], "write width and height in inches"),
    ],
)
def test_mistakes_are_told_in_one_line(competition_folder: Path, tmp_path: Path, words: list[str], told: str) -> None:
    pytest.importorskip("matplotlib", reason="figures need matplotlib")
    refused = landmark("plot", *words, "--on", competition_folder, "--out", tmp_path / "x.png")
    assert refused.exit_code == 1
    assert told in str(refused.exception)
    assert not (tmp_path / "x.png").exists()


def test_a_file_of_another_kind_is_refused_before_anything_is_read(competition_folder: Path) -> None:
    assert "a picture's name ends in" in str(
        landmark("plot", "board", "--on", competition_folder, "--out", "x.gif").exception
    )
