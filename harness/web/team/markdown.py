"""Render the Markdown of admins as safe HTML: no raw HTML, no images, and links to web and mail addresses only."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

SCHEMES = ("http", "https", "mailto")
_LAST_HEADING = 6
_MAX_NESTING = 20


def render_markdown(text: str) -> Markup:
    r"""Return a text in CommonMark with tables as HTML; its headings start at level 2 and skip no level.

    >>> render_markdown("# Rules\n<b>No</b> [help](javascript:alert())")
    Markup('<h2>Rules</h2>\n<p>&lt;b&gt;No&lt;/b&gt; [help](javascript:alert())</p>\n')
    """
    tokens = _parser().parse(text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    _set_heading_levels(tokens)
    return Markup(_parser().renderer.render(tokens, _parser().options, {}))  # noqa: S704 (the parser escapes)


def is_safe_link(url: str) -> bool:
    """Return whether a link leads to a web address, a mail address, or an address of this site.

    >>> [is_safe_link(url) for url in ("https://a.example", "/submissions", "#data", "//a.example", "vbscript:x")]
    [True, True, True, False, False]
    """
    url = url.strip().lower()
    if "\\" in url or not url.isprintable() or url.startswith("//"):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in SCHEMES or (not parts.scheme and ":" not in url.partition("/")[0])


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = is_safe_link  # type: ignore[method-assign] # as its documentation says
    return parser


class _Renderer(RendererHTML):
    """Writes no inline styles, and tables that scroll by themselves."""

    def link_open(self, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
        if urlsplit(str(tokens[number].attrGet("href") or "")).scheme:
            tokens[number].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, number, options, env)

    def table_open(self, _tokens: Sequence[Token], _number: int, _options: Any, env: Any) -> str:
        env["tables"] = env.get("tables", 0) + 1
        return f'<div class="scroll" role="region" aria-label="Table {env["tables"]}" tabindex="0"><table>\n'

    def table_close(self, *_arguments: Any) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
        return self._cell(tokens, number, options, env)

    def td_open(self, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
        return self._cell(tokens, number, options, env)

    def _cell(self, tokens: Sequence[Token], number: int, options: Any, env: Any) -> str:
        """Return a cell that is aligned by a class, as the site's policy forbids inline styles."""
        style = str(tokens[number].attrs.pop("style", ""))
        if style == "text-align:right":
            tokens[number].attrSet("class", "number")
        return self.renderToken(tokens, number, options, env)


def _set_heading_levels(tokens: Sequence[Token]) -> None:
    """Number the headings anew: the first is of level 2, and each at most one level below the one before it."""
    headings = [token for token in tokens if token.type.startswith("heading_")]
    shift = 2 - min((int(token.tag[1]) for token in headings), default=2)
    level = 1
    for token in headings:
        if token.type == "heading_open":
            level = min(_LAST_HEADING, level + 1, int(token.tag[1]) + shift)
        token.tag = f"h{level}"
