"""Tests of `leaderboard.rendering.wrap`."""

import pytest
from rich.cells import cell_len

from leaderboard.rendering.wrap import widest_piece, wrap

LONG = "first_place(backbone='EfficientNetV2B0', dims=256, augmentation=10)"
TEXTS = [LONG, "hash", "", " ", "a  b", "寺" * 30, "x" * 200, "transfer_clustering(head='arcface')", "a,b,,c" * 9]


@pytest.mark.parametrize("text", TEXTS)
def test_lines_fit_and_lose_nothing_but_blanks(text):
    for width in range(1, 90):
        lines = wrap(text, width)
        assert all(cell_len(line) <= max(width, 2) for line in lines)  # a wide character needs two columns
        assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize("text", [text for text in TEXTS if text.strip()])
def test_from_the_widest_piece_on_no_line_ends_within_a_word(text):
    for width in range(max(5, widest_piece(text)), 90):
        assert all(
            line.rstrip()[-1] in ",_(=/.:-" or line == lines[-1] or " " in text
            for lines in [wrap(text, width)]
            for line in lines
        )


def test_a_line_ends_after_a_comma_rather_than_after_an_underscore():
    assert wrap(LONG, 60) == ["first_place(backbone='EfficientNetV2B0', dims=256,", "  augmentation=10)"]
    assert wrap(LONG, 30) == ["first_place(backbone=", "  'EfficientNetV2B0',", "  dims=256, augmentation=10)"]
