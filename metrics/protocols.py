"""The relevant and the ignored images of each query, in the benchmarks that rank all images.

Each function returns the two mappings that `judge_complete` takes after the rankings.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Literal, TypeVar, get_args

Image = TypeVar("Image", bound=Hashable)
ImagesByQuery = Mapping[str, Collection[Image]]  # query -> images
JudgedImages = tuple[dict[str, set[Image]], dict[str, set[Image]]]  # relevant, ignored
Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)

_RELEVANT_GRADES: dict[str, tuple[str, ...]] = {"easy": ("easy",), "medium": ("easy", "hard"), "hard": ("hard",)}


def revisited(
    easy: ImagesByQuery[Image], hard: ImagesByQuery[Image], ignored: ImagesByQuery[Image], difficulty: Difficulty
) -> JudgedImages[Image]:
    """Relevant and ignored images of revisited Oxford and Paris; `ignored` is what they call junk.

    Relevant are the easy images for easy, the hard ones for hard and both for medium; the others are ignored. A query
    without a relevant image of a difficulty does not count there.
    Source: filipradenovic/revisitop, python/example_evaluate.py.

    >>> revisited({"q": {"a"}}, {"q": {"b"}}, {"q": {"j"}}, "hard") == ({"q": {"b"}}, {"q": {"a", "j"}})
    True
    """
    graded = {"easy": easy, "hard": hard}
    grades = _RELEVANT_GRADES[difficulty]
    others = [graded[grade] for grade in graded if grade not in grades]
    queries = [*dict.fromkeys([*easy, *hard, *ignored])]
    return _union(queries, [graded[grade] for grade in grades]), _union(queries, [*others, ignored])


def oxford(good: ImagesByQuery[Image], ok: ImagesByQuery[Image], ignored: ImagesByQuery[Image]) -> JudgedImages[Image]:
    """Relevant and ignored images of classic Oxford and Paris: `good` and `ok` are relevant, junk is ignored.

    The query image is one of the index images, and among the good ones.
    Source: compute_ap.cpp of the Oxford Buildings data set, after the copy in ICRA-2019/srrg_bench.

    >>> oxford({"q": {"a"}}, {"q": {"b"}}, {"q": {"j"}}) == ({"q": {"a", "b"}}, {"q": {"j"}})
    True
    """
    queries = [*dict.fromkeys([*good, *ok, *ignored])]
    return _union(queries, [good, ok]), _union(queries, [ignored])


def holidays(relevant: ImagesByQuery[str]) -> JudgedImages[str]:
    """Relevant and ignored images of Holidays; the query itself is ignored.

    Source: holidays_map.py of INRIA Holidays, after the copy in AIBluefisher/DAGSfM.

    >>> holidays({"100000.jpg": {"100001.jpg"}})
    ({'100000.jpg': {'100001.jpg'}}, {'100000.jpg': {'100000.jpg'}})
    """
    return {query: {*images} - {query} for query, images in relevant.items()}, {query: {query} for query in relevant}


def _union(queries: list[str], parts: list[ImagesByQuery[Image]]) -> dict[str, set[Image]]:
    return {query: set().union(*(part.get(query, ()) for part in parts)) for query in queries}
