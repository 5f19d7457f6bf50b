"""Tests of `harness.solution.description_reply`, `harness.solution.description` and `harness.solution.plain_value`."""

import json

import pytest

from harness.errors import PluginError, SolutionError
from harness.solution.ablation_step import Step
from harness.solution.description import ConfiguredSolution, ParameterDescription, SolutionDescription
from harness.solution.description_reply import ClassReply, ConfigurationReply, ErrorReply, read_reply, write_reply
from harness.solution.plain_value import is_plain
from harness.solution.search_space import Among, Span

ABOUT = SolutionDescription(
    name="idea",
    origin="idea.py",
    task="retrieval",
    doc="Rank by nothing.\n\nSource: none.",
    parameters=(
        ParameterDescription("side", "int", "8", Span(4, 32), "pixels"),
        ParameterDescription("kind", "str", None, Among("a", ("b", None))),
    ),
    modules=("xgboost",),
    needs_labels=True,
    steps=(Step("small", {"side": 4}, 0.5),),
    overrides=("describe",),
    files=("/tmp/\udcff/idea.py",),
    code="0" * 64,
)
CONFIGURED = ConfiguredSolution(
    "idea.py", ABOUT, "idea(side=9)", {"side": 9}, {"side": 9, "kind": ("a", 1.5)}, ("kind",)
)


def read(described: SolutionDescription | ConfiguredSolution | SolutionError, **changes: object) -> object:
    document = json.loads(write_reply(described))
    document["reply"] |= changes
    return read_reply(json.dumps(document).encode())


def test_a_description_reads_back_equal() -> None:
    reply, configuration = read(ABOUT), read(CONFIGURED)
    assert isinstance(reply, ClassReply)
    again = reply.description("idea.py")
    assert repr(again) == repr(ABOUT)
    assert again.summary == "Rank by nothing."
    assert again.needed_parameters == ["kind"]
    assert [*again.search_space()] == ["side", "kind"]
    assert isinstance(configuration, ConfigurationReply)
    assert configuration.configured("idea.py", ABOUT) == CONFIGURED


def test_an_error_reads_back_as_one_of_its_kind() -> None:
    for error in (PluginError("its import failed"), SolutionError("there is no parameter")):
        reply = read(error)
        assert isinstance(reply, ErrorReply)
        assert type(reply.error()) is type(error)
        assert str(reply.error()) == str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "both"}, {"doc": 5}, {"doc": "x" * 300_000}, {"parameters": [[]] * 5}, {"modules": ["x"] * 2000},
        {"steps": None}, {"code": "../../etc"}, {"more": 1}, {"kind": "error"}, {"needs_labels": "yes"},
    ],
)  # fmt: skip
def test_a_reply_with_anything_else_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(PluginError, match="wrote into the files of landmark"):
        read(ABOUT, **changes)


@pytest.mark.parametrize("line", [b"", b"{}", b"[" * 100_000, b"\xff", b"null", b'{"reply": 3}', b"NaN"])
def test_a_line_that_is_no_reply_is_refused(line: bytes) -> None:
    with pytest.raises(PluginError):
        read_reply(line)


@pytest.mark.parametrize("identity", ["hash", "idea(", "idea\n", "idea2(side=9)", "", "ideas"])
def test_a_solution_cannot_have_the_identity_of_another(identity: str) -> None:
    reply = read(CONFIGURED, identity=identity)
    assert isinstance(reply, ConfigurationReply)
    with pytest.raises(SolutionError):
        reply.configured("idea.py", ABOUT)


@pytest.mark.parametrize("text", ["f()", "[" * 5000, "{[]: 1}", "1 +", "9" * 5000, "\x00", "nan"])
def test_a_value_that_is_no_literal_is_refused(text: str) -> None:
    reply = read(CONFIGURED, values={"side": text})
    assert isinstance(reply, ConfigurationReply)
    with pytest.raises(SolutionError, match="is no plain value"):
        reply.configured("idea.py", ABOUT)


def test_a_description_that_is_too_long_is_an_error() -> None:
    long = ParameterDescription("side", "int", "8" * 50_000)
    reply = read_reply(write_reply(SolutionDescription("idea", "", "retrieval", "", (long,))).encode())
    assert isinstance(reply, ErrorReply)
    assert "its description has a wrong parameters" in reply.message or "default" in reply.message


def test_a_value_is_plain_if_its_text_is_always_the_same() -> None:
    class Text(str):
        __slots__ = ()

    plain = (None, True, 3, 1.5, 1j, "a", b"a", (1, ["b", {"c": None}]))
    assert all(map(is_plain, plain))
    nested: object = ()
    for _ in range(50):
        nested = (nested,)
    assert not any(map(is_plain, ({1}, frozenset(), float("inf"), float("nan"), ..., Text("a"), object(), nested)))
