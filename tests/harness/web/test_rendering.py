"""Tests of `harness.web.rendering` and `harness.web.assets`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.web import rendering
from harness.web.assets import MEDIA_TYPES, assets, assets_by_address
from harness.web.rendering import MAX_NAME, Link, PageLayout, address, render_template
from leaderboard.safe_text import shorten

WEB = Path(rendering.__file__).parent


def templates() -> Iterator[Path]:
    yield from WEB.rglob("*.html")


@pytest.mark.parametrize("template", [*templates()], ids=lambda path: path.name)
def test_no_template_switches_escaping_off_or_has_inline_styles_and_handlers(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert "| safe" not in text
    assert "|safe" not in text
    assert "autoescape" not in text
    assert "style=" not in text
    assert " on" + "click=" not in text


def test_names_are_escaped(hostile_names: list[str]) -> None:
    for name in hostile_names:
        frame = PageLayout(name, [Link(name, address("c", name), current=True)], [], name)
        text = render_template("message.html", frame, heading=name, message=name)
        assert "<script>alert" not in text
        assert "<b>" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
        text.encode("utf-8")


def test_a_name_stays_one_segment_of_an_address() -> None:
    assert address("c", "../../etc/passwd") == "/c/..%2F..%2Fetc%2Fpasswd"
    assert address("c", "a?b#c", q="d&e") == "/c/a%3Fb%23c?q=d%26e"


def test_long_names_are_cut() -> None:
    assert len(shorten("x" * 10_000, MAX_NAME)) == 80


def test_every_asset_is_found_by_its_name_in_addresses() -> None:
    assert {asset.address_name for asset in assets().values()} == set(assets_by_address())
    files = [file for file in WEB.rglob("*") if file.suffix in MEDIA_TYPES]
    assert len({file.name for file in files}) == len(files) == len(assets())
    assert {"site.css", "site.js", "theme.js", "board.js", "icon.svg"} <= set(assets())


def test_assets_fetch_nothing_from_elsewhere() -> None:
    for name, asset in assets().items():
        text = asset.text.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, name
        assert "url(" not in text, name
        assert "@import" not in text, name
