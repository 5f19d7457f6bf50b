"""Tests of `harness.installation`: the command that a message prints installs the extra where the message is printed."""

import ast
import json
import shlex
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from harness import installation
from harness.installation import install_command
from tests.test_names import MODULES, ROOT, tree_of

PIP = [sys.executable, "-m", "pip", "install"]


class Installed:
    """The metadata of a distribution with this `direct_url.json`."""

    def __init__(self, document: object) -> None:
        self.document = document

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return None if self.document is None else json.dumps(self.document)


def arguments(monkeypatch: pytest.MonkeyPatch, document: object, *extras: str) -> list[str]:
    """Return the words of the command, as a shell splits them, for a package that was installed from there."""
    monkeypatch.setattr(installation, "distribution", lambda name: Installed(document))
    return shlex.split(install_command(*extras))


def test_from_an_index_the_name_with_the_extras_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arguments(monkeypatch, None, "plots") == [*PIP, "landmark[plots]"]
    assert arguments(monkeypatch, None, "serving", "teams") == [*PIP, "landmark[serving,teams]"]
    assert arguments(monkeypatch, None) == [*PIP, "landmark"]
    assert "'landmark[plots]'" in install_command("plots")  # a shell would expand the brackets


def test_an_editable_installation_stays_editable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tree = tmp_path / "it's a tree"
    tree.mkdir()
    origin = {"url": tree.as_uri(), "dir_info": {"editable": True}}
    assert arguments(monkeypatch, origin, "plots") == [*PIP, "--editable", f"{tree}[plots]"]


def test_a_folder_and_a_wheel_are_installed_again_from_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wheel = tmp_path / "landmark-0.2.0-py3-none-any.whl"
    wheel.touch()
    assert arguments(monkeypatch, {"url": tmp_path.as_uri(), "dir_info": {}}, "torch") == [*PIP, f"{tmp_path}[torch]"]
    assert arguments(monkeypatch, {"url": wheel.as_uri(), "archive_info": {}}, "jax") == [*PIP, f"{wheel}[jax]"]


def test_a_folder_that_has_gone_is_not_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    origin = {"url": (tmp_path / "gone").as_uri(), "dir_info": {"editable": True}}
    assert arguments(monkeypatch, origin, "plots") == [*PIP, "landmark[plots]"]


def test_a_repository_is_named_with_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    origin = {"url": "https://git.example/landmark", "vcs_info": {"vcs": "git", "commit_id": "abc1"}}
    expected = "landmark[plots] @ git+https://git.example/landmark@abc1"
    assert arguments(monkeypatch, origin, "plots") == [*PIP, expected]


@pytest.mark.parametrize("document", [[], "text", {"url": None}, {"dir_info": 3}])
def test_damaged_metadata_are_ignored(monkeypatch: pytest.MonkeyPatch, document: object) -> None:
    assert arguments(monkeypatch, document, "plots") == [*PIP, "landmark[plots]"]


def test_a_source_tree_that_was_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(installation, "distribution", missing)
    assert shlex.split(install_command("plots")) == [*PIP, "--editable", f"{ROOT}[plots]"]


def test_without_pip_uv_installs_into_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", lambda name: None)
    uv = ["uv", "pip", "install", "--python", sys.executable]
    assert arguments(monkeypatch, None, "plots") == [*uv, "landmark[plots]"]


def test_no_message_writes_a_command_of_pip_by_hand() -> None:
    texts = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in MODULES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "pip install" in node.value
    ]
    assert not texts


def test_every_extra_in_a_message_exists() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    names = [
        argument.value
        for file in MODULES
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "install_command"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    ]
    assert {"plots", "serving", "teams"} <= set(names) <= set(extras)
