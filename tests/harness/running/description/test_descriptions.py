"""Tests of `harness.running.description`: solutions are described without importing plug-ins in this process.

Subjects: `harness.running.description.descriptions`, `harness.running.description.describe`,
`harness.running.description.info`, `harness.running.description.inputs`,
`harness.running.description.inputs_process`, `harness.running.description.plugin`,
`harness.running.description.plugin_process`, `harness.running.description.process`,
`harness.running.description.request`, `harness.running.selection` and `harness.solution.inspection`.
"""

import os
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from harness.comparing.ablation import ablation_steps
from harness.comparing.entry_lookup import named_entries
from harness.delivery.choose_entry import choose_entry
from harness.errors import HarnessError, PluginError, SolutionError
from harness.running.batch import BatchOptions, plan_variants
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.description.info import describe_solution, summarise_solutions
from harness.running.description.plugin_process import read_replies
from harness.running.selection import select_variants
from harness.running.variants import Variant
from harness.solution import registry
from harness.solution.description import BUILT_IN, SolutionDescription
from harness.solution.registry import RegisteredSolution, register_file
from harness.solution.search_space import Span
from harness.supervision.process_end import ProcessLimits
from harness.tuning.study import open_study
from tests.factories.runs import make_runner

IDEA = '''"""Rank by nothing."""
import os
from dataclasses import dataclass
from typing import Annotated
from harness import HarnessError, Ranking, Retrieval, Span, Step
print("a word from the import")
@dataclass
class Idea(Retrieval):
    side: Annotated[int, Span(4, 32)] = 8  # pixels
    ablation_steps = (Step("small", {"side": 4}), Step("+ large", {"side": 16}))
    def __post_init__(self):
        if self.side == 13: os._exit(3)
    def check_parameters(self):
        if self.side == 14: raise HarnessError("side=14 is unlucky")
    def input_digests(self, data, queries): return [str(len(queries))]
    def input_notes(self, data, queries): return ["a note\\x07"]
    def fit(self, data): ...
    def rank(self, queries): ...
'''
FAILURES = {
    "leaves": ("import os; os._exit(7)", "its import ended its process with code 7"),
    "crashes": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "its import was ended by SIGSEGV"),
    "mute": (
        "class E(Exception):\n    def __str__(self): 1/0\nraise E",
        "line 3 cannot be imported: E: (its text cannot",
    ),
    "forges": (
        "import os, sys\npath = f'{sys.argv[1]}/replies.jsonl'\nos.unlink(path)\nos.symlink('/dev/zero', path)\nos._exit(0)",
        "its import ended its process with code 0",
    ),
    "lies": ("import sys, os\nopen(f'{sys.argv[1]}/replies.jsonl', 'w').write('{}\\n')\nos._exit(0)", "wrote into the"),
}


@pytest.fixture
def idea(tmp_path: Path) -> Path:
    path = tmp_path / "idea.py"
    path.write_text(IDEA)
    return path


def test_a_plug_in_that_fails_is_an_error_and_the_others_are_described(tmp_path: Path, idea: Path) -> None:
    for name, (code, _) in FAILURES.items():
        (tmp_path / f"{name}.py").write_text(code)
    specs = [
        *(str(tmp_path / f"{name}.py") for name in FAILURES),
        "hash",
        f"{idea}(side=13)",
        f"{idea}(side=9)",
        "hahs",
    ]
    *failed, built_in, exits, idea_9, unknown = SolutionDescriptions().attempt(specs)
    for (_, message), error in zip(FAILURES.values(), failed, strict=True):
        assert isinstance(error, PluginError)
        assert message in str(error)
    assert not isinstance(built_in, SolutionError)
    assert "its configuration ended its process with code 3" in str(exits)
    assert not isinstance(idea_9, SolutionError)
    assert (idea_9.identity, idea_9.arguments, idea_9.values) == ("idea(side=9)", {"side": 9}, {"side": 9})
    assert "did you mean 'hash'" in str(unknown)


def test_an_import_that_does_not_end_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text("while True: pass")
    descriptions = SolutionDescriptions(limits=ProcessLimits(timeout_s=0.5))
    for _ in range(2):  # the second time from memory
        with pytest.raises(PluginError, match=r"hangs.py: its import did not end within 0.5 s"):
            descriptions.configured(str(tmp_path / "hangs.py"))


