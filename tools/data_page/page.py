"""The page: one file that opens from disk, asks nobody for anything and runs nothing."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from tools.data_page.analysis import Survey
from tools.data_page.figures import Pictures
from tools.data_page.galleries import chosen
from tools.data_page.html import Html, named, tag
from tools.data_page.sections.counts import counts
from tools.data_page.sections.duplicates import duplicates
from tools.data_page.sections.galleries import shown
from tools.data_page.sections.landmarks import landmarks
from tools.data_page.sections.sizes import sizes

_STYLE = Path(__file__).with_name("page.css")


def page(survey: Survey, seed: int, images: int) -> str:
    """The page of a survey as HTML, the same for the same seed and number of images a gallery."""
    choice = chosen(survey, seed, images)
    pictures = Pictures(survey.collection, choice.rows())
    sections = {
        "Images": counts(survey),
        "Images per landmark": landmarks(survey),
        "Sizes": sizes(survey),
        "Galleries": shown(survey, choice, pictures),
        "Near-duplicates": duplicates(survey, choice, pictures),
    }
    skip = tag("a", "To the content", href="#main", class_="skip")
    body = tag("body", skip, _header(survey), _contents(sections), tag("main", *_sections(sections), id="main"))
    return f"<!DOCTYPE html>\n{tag('html', _head(survey), body, lang='en')}\n"


def facts(survey: Survey) -> list[tuple[str, str]]:
    """What matters most, by name."""
    exact = int(survey.pairs.exact.sum())
    return [
        ("images", f"{len(survey.collection):,}"),
        ("missing or broken", f"{(~survey.usable).sum():,}"),
        ("landmarks", f"{len(survey.imbalance):,}"),
        ("Gini coefficient", f"{survey.imbalance.gini:.3f}" if len(survey.imbalance) else "–"),
        ("near-duplicate pairs", f"{len(survey.pairs):,}" + (f", {exact:,} exact" if exact else "")),
        ("of these with two labels", f"{len(survey.conflicts):,}" if len(survey.labels) else "–"),
    ]


def _head(survey: Survey) -> Html:
    style = _STYLE.read_text(encoding="utf-8")
    digest = b64encode(sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{survey.name}: images and labels"),
        tag("style", Html(style)),
    )


def _header(survey: Survey) -> Html:
    tiles = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts(survey)]
    return tag("header", tag("h1", named(survey.name)), tag("dl", *tiles))


def _contents(sections: dict[str, Html]) -> Html:
    links = [tag("li", tag("a", title, href=f"#{_anchor(title)}")) for title in sections]
    return tag("nav", tag("ul", *links), aria_label="Sections")


def _sections(sections: dict[str, Html]) -> list[Html]:
    return [
        tag("section", tag("h2", title, id=_anchor(title)), content, aria_labelledby=_anchor(title))
        for title, content in sections.items()
    ]


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")
