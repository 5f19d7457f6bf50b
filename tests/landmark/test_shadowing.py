"""Tests of `landmark.shadowing` and `landmark.__main__` in processes of their own."""

import subprocess
import sys
from pathlib import Path

import pytest

import landmark
from tests.cli import modules_after


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["harness", "leaderboard", "metrics", "solutions", "tools"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_module_that_hides_a_package_is_named_in_one_line(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / f"{name}.py" if kind == "file" else tmp_path / name / "__init__.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    imported = python(tmp_path, "-c", "import landmark")
    assert imported.returncode == 1
    assert imported.stderr.splitlines()[-1] == (
        f"ImportError: {path} hides the package {name!r} of landmark; rename it, or start Python in another folder"
    )


def test_a_script_with_the_name_of_a_package_is_told_to_be_renamed(tmp_path: Path) -> None:
    (tmp_path / "metrics.py").write_text("import landmark", encoding="utf-8")
    assert "metrics.py hides the package 'metrics'" in python(tmp_path, "metrics.py").stderr.splitlines()[-1]


def test_a_module_that_was_imported_before_needs_a_restart(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("", encoding="utf-8")
    assert python(tmp_path, "-c", "import tools, landmark").stderr.rstrip().endswith(", and restart")


def test_a_file_that_is_written_after_the_import_is_named_too(tmp_path: Path) -> None:
    program = "import landmark; from pathlib import Path; Path('metrics.py').write_text(''); landmark.metric"
    assert "metrics.py hides the package 'metrics'" in python(tmp_path, "-c", program).stderr.splitlines()[-1]


def test_after_the_first_use_no_file_hides_a_package(tmp_path: Path) -> None:
    program = (
        "import landmark; from pathlib import Path; landmark.Error; Path('solutions.py').write_text('');"
        "print('hash' in landmark.solutions('workspace')['name'].tolist())"
    )
    assert python(tmp_path, "-c", program).stdout == "True\n"


def test_other_files_and_plain_folders_hide_nothing(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "script.py").write_text("", encoding="utf-8")
    (tmp_path / "my_metrics.py").write_text("", encoding="utf-8")
    imported = python(tmp_path, "-c", "import landmark; print(landmark.metric('map@100').name)")
    assert imported.stdout == "map@100\n", imported.stderr


def test_the_command_line_runs_as_a_module_and_names_a_hidden_package(tmp_path: Path) -> None:
    assert python(tmp_path, "-m", "landmark", "--version").stdout.startswith("landmark ")
    (tmp_path / "metrics.py").write_text("", encoding="utf-8")
    refused = python(tmp_path, "-m", "landmark", "--version")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: {tmp_path / 'metrics.py'} hides the package 'metrics' of landmark")
    assert len(refused.stderr.splitlines()) == 1


def test_the_import_loads_no_other_package() -> None:
    assert not {"harness", "numpy", "pandas", "rich", "typer"} & modules_after("import landmark")


def test_every_name_exists_and_has_a_description() -> None:
    assert set(dir(landmark)) == set(landmark.__all__)
    for name in landmark.__all__:
        assert getattr(landmark, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'opn'"):
        landmark.opn  # noqa: B018


def test_the_package_is_typed() -> None:
    assert (Path(landmark.__file__).parent / "py.typed").exists()