def test_a_plug_in_is_described_as_a_built_in_solution_is(idea: Path, capsys: pytest.CaptureFixture[str]) -> None:
    about = SolutionDescriptions().solution(str(idea))
    assert capsys.readouterr() == ("", "a word from the import\n")
    assert (about.name, about.origin, about.task, about.doc) == ("idea", str(idea), "retrieval", "Rank by nothing.")
    (parameter,) = about.parameters
    assert (parameter.name, parameter.type, parameter.default, parameter.note) == ("side", "int", "8", "pixels")
    assert about.search_space() == {"side": Span(4, 32)}
    assert [(step.name, step.parameters) for step in about.steps] == [("small", {"side": 4}), ("+ large", {"side": 16})]
    assert set(about.overrides) == {"check_parameters", "input_digests", "input_notes"}
    assert about.files == (str(idea),)


def test_a_description_is_that_of_the_current_code(idea: Path) -> None:
    before = SolutionDescriptions().solution(str(idea))
    assert SolutionDescriptions().solution(str(idea)) is before
    idea.write_text(IDEA.replace("= 8", "= 9"))
    after = SolutionDescriptions().solution(str(idea))
    assert after.parameters[0].default == "9"
    assert after.code != before.code


def test_no_command_imports_a_plug_in(competition_folder: Path, workspace: Path, idea: Path) -> None:
    runner = make_runner(competition_folder)
    register = workspace / "solutions.json"
    for name in [each for each in sys.modules if each.startswith(f"{registry.PLUGINS}.idea")]:
        del sys.modules[name]  # of another test
    register_file(idea, register)
    assert {"name": "idea", "error": None}.items() <= {each["name"]: each for each in summarise_solutions(register)}[
        "idea"
    ].items()
    assert describe_solution("idea", register)["steps"] == ["small", "+ large"]
    assert "idea" in [variant.spec for variant in select_variants([], runner, "retrieval", lambda _: None)]
    (run,) = runner.plan(["idea(side=4)"])
    assert (run.identity, run.notes) == ("idea(side=4)", ("a note\\x07",))
    assert [spec for _, spec in ablation_steps("idea", register)] == ["idea(side=4)", "idea(side=16)"]
    assert choose_entry("idea", runner.competition, runner.workspace).spec == "idea"
    assert named_entries("idea(side=4)", [], register) == []
    assert open_study(runner, "idea").space == {"side": Span(4, 32)}
    assert not [name for name in sys.modules if name.startswith(f"{registry.PLUGINS}.idea")]


def test_a_wrong_value_is_said_before_the_run_and_a_failing_plug_in_stops_no_other(
    competition_folder: Path, workspace: Path, idea: Path
) -> None:
    runner = make_runner(competition_folder)
    with pytest.raises(SolutionError, match=r"idea\(side=14\): side=14 is unlucky"):
        runner.plan([f"{idea}(side=14)"])
    variants = [Variant(f"{idea}(side=13)"), Variant("first_images")]
    runs, failures = plan_variants(runner, variants, BatchOptions())
    assert [run.identity for run in runs.values()] == ["first_images"]
    assert list(failures) == [f"{idea}(side=13)"]
    with pytest.raises(PluginError):
        plan_variants(runner, variants[:1], BatchOptions())
    assert workspace.is_dir()


def test_the_tables_of_the_competition_cannot_be_read_at_import(competition_folder: Path, tmp_path: Path) -> None:
    table = competition_folder / "retrieval_solution.csv"
    (tmp_path / "thief.py").write_text(f"open({str(table)!r}).read()")
    with pytest.raises(PluginError, match=r"thief.py, line 1 cannot be imported: .*(Permission|must not open)"):
        SolutionDescriptions(competition=competition_folder).solution(str(tmp_path / "thief.py"))


def test_a_function_of_the_user_is_not_called_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_hash_of_user.py").write_text("def bits(image): ...")
    monkeypatch.chdir(tmp_path)
    assert SolutionDescriptions().configured("hash(kind='own_hash_of_user:bits')").solution.origin == BUILT_IN
    assert "own_hash_of_user" not in sys.modules


def test_an_entry_point_cannot_take_the_name_of_a_built_in_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("theirs", "solutions.retrieval.first_images", "landmark.solutions")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == "landmark.solutions" else [])
    with pytest.raises(PluginError, match="wrote into the files of landmark"):
        SolutionDescriptions().solution("theirs")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_replies_are_read_from_usual_files_only(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"one\ntwo\nhalf")
    (tmp_path / "link").symlink_to(tmp_path / "usual")
    os.mkfifo(tmp_path / "pipe")
    assert read_replies(tmp_path / "usual") == [b"one", b"two"]
    assert [read_replies(tmp_path / name) for name in ("link", "pipe", "missing")] == [[], [], []]


def test_every_built_in_solution_is_described() -> None:
    about = SolutionDescriptions().all()
    assert all(isinstance(each, SolutionDescription) for each in about.values())
    assert all(isinstance(each, RegisteredSolution) and each.is_built_in for each in about)
    with pytest.raises(HarnessError, match="no solution is named"):
        SolutionDescriptions().configured("no_such_solution")
