from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.web.board.query import COLUMNS, USUAL, Wish, wished
from leaderboard.board import Standing
from leaderboard.entry import Cost
from leaderboard.storage.entry_summaries import Outline

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def standing(number: int, rank: int | None, private_rank: int | None, wall_s: float | None = 1.0) -> Standing[Outline]:
    cost = Cost(wall_s, wall_s, wall_s)
    status: Any = "scored" if rank else "failed"
    outline = Outline(number, f"s{number}", f"s{number}(k={number})", status, "gap", NOON, {}, cost)
    return Standing(rank, private_rank, outline, number, NOON + timedelta(minutes=number))


BOARD = [
    standing(1, 1, 3, 9.0),
    standing(2, 2, 1, None),
    standing(3, 3, 2, 4.0),
    standing(4, None, None, 5.0),
]


def numbers(tab: Any, **asked: Any) -> list[int]:
    return [each.entry.id for each in wished(BOARD, tab, Wish(**asked))]


@pytest.mark.parametrize(
    ("tab", "asked", "expected"),
    [
        ("public", {}, [1, 2, 3, 4]),
        ("private", {}, [2, 3, 1, 4]),
        ("public", {"down": True}, [3, 2, 1, 4]),
        ("public", {"sort": "wall"}, [3, 4, 1, 2]),
        ("public", {"sort": "wall", "down": True}, [1, 4, 3, 2]),
        ("public", {"sort": "entries", "down": True}, [4, 3, 2, 1]),
        ("public", {"sort": "name"}, [1, 2, 3, 4]),
        ("public", {"which": "ranked"}, [1, 2, 3]),
        ("public", {"which": "unranked"}, [4]),
        ("public", {"search": "S3"}, [3]),
        ("public", {"search": "k=2 s2"}, [2]),
        ("public", {"search": "k=2 s3"}, []),
    ],
)
def test_rows_come_in_the_order_wished_for_and_what_is_not_known_at_the_end(
    tab: str, asked: dict[str, Any], expected: list[int]
) -> None:
    assert numbers(tab, **asked) == expected


def test_an_address_gives_back_the_wish_that_made_it() -> None:
    from urllib.parse import parse_qs

    wish = Wish("identity", "k='a b' & <i>", "ranked", "last", down=True, columns=("cpu", "wall")[::-1], page=3)
    asked = parse_qs(wish.query().removeprefix("?"))
    assert Wish.read({name: values[0] for name, values in asked.items()}, asked["columns"]) == wish


def test_nothing_unusual_leaves_the_address_plain() -> None:
    assert Wish().query() == "?"
    assert Wish.read({}) == Wish()


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "١"},
        {"page": "9" * 30},
        {"sort": "; drop table"},
        {"sort": "other"},
        {"by": "x"},
        {"which": "<script>"},
        {"down": "yes"},
    ],
)
def test_what_makes_no_sense_in_an_address_is_passed_over(query: dict[str, str]) -> None:
    assert Wish.read(query) in (Wish(), Wish(page=1))


def test_no_column_at_all_can_be_chosen() -> None:
    assert Wish.read({}, ["none"]).columns == ()
    assert Wish(columns=()).query() == "?columns=none"
    assert set(USUAL) <= set(COLUMNS)
