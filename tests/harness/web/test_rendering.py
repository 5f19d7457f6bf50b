from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.web import rendering
from harness.web.assets import assets, assets_by_address
from harness.web.rendering import Frame, Link, address, cut, page

TEMPLATES = Path(rendering.__file__).parent / "templates"


def templates() -> Iterator[Path]:
    yield from TEMPLATES.glob("*.html")


@pytest.mark.parametrize("template", [*templates()], ids=lambda path: path.name)
def test_no_template_calls_anything_safe_or_holds_styles_and_scripts_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert "| safe" not in text
    assert "|safe" not in text
    assert "autoescape" not in text
    assert "style=" not in text
    assert " on" + "click=" not in text


def test_names_stay_names(hostile_names: list[str]) -> None:
    for name in hostile_names:
        frame = Frame(name, [Link(name, address("c", name), current=True)], [], name)
        text = page("message.html", frame, heading=name, message=name)
        assert "<script>alert" not in text
        assert "<b>" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
        text.encode("utf-8")


def test_a_name_cannot_leave_its_place_in_an_address() -> None:
    assert address("c", "../../etc/passwd") == "/c/..%2F..%2Fetc%2Fpasswd"
    assert address("c", "a?b#c", q="d&e") == "/c/a%3Fb%23c?q=d%26e"


def test_long_names_are_cut() -> None:
    assert len(cut("x" * 10_000)) == 80


def test_every_asset_is_found_by_the_name_that_pages_ask_for() -> None:
    assert {asset.address_name for asset in assets().values()} == set(assets_by_address())
    assert {"site.css", "site.js", "theme.js", "board.js", "icon.svg"} <= set(assets())


def test_assets_fetch_nothing_from_elsewhere() -> None:
    for name, asset in assets().items():
        text = asset.text.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, name
        assert "url(" not in text, name
        assert "@import" not in text, name
