"""Tests of `harness.data.tables.string_column`, `harness.data.tables.id_index`, `harness.data.tables.id_tables` and
`harness.data.tables.kernels`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.data.tables import id_index, string_column
from harness.data.tables.id_index import IdIndex, find_positions
from harness.data.tables.id_tables import LargeIdTable, SmallIdTable
from harness.data.tables.string_column import StringColumn, join_ids

EQUALLY_LONG = st.text("abc", min_size=9, max_size=9)
OF_ANY_LENGTH = st.text(st.characters(codec="utf-8"), max_size=20)
IDS = st.lists(EQUALLY_LONG, max_size=40) | st.lists(OF_ANY_LENGTH, max_size=40)
compiling = settings(deadline=None)  # kernels are compiled at their first call
in_both_ways = pytest.mark.parametrize("in_python", [False, True], ids=["compiled", "in Python"])


@given(IDS)
def test_a_column_returns_the_texts_it_was_created_from(ids: list[str]) -> None:
    assert StringColumn.from_texts(ids).texts() == ids
    assert StringColumn.from_texts(ids)[::2].texts() == ids[::2]


def test_invalid_utf8_is_preserved() -> None:
    text = b"\xffa".decode("utf-8", "surrogateescape")
    assert StringColumn.from_texts([text]).texts() == [text]


@in_both_ways
@compiling
@given(IDS, IDS, IDS, st.integers(0, 20), st.integers(0, 20))
def test_a_table_numbers_strings_in_the_order_of_their_first_occurrence(
    in_python: bool, first: list[str], second: list[str], wanted: list[str], room: int, letters: int
) -> None:
    numbers: dict[str, int] = {}
    expected = [[numbers.setdefault(each, len(numbers)) for each in ids] for ids in (first, second)]
    table = SmallIdTable() if in_python else LargeIdTable(StringColumn.from_texts([]))
    table.reserve(room, letters)
    assert [table.add(StringColumn.from_texts(ids)).tolist() for ids in (first, second)] == expected
    assert (table.strings().texts(), len(table)) == ([*numbers], len(numbers))
    assert table.find(StringColumn.from_texts(wanted)).tolist() == [numbers.get(each, -1) for each in wanted]


def test_the_numbers_stay_when_a_small_index_becomes_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(id_index, "suits_python", lambda size: size < 10)
    index = IdIndex.from_texts(["b", "a"])
    assert index.add(StringColumn.from_texts(list("xyzabcdefg"))).tolist() == [2, 3, 4, 1, 0, 5, 6, 7, 8, 9]
    assert index.find(StringColumn.from_texts(["b", "g", "?"])).tolist() == [0, 9, -1]


@compiling
@given(IDS, IDS)
def test_positions_equal_those_in_the_list(wanted: list[str], ids: list[str]) -> None:
    ids = list(dict.fromkeys(ids))
    expected = [ids.index(each) if each in ids else -1 for each in wanted]
    assert find_positions(np.array(wanted, object), np.array(ids, object)).tolist() == expected


@in_both_ways
@compiling
@given(IDS.filter(len), st.data())
def test_joined_lists_contain_the_ids_at_the_positions(in_python: bool, ids: list[str], data: st.DataObject) -> None:
    place = st.integers(-1, len(ids) - 1)
    positions = data.draw(st.lists(st.lists(place, min_size=5, max_size=5), max_size=9))
    expected = [" ".join([ids[each] for each in row if each >= 0]) for row in positions]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(string_column, "suits_python", lambda _: in_python)
        assert list(join_ids(np.array(positions, int).reshape(-1, 5), np.array(ids, object))) == expected


@pytest.mark.parametrize("length", [7, 16, 70])
def test_an_index_grows_as_strings_are_added(length: int) -> None:
    ids = [f"{number % 7000:0{length}}" for number in range(10_000)]
    index = IdIndex()
    for start in range(0, len(ids), 300):
        assert index.add(StringColumn.from_texts(ids[start : start + 300])).tolist() == [
            number % 7000 for number in range(start, min(start + 300, len(ids)))
        ]
    assert len(index) == 7000
    assert index.find(StringColumn.from_texts(["?", ids[6999]])).tolist() == [-1, 6999]


def test_rows_are_joined_across_blocks() -> None:
    ids = np.array(["a", "bb"], object)
    assert list(join_ids(np.tile([[0, -1, 1]], (10_000, 1)), ids)) == ["a bb"] * 10_000


def test_a_nul_character_after_an_id_makes_it_another_id() -> None:
    assert IdIndex.from_texts(["aaaaaaa\0", "aaaaaaa"]).find(StringColumn.from_texts(["aaaaaaa"])).tolist() == [1]
