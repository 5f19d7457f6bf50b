import sys
from pathlib import Path

import pytest

from harness.running.named_files import named_files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "value", [None, 3, "", "lite0", "none.onnx", "hf:nothing", "no_such_module:build", "a:b:c", "\ud800"]
)
def test_most_values_name_no_file(value: object) -> None:
    assert named_files(value) == []


def test_weights_beside_a_model_belong_to_it(folder: Path) -> None:
    for name in ("model.xml", "model.bin", "model.xml.data", "other.bin"):
        (folder / name).touch()
    (folder / "model").mkdir()
    names = [file.name for file in named_files(str(folder / "model.xml"))]
    assert names == ["model.bin", "model.xml", "model.xml.data"]


def test_a_table_is_named_alone(folder: Path) -> None:
    for name in ("hashes.csv", "hashes.png", "hashes_16.csv", "hashes.csv.gz"):
        (folder / name).touch()
    assert named_files("hashes.csv") == [Path("hashes.csv")]
    assert named_files("hashes.csv.gz") == [Path("hashes.csv.gz")]


def test_a_folder_behind_a_prefix_names_its_files(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "config.json").touch()
    assert [file.name for file in named_files("hf:own")] == ["config.json"]


def test_a_function_names_its_code(folder: Path) -> None:
    (folder / "own_code_of_a_model.py").write_text("def build(): ...")
    assert named_files("own_code_of_a_model:build") == [folder / "own_code_of_a_model.py"]
    (folder / "broken_code_of_a_model.py").write_text("def build(:")
    assert named_files("broken_code_of_a_model:build") == []


def test_the_name_of_an_installed_package_is_no_function() -> None:
    before = set(sys.modules)
    assert named_files("PIL:Image") == named_files("json:loads") == named_files("rich:print") == []
    assert set(sys.modules) <= before | {"PIL", "rich", "json"}
