"""Render templates with escaped values; build addresses; write metric names as the literature does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.web.assets import assets
from harness.web.glossary_terms import TERMS
from leaderboard.rendering.format_cells import format_cell, metric_label
from leaderboard.rendering.wrap import pieces
from leaderboard.safe_text import make_printable, shorten

MAX_NAME = 80  # characters of a name in tables and lists
_UNBROKEN = 20  # letters of a name that is not broken into lines


@dataclass(frozen=True)
class Link:
    """A link; `current` if it leads to the page that holds it."""

    text: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class PageLayout:
    """The common parts of all pages: title, breadcrumb, menu, user and footer links.

    `sign_out` is the form token of the session that the user can end, empty without a session. `live` returns the
    commands in progress, on all competitions or on that with a key; it is None where they are not shown.
    """

    title: str
    breadcrumb: Sequence[Link] = ()
    menu: Sequence[Link] = ()
    user_name: str = ""
    footer: Sequence[Link] = ()
    sign_out: str = ""
    live: Callable[[str | None], Sequence[object]] | None = None


def render_template(template: str, layout: PageLayout, **values: Any) -> str:
    """Render a template: `base.html` of `templates/`, or one in a page's folder, such as `board/board.html`."""
    return _environment().get_template(template).render(layout=layout, **values)


def address(*parts: object, **query: object) -> str:
    """Build a path from parts, each quoted, and a query string without None and empty values.

    >>> address("c", "a/b", page=2, search="")
    '/c/a%2Fb?page=2'
    """
    return "/" + "/".join(quote(str(part), safe="", errors="replace") for part in parts) + _query_string(query)


def with_query(query: Mapping[str, object], **changes: object) -> str:
    """Build a relative address from a query with some values changed; None and empty values are left out."""
    return _query_string({**query, **changes}) or "?"


def _query_string(query: Mapping[str, object]) -> str:
    values = {name: value for name, value in query.items() if value not in (None, "", ())}
    return "?" + urlencode(values, doseq=True, errors="replace") if values else ""


def query_metric_label(name: str) -> str:
    """Return what a metric is called for a single query.

    >>> query_metric_label("map@100")
    'AP@100'
    """
    return metric_label(name).removeprefix("m")


def break_between_words(name: str) -> Markup:
    """Return an escaped name with a `<wbr>` wherever a browser may end a line; short names stay in one line.

    >>> break_between_words("nearest(descriptor='crow')")
    Markup('nearest(<wbr>descriptor=<wbr>&#39;crow&#39;)')
    """
    name = make_printable(name)
    return Markup("<wbr>").join(pieces(name) if len(name) > _UNBROKEN else [name])


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("harness.web"), PackageLoader("harness.web", ".")]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "cut": _cut, "metric": metric_label, "query_metric": query_metric_label, "breakable": break_between_words,
    }  # fmt: skip
    environment.globals |= {"address": address, "with_query": with_query, "cell": format_cell, "asset": _asset_address}
    environment.globals["glossary"] = TERMS
    return environment


def _printable(value: Any) -> Any:
    """Replace control and bidirectional characters in text; markup of our templates stays as it is."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return make_printable(value)


def _cut(text: str, length: int = MAX_NAME) -> str:
    return shorten(text, length)


def _asset_address(name: str) -> str:
    return f"/static/{assets()[name].address_name}"
