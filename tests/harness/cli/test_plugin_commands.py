"""Tests of `harness.cli.plugin_commands`: a broken plug-in explains itself and breaks no other command."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer

from harness.cli import plugin_commands
from harness.errors import HarnessError
from tests.cli import modules_after, run_command

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
    """A function that adds an entry point for the source of a module."""
    points: dict[str, EntryPoint] = {}
    monkeypatch.setattr(plugin_commands, "_entry_points", lambda: points)
    monkeypatch.syspath_prepend(tmp_path)

    def add(name: str, source: str, attribute: str = "app") -> None:
        module = f"plugin_{name}_{len(points)}_{tmp_path.name}".replace("-", "_").replace(".", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        points[name] = EntryPoint(name, f"{module}:{attribute}", "landmark.commands")

    return add


def test_a_function_is_a_command(plug) -> None:
    plug("wave", FUNCTION, "wave")
    assert run_command("wave", "--times", "2").stdout.split() == ["wave", "wave"]
    assert "Wave a hand" in run_command("--help").output


def test_a_typer_is_a_group_and_gets_the_command_context(plug) -> None:
    plug("mine", GROUP)
    assert run_command("mine", "first").stdout == "done\n"
    result = run_command("mine", "--help").output
    assert "Do the first thing" in result
    assert "install-completion" not in result


def test_the_output_of_an_import_is_not_on_standard_output(plug) -> None:
    plug("mine", GROUP)
    assert "hello" not in run_command("mine", "first").stdout


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
def test_a_broken_command_explains_itself_and_breaks_no_other(plug, source, reason) -> None:
    plug("broken", source)
    plug("wave", FUNCTION, "wave")
    listed = run_command("--help")
    assert listed.exit_code == 0
    assert "Cannot be imported" in listed.output
    assert "Wave a hand" in listed.output
    assert run_command("wave").exit_code == 0
    failed = run_command("broken", "anything", "--at", "all")
    assert isinstance(failed.exception, HarnessError)
    assert str(failed.exception).startswith("broken (plugin_broken")
    assert reason in str(failed.exception)


def test_a_built_in_command_keeps_its_name(plug) -> None:
    plug("score", FUNCTION, "wave")
    assert "Wave" not in run_command("score", "--help").output
    assert run_command("--help").output.count("\n│ score ") == 1


def test_a_name_with_a_dot_is_a_command_of_a_built_in_group(plug) -> None:
    plug("data.wave", FUNCTION, "wave")
    assert run_command("data", "wave", "--times", "3").stdout.split() == ["wave"] * 3
    assert "Wave a hand" in run_command("data", "--help").output
    assert "Wave a hand" not in run_command("--help").output
    assert run_command("data.wave").exit_code == 2
    assert run_command("wave").exit_code == 2


def test_a_command_of_a_group_gets_the_command_context(plug) -> None:
    source = "def greet(ctx):\n    'Greet.'\n    ctx.obj.say('hello')\nimport typer\ngreet.__annotations__ = {'ctx': typer.Context}"
    plug("data.greet", source, "greet")
    assert run_command("data", "greet").stdout == "hello\n"


def test_a_built_in_command_of_a_group_keeps_its_name(plug) -> None:
    plug("data.check", FUNCTION, "wave")
    plug("data.broken", "import no_such_module")
    assert "Wave" not in run_command("data", "check", "--help").output
    assert "Cannot be imported" in run_command("data", "--help").output
    failed = run_command("data", "broken")
    assert str(failed.exception).startswith("data.broken (plugin_data")


def test_an_unknown_name_is_wrong_usage(plug) -> None:
    plug("wave", FUNCTION, "wave")
    assert run_command("waves").exit_code == 2


def test_a_plug_in_is_not_imported_for_another_command(plug) -> None:
    plug("loud", "raise AssertionError")
    assert run_command("--version").exit_code == 0
    assert not any(name.startswith("plugin_loud") for name in sys.modules)


def test_listing_the_installed_commands_imports_no_heavy_dependency() -> None:
    imported = modules_after(
        "from typer.testing import CliRunner; from harness.cli.main import app; "
        "assert 'bench' in CliRunner().invoke(app, ['--help']).output; "
        "assert 'near-duplicates' in CliRunner().invoke(app, ['data', '--help']).output"
    )
    assert not imported & {"numpy", "pandas", "numba", "matplotlib", "faiss"}


def test_help_joins_the_lines_of_a_paragraph() -> None:
    app = typer.Typer()

    @app.command()
    def wave() -> None:
        """Wave.

        With one
        hand.
        """

    plugin_commands.join_help_lines(app)
    assert app.registered_commands[0].help == "Wave.\n\nWith one hand."
