"""Commands from elsewhere: those that work, work; those that do not say so, and nothing else suffers."""

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli import plugin_commands as plugged
from harness.cli.main import app
from harness.errors import HarnessError

GROUP = """
import typer
print("hello from the import")
app = typer.Typer(help="Things of mine.")
@app.callback()
def group() -> None: pass
@app.command()
def first(ctx: typer.Context) -> None:
    "Do the first thing."
    ctx.obj.say("done")
"""
FUNCTION = """
def wave(times: int = 1) -> None:
    "Wave a hand."
    print("wave " * times)
"""


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that makes an entry point for the source of a module."""
    points: dict[str, EntryPoint] = {}
    monkeypatch.setattr(plugged, "_points", lambda: points)
    monkeypatch.syspath_prepend(tmp_path)

    def add(name: str, source: str, attribute: str = "app") -> None:
        module = f"plugged_{name}_{len(points)}_{tmp_path.name}".replace("-", "_").replace(".", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        points[name] = EntryPoint(name, f"{module}:{attribute}", "landmark.commands")

    return add


def landmark(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_a_function_is_a_command(plug) -> None:
    plug("wave", FUNCTION, "wave")
    assert landmark("wave", "--times", "2").stdout.split() == ["wave", "wave"]
    assert "Wave a hand" in landmark("--help").output


def test_a_typer_is_a_group_and_gets_what_the_house_prints_with(plug) -> None:
    plug("mine", GROUP)
    assert landmark("mine", "first").stdout == "done\n"
    shown = landmark("mine", "--help").output
    assert "Do the first thing" in shown
    assert "install-completion" not in shown


def test_what_an_import_prints_is_not_on_standard_output(plug) -> None:
    plug("mine", GROUP)
    assert "hello" not in landmark("mine", "first").stdout


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def f(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("x = 1", "AttributeError"),
        ("app = 7", "TypeError"),
    ],
)
def test_a_broken_command_says_why_and_breaks_no_other(plug, source, reason) -> None:
    plug("broken", source)
    plug("wave", FUNCTION, "wave")
    listed = landmark("--help")
    assert listed.exit_code == 0
    assert "Cannot be imported" in listed.output
    assert "Wave a hand" in listed.output
    assert landmark("wave").exit_code == 0
    failed = landmark("broken", "anything", "--at", "all")
    assert isinstance(failed.exception, HarnessError)
    assert str(failed.exception).startswith("broken (plugged_broken")
    assert reason in str(failed.exception)


def test_a_built_in_command_keeps_its_name(plug) -> None:
    plug("score", FUNCTION, "wave")
    assert "Wave" not in landmark("score", "--help").output
    assert landmark("--help").output.count("\n│ score ") == 1


def test_a_name_with_a_dot_is_a_command_of_a_built_in_group(plug) -> None:
    plug("data.wave", FUNCTION, "wave")
    assert landmark("data", "wave", "--times", "3").stdout.split() == ["wave"] * 3
    assert "Wave a hand" in landmark("data", "--help").output
    assert "Wave a hand" not in landmark("--help").output
    assert landmark("data.wave").exit_code == 2
    assert landmark("wave").exit_code == 2


def test_a_command_of_a_group_gets_what_the_house_prints_with(plug) -> None:
    source = "def tell(ctx):\n    'Tell.'\n    ctx.obj.say('told')\nimport typer\ntell.__annotations__ = {'ctx': typer.Context}"
    plug("data.tell", source, "tell")
    assert landmark("data", "tell").stdout == "told\n"


def test_a_built_in_command_of_a_group_keeps_its_name_and_a_broken_one_says_why(plug) -> None:
    plug("data.check", FUNCTION, "wave")
    plug("data.broken", "import no_such_module")
    assert "Wave" not in landmark("data", "check", "--help").output
    assert "Cannot be imported" in landmark("data", "--help").output
    failed = landmark("data", "broken")
    assert str(failed.exception).startswith("data.broken (plugged_data")


def test_a_name_that_nobody_brings_is_wrong_usage(plug) -> None:
    plug("wave", FUNCTION, "wave")
    assert landmark("waves").exit_code == 2


def test_nothing_is_imported_for_another_command(plug) -> None:
    plug("loud", "raise AssertionError")
    assert landmark("--version").exit_code == 0
    assert not any(name.startswith("plugged_loud") for name in sys.modules)


def test_the_commands_that_are_installed_import_nothing_heavy_to_be_listed() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from harness.cli.main import app; "
        "assert 'bench' in CliRunner().invoke(app, ['--help']).output; "
        "assert 'near-duplicates' in CliRunner().invoke(app, ['data', '--help']).output; "
        "print([m for m in ('numpy', 'pandas', 'numba', 'matplotlib', 'faiss') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
