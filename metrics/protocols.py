"""Which images count as relevant and which are ignored, in the benchmarks that rank all images.

Each function gives the two mappings that `judge_complete` takes after the rankings.
"""

from collections.abc import Collection, Hashable, Mapping
from typing import Literal, TypeVar, get_args

Image = TypeVar("Image", bound=Hashable)
Difficulty = Literal["easy", "medium", "hard"]
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)

_SOUGHT: dict[str, tuple[str, ...]] = {"easy": ("easy",), "medium": ("easy", "hard"), "hard": ("hard",)}


def revisited(
    easy: Mapping[str, Collection[Image]],
    hard: Mapping[str, Collection[Image]],
    ignored: Mapping[str, Collection[Image]],
    difficulty: Difficulty,
) -> tuple[dict[str, set[Image]], dict[str, set[Image]]]:
    """Relevant and ignored images of revisited Oxford and Paris; their `junk` is what is `ignored` here.

    Easy seeks the easy images and medium both kinds; hard seeks the hard ones. What is not sought is ignored. A query
    for which a difficulty has no relevant image does not count there.
    Source: filipradenovic/revisitop, python/example_evaluate.py.

    >>> revisited({"q": {"a"}}, {"q": {"b"}}, {"q": {"j"}}, "hard") == ({"q": {"b"}}, {"q": {"a", "j"}})
    True
    """
    graded = {"easy": easy, "hard": hard}
    sought = _SOUGHT[difficulty]
    left_out = [graded[grade] for grade in graded if grade not in sought]
    queries = [*dict.fromkeys([*easy, *hard, *ignored])]
    return _union(queries, [graded[grade] for grade in sought]), _union(queries, [*left_out, ignored])


def oxford(
    good: Mapping[str, Collection[Image]],
    ok: Mapping[str, Collection[Image]],
    ignored: Mapping[str, Collection[Image]],
) -> tuple[dict[str, set[Image]], dict[str, set[Image]]]:
    """Relevant and ignored images of classic Oxford and Paris: `good` and `ok` are sought, their `junk` is ignored.

    The query image is one of the index images there, and among the good ones.
    Source: compute_ap.cpp of the Oxford Buildings data set, after the copy in ICRA-2019/srrg_bench.

    >>> oxford({"q": {"a"}}, {"q": {"b"}}, {"q": {"j"}}) == ({"q": {"a", "b"}}, {"q": {"j"}})
    True
    """
    queries = [*dict.fromkeys([*good, *ok, *ignored])]
    return _union(queries, [good, ok]), _union(queries, [ignored])


def holidays(relevant: Mapping[str, Collection[str]]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Relevant and ignored images of Holidays: the query itself, should it be ranked, is ignored.

    Source: holidays_map.py of INRIA Holidays, after the copy in AIBluefisher/DAGSfM.

    >>> holidays({"100000.jpg": {"100001.jpg"}})
    ({'100000.jpg': {'100001.jpg'}}, {'100000.jpg': {'100000.jpg'}})
    """
    return {query: {*images} - {query} for query, images in relevant.items()}, {query: {query} for query in relevant}


def _union(queries: list[str], parts: list[Mapping[str, Collection[Image]]]) -> dict[str, set[Image]]:
    return {query: set().union(*(part.get(query, ()) for part in parts)) for query in queries}
