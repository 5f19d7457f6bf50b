from pathlib import Path

import pytest

from harness.data.landmark_names import landmark_names, readable_name
from harness.errors import DataError


def write_names(folder: Path, text: str) -> Path:
    (folder / "train_label_to_category.csv").write_text(text, encoding="utf-8")
    return folder


def test_the_first_name_of_each_landmark_is_returned(tmp_path: Path) -> None:
    text = 'landmark_id,category,url\n1,Eiffel Tower,x\n02,"a, b",x\n1,Louvre,x\n'
    assert landmark_names(write_names(tmp_path, text)) == {1: "Eiffel Tower", 2: "a, b"}


def test_rows_without_a_landmark_or_a_name_are_skipped(tmp_path: Path) -> None:
    assert landmark_names(write_names(tmp_path, "landmark_id,category\nx,a\n-1,b\n7, \n8,c\n")) == {8: "c"}


def test_without_a_table_there_are_no_names(tmp_path: Path) -> None:
    assert landmark_names(tmp_path) == {}


def test_an_unreadable_table_raises(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="category is missing"):
        landmark_names(write_names(tmp_path, "landmark_id\n1\n"))


def test_names_are_written_as_people_write_them() -> None:
    assert readable_name("nice__promenade_anglais") == "Nice, Promenade Anglais"
    assert readable_name("basilica_of_bom_jesus") == "Basilica of Bom Jesus"
    assert readable_name("Eiffel Tower") == "Eiffel Tower"
    assert readable_name("Category:Fort_de_la_Revère") == "Fort de la Revère"


def test_a_name_without_letters_stays() -> None:
    assert readable_name(" __ ") == "__"
