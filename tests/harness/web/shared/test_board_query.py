from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.web.shared.board_query import COLUMNS, DEFAULT_COLUMNS, BoardQuery, select_rows
from leaderboard.board import Standing
from leaderboard.entry import Cost
from leaderboard.seeds import SeedSpread
from leaderboard.storage.entry_summaries import EntrySummary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def standing(
    number: int, rank: int | None, private_rank: int | None, wall_s: float | None = 1.0
) -> Standing[EntrySummary]:
    cost = Cost(wall_s, wall_s, wall_s)
    status: Any = "scored" if rank else "failed"
    outline = EntrySummary(number, f"s{number}", f"s{number}(k={number})", status, "gap", NOON, {}, cost)
    return Standing(rank, private_rank, outline, number, NOON + timedelta(minutes=number), SeedSpread(1, None, None))


BOARD = [
    standing(1, 1, 3, 9.0),
    standing(2, 2, 1, None),
    standing(3, 3, 2, 4.0),
    standing(4, None, None, 5.0),
]


def numbers(tab: Any, **values: Any) -> list[int]:
    return [each.entry.id for each in select_rows(BOARD, tab, BoardQuery(**values))]


@pytest.mark.parametrize(
    ("tab", "values", "expected"),
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
def test_rows_are_sorted_and_missing_values_come_last(tab: str, values: dict[str, Any], expected: list[int]) -> None:
    assert numbers(tab, **values) == expected


def test_a_query_string_is_parsed_to_the_same_state() -> None:
    from urllib.parse import parse_qs

    query = BoardQuery("identity", "k='a b' & <i>", "ranked", "last", down=True, columns=("cpu", "wall")[::-1], page=3)
    values = parse_qs(query.query().removeprefix("?"))
    assert BoardQuery.read({name: values[0] for name, values in values.items()}, values["columns"]) == query


def test_defaults_give_an_empty_query_string() -> None:
    assert BoardQuery().query() == "?"
    assert BoardQuery.read({}) == BoardQuery()


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "١"},
        {"page": "9" * 30},
        {"sort": "; drop table"},
        {"sort": "x:other"},
        {"by": "x"},
        {"which": "<script>"},
        {"down": "yes"},
    ],
)
def test_unknown_values_fall_back_to_defaults(query: dict[str, str]) -> None:
    assert BoardQuery.read(query) in (BoardQuery(), BoardQuery(page=1))


def test_all_columns_can_be_hidden() -> None:
    assert BoardQuery.read({}, ["none"]).columns == ()
    assert BoardQuery(columns=()).query() == "?columns=none"
    assert set(DEFAULT_COLUMNS) <= set(COLUMNS)
