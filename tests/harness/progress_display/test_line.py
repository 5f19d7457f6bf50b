"""Tests of `harness.progress_display.line`."""

import pytest

from harness.progress_display.line import MIN_BAR, format_line, label_text, plain_line, short_stage, text_width
from harness.progress_display.summary import ProgressSummary

LONG = "first_place(backbone='EfficientNetV2B0', dims=256, augmentation=10)"
SUMMARIES = [
    ProgressSummary(3, 5, True, LONG, "describing index images by SquareExtractor", 0.53, 133.0),
    ProgressSummary(112, 120, True, "nearest", "ranking", 1.0, 4133.0),
    ProgressSummary(1_200_000, None, False, "", "reading headers of index images", 0.0, None),
    ProgressSummary(1, 2, True, "寺" * 30, "寺" * 30, 0.5, 1e9),
]


@pytest.mark.parametrize("summary", SUMMARIES, ids=lambda each: each.job[:7])
@pytest.mark.parametrize("unicode", [True, False])
def test_a_line_fits_every_width(summary: ProgressSummary, unicode: bool) -> None:
    for width in range(1, 220):
        assert text_width(format_line(summary, width, unicode=unicode)) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("summary", SUMMARIES[:3], ids=lambda each: each.job[:7])
def test_the_bar_has_20_cells_and_the_stage_can_be_read(summary: ProgressSummary, width: int) -> None:
    line = format_line(summary, width - 1)
    assert sum(line.count(cell) for cell in "█░") >= MIN_BAR
    assert short_stage(summary.stage) in line


def test_the_number_of_full_cells_is_the_share() -> None:
    assert format_line(ProgressSummary(1, 2, True, "", "ranking", 0.5, None), 79, unicode=False).count("#") == 10


def test_a_narrow_line_has_numbers_without_words() -> None:
    assert format_line(SUMMARIES[0], 59).split()[0] == "3/5"
    assert format_line(SUMMARIES[0], 59).endswith(" 2:13")
    assert format_line(SUMMARIES[0], 79).startswith("3/5 done  ")
    assert format_line(SUMMARIES[0], 79).endswith(" 2:13 left")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("ranking", "ranking"),
        ("describing index images by PerceptualHashes", "describing index"),
        ("reading headers of index images", "reading headers"),
        ("verifying by geometry", "verifying"),
        ("finding near-duplicates", "finding near-duplic…"),
        ("x" * 10_000, "x" * 19 + "…"),
    ],
)
def test_a_stage_has_at_most_20_letters_and_ends_with_a_word_where_it_can(text: str, short: str) -> None:
    assert short_stage(text) == short


def test_a_long_name_loses_its_middle_and_the_stage_stays() -> None:
    assert label_text(SUMMARIES[0], 40).endswith("…tation=10): describing index")
    assert label_text(SUMMARIES[0], 22) == "describing index"


def test_hostile_names_are_printable(hostile_names: list[str]) -> None:
    for name in hostile_names:
        summary = ProgressSummary(1, 2, True, name, name, 0.5, 3.0)
        assert plain_line(summary).isprintable()
        assert format_line(summary, 100).isprintable()
