"""Tests of `harness.web.team.markdown`."""

import re
from html.parser import HTMLParser

import pytest

from harness.web.team.markdown import render_markdown

HARMLESS = {
    *(
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "a",
        "ul",
        "ol",
        "li",
        "em",
        "strong",
        "code",
        "pre",
        "blockquote",
        "hr",
        "br",
    ),
    *("table", "thead", "tbody", "tr", "th", "td", "div", "s"),
}
ATTRIBUTES = {"href", "rel", "title", "class", "role", "aria-label", "tabindex", "start"}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<style>*{display:none}</style>",
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>]]>",
    "<a href='javascript:alert(1)'>x</a>",
    "<form action=/sign-out method=post><button>x</button></form>",
    "<base href=https://evil.example>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    "[x](/\\evil.example)",
    "[x](blob:https://a.example/1)",
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x](https://a.example '\"><script>alert(1)</script>')",
    '[x](https://a.example/"onmouseover="alert(1))',
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[a]: javascript:alert(1)\n\n[a]",
    "![x](javascript:alert(1))",
    "![x](https://evil.example/pixel.png)",
    '![x](x"onerror="alert(1))',
    '```"><script>alert(1)</script>\nx\n```',
    "``` x onload=alert(1)\n<script>\n```",
    "`<script>alert(1)</script>`",
    "|a|\n|:-:|\n|<script>alert(1)</script>|",
    "|a|b|\n|--:|:--|\n|1|2|",
    "x\0<script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<scr\nipt>alert(1)</scr\nipt>",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "# <script>\n## <style>",
]


class TagReader(HTMLParser):
    """Reads the tags of a document with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.tags.append(("comment", {}))


@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_becomes_harmless_text(text):
    for tag, attributes in TagReader(render_markdown(text)).tags:
        assert tag in HARMLESS, tag
        assert set(attributes) <= ATTRIBUTES, attributes
        assert re.match(r"https?://|mailto:|/(?![/\\])|#|[\w.%()=-]+$", attributes.get("href", "#")), attributes


def test_deep_nesting_is_rendered_quickly():
    for text in ("> " * 5_000 + "x", "[" * 5_000, "*" * 20_000 + "x", "- " * 5_000, "`" * 20_000, "a|" * 5_000):
        assert len(render_markdown(text)) < 1_000_000


def test_headings_links_and_tables_are_rendered():
    html = render_markdown("# A\n\n[b](https://b.example) [c](/c) <d@example.org>\n\n|e|f|\n|-|-:|\n|1|2|\n")
    assert "<h2>A</h2>" in html
    assert '<a href="https://b.example" rel="noopener noreferrer nofollow">b</a> <a href="/c">c</a>' in html
    assert '<a href="mailto:d@example.org"' in html
    assert 'aria-label="Table 1" tabindex="0"><table>' in html
    assert '<td class="number">2</td>' in html


@pytest.mark.parametrize(
    ("text", "levels"),
    [("# a\n## b\n# c", "232"), ("## a\n### b", "23"), ("# a\n#### b\n##### c", "234"), ("### a\n# b", "22")],
)
def test_headings_start_at_level_2_and_skip_no_level(text, levels):
    assert "".join(re.findall(r"<h(\d)>", render_markdown(text))) == levels
