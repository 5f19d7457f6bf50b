import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.databases import new_database
from tests.factories.competitions import make_competition
from tests.process_state import ProcessState

os.environ.setdefault("LANDMARK_KERNEL_FALLBACK", "")  # a workspace sets it if it is missing

Hook = Callable[[str, Any], object]
_HOOKS: list[Hook] = []  # of the running test


@pytest.fixture(autouse=True)
def _process_state() -> Iterator[None]:
    """Fail a test that leaves the environment, the current folder or another state of the process changed."""
    before = ProcessState.read()
    yield
    after = ProcessState.read()
    before.restore_libraries()
    if after != before and (changes := before.changes(after)):
        before.restore()
        pytest.fail("the test leaves behind: " + "; ".join(changes), pytrace=False)


@pytest.fixture(autouse=True)
def _remove_audit_hooks_after_each_test(_process_state: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python cannot remove an audit hook, and each one slows down every file that is opened afterwards."""
    monkeypatch.setattr(sys, "addaudithook", _HOOKS.append)
    yield
    _HOOKS.clear()


def pytest_configure() -> None:
    """Choose how properties are tested, and pass audit events to the hooks of the running test.

    Examples of properties are random, and the same each time with HYPOTHESIS_PROFILE=repeatable, as in `.ci/run`: what
    lands depends on the change alone. Neither has a deadline.

    Converted networks are cached beside the tests, for later sessions, too; their keys contain the converter's code.
    """
    os.environ.setdefault("LANDMARK_CACHE", str(Path(__file__).parents[1] / ".pytest_cache" / "landmark"))
    settings.register_profile("random", deadline=None)
    settings.register_profile("repeatable", deadline=None, derandomize=True)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "random"))

    def call_hooks(event: str, arguments: Any) -> None:
        for hook in _HOOKS:
            hook(event, arguments)

    sys.addaudithook(call_hooks)


def pytest_collection_finish() -> None:
    """Let the garbage collector skip what exists by now: a million objects, which it would visit again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def competition_folder(tmp_path: Path) -> Path:
    """A small competition with images, tables and ground truth for both tasks; see `tests.factories.competitions`."""
    return make_competition(tmp_path / "competition")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a new workspace: the default of every command in the test."""
    folder = tmp_path / "workspace"
    monkeypatch.setenv("LANDMARK_WORKSPACE", str(folder))
    return folder


@pytest.fixture(scope="module")
def runs_in_this_process() -> Iterator[None]:
    """Run solutions in this process, in all tests of the module; see `tests.fakes.runs`."""
    from tests.fakes.runs import runs_here

    with runs_here():
        yield


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database of each kind; see `tests.databases`."""
    with new_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def hostile_names() -> list[str]:
    """Names that break out of HTML, SQL, CSV, Markdown or a terminal unless they are escaped."""
    return [
        "<script>alert(1)</script>",
        "'; DROP TABLE entries; --",
        "[bold red]markup[/bold red] [/]",
        "pipe | tick ` under_score * [link](http://x) <b>",
        "two\nlines\r\nand\ttab",
        "\x1b[2J\x1b]0;title\x07 \x9b31m",
        "nul \x00 in it",
        "half a pair \ud800",
        "\u202egnp.exe",
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@SUM(1)",
        "\\ud800 \\x1b \\",
        "日本語 ünï 🗿",
        "%s %(x)s {0} :name ?",
        "",
        "x" * 10_000,
    ]
