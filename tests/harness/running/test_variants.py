"""Tests of `harness.running.variants`."""

import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from harness.errors import HarnessError
from harness.running.batch import MAX_RUNS, BatchOptions, plan_variants
from harness.running.description.descriptions import SolutionDescriptions
from harness.running.variants import MAX_VARIANTS, Variant, expand_variants, read_variants
from tests.factories.solutions import write_obedient

DESCRIPTIONS = SolutionDescriptions()


def variants_of(folder: Path, text: str) -> list[Variant]:
    (folder / "v.toml").write_text(text)
    return read_variants(folder / "v.toml", DESCRIPTIONS)


def test_lists_of_values_make_all_combinations_in_their_order(tmp_path: Path) -> None:
    text = """
    [[run]]
    solution = "hash"
    seeds = 3
    name = "small"
    parameters.kind = ["dct", "average"]
    parameters.threshold = [10, 20]

    [[run]]
    solution = "first_images"
    """
    specs = [f"hash(kind={kind!r}, threshold={bits})" for kind in ("dct", "average") for bits in (10, 20)]
    assert variants_of(tmp_path, text) == [*(Variant(spec, 3, "small") for spec in specs), Variant("first_images")]


def test_a_file_of_code_is_looked_up_beside_the_toml_file(tmp_path: Path) -> None:
    path = write_obedient(tmp_path)
    (variant,) = variants_of(tmp_path, '[[run]]\nsolution = "obedient.py"\n[run.parameters]\ndo = "answer"\n')
    assert variant.spec == f"{path}(do='answer')"


def test_specs_and_files_are_mixed(tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_text('[[run]]\nsolution = "hash"\n')
    assert expand_variants(["first_images", str(tmp_path / "v.toml")], DESCRIPTIONS) == [
        Variant("first_images"),
        Variant("hash"),
    ]


RUN = '[[run]]\nsolution = "hash"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no runs"),
        ("run = 3", "has no runs"),
        ("[[runs]]\nsolution = 'hash'", "unknown key 'runs'"),
        ("[[run]]\nsolution = ]", "is no valid TOML: .*line 2"),
        ("[[run]]\nname = 'a'", "line 1: solution must be"),
        ("[[run]]\nsolution = \"hash(kind='dct')\"", "line 2: solution must be"),
        ("[[run]]\nsolution = 'hahs'", "line 2: no solution is named 'hahs'; did you mean 'hash'"),
        (f"{RUN}kind = 'dct'", r"line 3: unknown key 'kind'; .* parameters.kind = "),
        (f"{RUN}parameters = 3", "line 3: parameters must be written as"),
        (f"{RUN}parameters.kid = 'dct'", "line 2: hash has no parameter 'kid'"),
        (f"{RUN}parameters.kind = 'sct'", "v.toml, line 2: .*'sct'"),
        (f"{RUN}parameters.kind = []", "line 3: kind has no values"),
        (f"{RUN}parameters.kind = ['dct', 'dct']", "line 3: kind has the value 'dct' twice"),
        (f"{RUN}parameters.threshold = inf", "line 3: threshold must be a text, a number"),
        (f"{RUN}parameters.threshold = 2026-01-01", "line 3: threshold must be a text, a number"),
        (f"{RUN}parameters.threshold = {{a = 1}}", "line 3: threshold must be a text, a number"),
        (f"{RUN}parameters.'kind=1, x' = 1", "is no name of a parameter"),
        (f"{RUN}seeds = 0", "line 3: seeds must be a whole number from 1"),
        (f"{RUN}seeds = true", "line 3: seeds must be a whole number from 1"),
        (f"{RUN}name = '''a\nb'''", "line 3: name must be a text of one line"),
        (f"{RUN}\n{RUN}parameters.kind = ['dct', 'average']", "line 5: hash.* is the same as in line 2"),
        (f"{RUN}parameters.threshold = {list(range(MAX_VARIANTS + 1))}", "1001 variants, more than 1000"),
    ],
)
def test_what_is_not_understood_is_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message) as caught:
        variants_of(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'v.toml'}")
    assert "\n" not in str(caught.value)


def test_too_many_runs_are_refused_before_any_is_planned() -> None:
    variants = [Variant("hash", seeds=MAX_RUNS), Variant("nearest")]
    with pytest.raises(HarnessError, match="2 variants with their seeds are 10001 runs, more than 10000"):
        plan_variants(Mock(plan=Mock(side_effect=AssertionError)), variants, BatchOptions())


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"none.toml: cannot be read"):
        read_variants(tmp_path / "none.toml", DESCRIPTIONS)
    (tmp_path / "v.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(HarnessError, match=r"v.toml: is not UTF-8"):
        read_variants(tmp_path / "v.toml", DESCRIPTIONS)
    with pytest.raises(HarnessError, match=r"cannot be read"):
        read_variants(tmp_path, DESCRIPTIONS)


def test_what_never_ends_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "zeros.toml").symlink_to("/dev/zero")
    for name in ("pipe.toml", "zeros.toml"):
        with pytest.raises(HarnessError, match=rf"{name}: cannot be read: not a regular file"):
            read_variants(tmp_path / name, DESCRIPTIONS)


@pytest.mark.parametrize(
    ("number", "message"),
    [("9" * 5000, "is no valid TOML"), ("0x" + "f" * 5000, "line 3: size must be"), (str(2**63), "line 3: size must")],
)
def test_an_integer_beyond_64_bits_is_one_line(tmp_path: Path, number: str, message: str) -> None:
    with pytest.raises(HarnessError, match=message) as caught:
        variants_of(tmp_path, f"{RUN}parameters.size = {number}")
    assert len(str(caught.value)) < 300 + len(str(tmp_path))


def test_the_file_of_the_document_is_read(tmp_path: Path) -> None:
    document = (Path(__file__).parents[3] / "docs" / "running.md").read_text(encoding="utf-8")
    text = document.partition("```toml\n")[2].partition("```")[0]
    variants = variants_of(tmp_path, text)
    assert len(variants) == 5
    assert variants[-1] == Variant("softmax_entropy", 3, "three seeds")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_bytes(b"\xef\xbb\xbf[[run]]\r\nsolution = 'hash'\r\n")
    assert read_variants(tmp_path / "v.toml", DESCRIPTIONS) == [Variant("hash")]
