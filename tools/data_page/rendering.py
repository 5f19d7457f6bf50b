"""Jinja templates of the data page: every text is escaped, and control characters are shown as escapes."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.web.assets import assets
from leaderboard import safe_text

MAX_NAME = 80  # characters
STYLES = "site.css", "data_tab.css"  # of the site


def render(template: str, **values: object) -> str:
    """Return a template of this package, filled in."""
    return _environment().get_template(template).render(**values)


def percent(share: float) -> str:
    """Return a share in [0, 1] as a percentage.

    >>> percent(0.5), percent(0.0004), percent(0), percent(1)
    ('50 %', '< 0.1 %', '0 %', '100 %')
    """
    if 0 < share < 0.001:
        return "< 0.1 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def shorten(name: object) -> str:
    """Return a name with an ellipsis after 79 characters if it is longer than 80.

    >>> shorten(90 * "x")[-3:], len(shorten(90 * "x"))
    ('xx…', 80)
    """
    return safe_text.shorten(str(name), MAX_NAME)


def style_sheet() -> tuple[Markup, str]:
    """Return the style sheet, and the source expression that allows it in a Content-Security-Policy."""
    style = "\n".join(assets()[name].text for name in STYLES)
    digest = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    return Markup(style), f"'sha256-{digest}'"  # noqa: S704 (our own files)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tools.data_page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"anchor": _anchor, "count": "{:,}".format, "percent": percent, "shorten": shorten}
    return environment


def _printable(value: Any) -> Any:
    """Return text without control characters and marks of direction; markup stays as it is."""
    return value if not isinstance(value, str) or isinstance(value, Markup) else safe_text.make_printable(value)


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
