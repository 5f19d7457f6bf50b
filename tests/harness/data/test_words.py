"""The fast ways through millions of ids against dictionaries and lists."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.data import words
from harness.data.words import listed, numbered, places

EQUALLY_LONG = st.text("abc", min_size=9, max_size=9)
OF_ANY_LENGTH = st.text(st.characters(codec="utf-8", exclude_characters=" "), max_size=9)
IDS = st.lists(EQUALLY_LONG, max_size=40) | st.lists(OF_ANY_LENGTH, max_size=40)


@given(IDS)
def test_numbers_stand_for_the_ids_that_they_were_made_from(ids: list[str]) -> None:
    numbers, known = numbered(ids)
    assert [known[number] for number in numbers] == ids
    assert len(set(known)) == len(known) == len(set(ids))


@given(st.lists(IDS.filter(len).map(" ".join), max_size=10))
def test_texts_of_several_ids_give_all_of_them_in_order(texts: list[str]) -> None:
    numbers, known = numbered(texts)
    assert [known[number] for number in numbers] == [each for text in texts for each in text.split(" ")]


@given(IDS, IDS)
def test_places_are_those_in_the_list(wanted: list[str], ids: list[str]) -> None:
    ids = list(dict.fromkeys(ids))
    expected = [ids.index(each) if each in ids else -1 for each in wanted]
    assert places(np.array(wanted, object), np.array(ids, object)).tolist() == expected


@given(IDS.filter(len), st.data())
def test_lists_are_the_ids_at_the_places(ids: list[str], data: st.DataObject) -> None:
    place = st.integers(-1, len(ids) - 1)
    positions = data.draw(st.lists(st.lists(place, min_size=5, max_size=5), max_size=9))
    expected = [" ".join(ids[each] for each in row if each >= 0) for row in positions]
    assert list(listed(np.array(positions, int).reshape(-1, 5), np.array(ids, object))) == expected


@pytest.mark.parametrize("length", [7, 16, 70])
def test_more_ids_than_one_block_are_numbered(length: int) -> None:
    ids = [f"{number % 7000:0{length}}" for number in range(10_000)]
    numbers, known = numbered(np.array(ids, object))
    assert known[numbers].tolist() == ids
    assert len(known) == 7000


@pytest.mark.parametrize("odd", ["x" * 15, "x" * 17, "ü" * 16, "", "x x" + "x" * 13])
def test_one_odd_id_among_thousands_changes_nothing(odd: str) -> None:
    ids = [*(f"{number:016x}" for number in range(5000)), odd]
    numbers, known = numbered(ids)
    assert known[numbers].tolist() == " ".join(ids).split(" ")


def test_a_zero_character_behind_an_id_makes_another_id() -> None:
    numbers, known = numbered(["aaaaaaa", "aaaaaa\0", "aaaaaaa"])
    assert numbers.tolist() in ([0, 1, 0], [1, 0, 1])
    assert sorted(known) == ["aaaaaa\0", "aaaaaaa"]


def test_ids_that_are_mixed_alike_are_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_mixed", lambda rows: np.zeros(len(rows), np.uint64))
    numbers, known = numbered(["a" * 8, "b" * 8, "a" * 8])
    assert known[numbers].tolist() == ["a" * 8, "b" * 8, "a" * 8]
