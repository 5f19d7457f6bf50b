"""Run the commands of docs/own-photographs.md on a folder of drawn photographs."""

import os
import shutil
from pathlib import Path

import pytest

from harness.data.images.find import SUFFIXES
from tests.console_blocks import assert_output, commands_of
from tests.factories.competitions import random_photo, save_image

PAGE = Path(__file__).parents[1].joinpath("docs/own-photographs.md").read_text(encoding="utf-8")
SLOW, QUICK = "hash nearest softmax_entropy", "first_images most_frequent"  # the subject here is the commands


def write_photographs(folder: Path) -> None:
    for number, name in enumerate(("church", "old bridge", "tower")):
        for photo in range(1, 10):
            save_image(folder / name / f"{photo}.jpg", random_photo(number, (name, photo), 32))
    (folder / "church" / "IMG_7.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    (folder / "tower" / "notes.txt").write_text("no photograph")
    shutil.copyfile(folder / "old bridge" / "1.jpg", folder / "old bridge" / "copy of 1.jpg")


def test_the_commands_print_the_output_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("jinja2")
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(tmp_path / "workspace"))
    write_photographs(tmp_path / "PHOTOS")
    monkeypatch.chdir(tmp_path)
    commands = commands_of(PAGE)
    assert len(commands) == 5
    assert sum(SLOW in command for command, _ in commands) == 1
    for command, output in commands:
        assert_output(command.replace(SLOW, QUICK), output)
    assert os.path.getsize("mine.html") > 1000


def test_the_page_names_the_suffixes_of_images() -> None:
    assert all(f"`{suffix}`" in PAGE or f"`<id>{suffix}`" in PAGE for suffix in SUFFIXES)
