"""How many images each landmark has."""

from __future__ import annotations

from tools.data_page.analysis import Survey
from tools.data_page.charts import bars, percent, rank_curve
from tools.data_page.html import Html, joined, named, table, tag
from tools.data_page.imbalance import Imbalance

_NAMED = 10  # landmarks at each end


def title_of(survey: Survey, landmark: int) -> Html:
    """What a landmark is called, with its number."""
    name = survey.names.get(landmark)
    number = f"landmark {landmark}"
    return joined([named(_plain(name)), " ", tag("small", f"({number})")]) if name else Html(number)


def landmarks(survey: Survey) -> Html:
    """The curve of counts by rank, measures of imbalance, classes of size, and both ends of the list."""
    found = survey.imbalance
    if not len(found):
        return tag("p", "There are no labelled train images (train.csv), so nothing is told of landmarks.")
    says = (
        f"Images per landmark by rank, both logarithmic: {found.counts[0]:,} images of the largest of "
        f"{len(found):,} landmarks, {found.counts[-1]:,} of the smallest."
    )
    chart = rank_curve(*found.steps(), "rank of the landmark", "train images", says)
    classes = [(f"{name} images", count) for name, count, _ in found.classes()]
    sizes = bars(("landmarks with", "landmarks", "share"), classes, len(found))
    return joined(
        [
            tag("div", tag("figure", chart, tag("figcaption", says)), sizes, class_="pair"),
            tag("div", table(("measure", "value"), _measures(found)), _percentiles(found), class_="pair"),
            _ends(survey),
        ]
    )


def _measures(found: Imbalance) -> list[tuple[str, str]]:
    few = int((found.counts == 1).sum())
    return [
        ("landmarks", f"{len(found):,}"),
        ("train images", f"{found.counts.sum():,}"),
        ("images per landmark, mean", f"{found.counts.mean():.1f}"),
        ("Gini coefficient (0 even, 1 uneven)", f"{found.gini:.3f}"),
        ("images of the largest 1 % of landmarks", percent(found.share_of_top(0.01))),
        ("images of the largest 10 % of landmarks", percent(found.share_of_top(0.1))),
        ("landmarks with one image", f"{few:,} ({percent(few / len(found))})"),
    ]


def _percentiles(found: Imbalance) -> Html:
    rows = [(f"{share} %", f"{images:,}") for share, images in found.percentiles().items()]
    return table(("of the landmarks", "have at most … images"), rows)


def _ends(survey: Survey) -> Html:
    """The largest and the smallest; all of them where there are few."""
    every = list(zip(survey.imbalance.landmarks.tolist(), survey.imbalance.counts.tolist(), strict=True))
    rows = [(title_of(survey, landmark), f"{count:,}") for landmark, count in every]
    if len(rows) <= 2 * _NAMED:
        return table(("landmark", "train images"), rows, "All landmarks")
    largest = table(("landmark", "train images"), rows[:_NAMED], "The largest")
    return tag("div", largest, table(("landmark", "train images"), rows[-_NAMED:], "The smallest"), class_="pair")


def _plain(name: str) -> str:
    """What comes behind `Category:` in an address, as Google Landmarks has it."""
    return name.rpartition("Category:")[2].replace("_", " ").strip() or name
