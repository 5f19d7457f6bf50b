"""Tests of `harness.submissions.validation.row_conversion`, `harness.submissions.validation.row_formats`,
`harness.submissions.validation.id_lookup` and `harness.data.tables.separators`.
"""

from pathlib import Path

import pytest

from harness.data.tables.separators import separator_of
from harness.submissions.repair.rewrite import RepairResult, repair_file
from harness.submissions.validation.fault_kinds import LIST_FORMAT
from harness.submissions.validation.id_lookup import IdLookup
from harness.submissions.validation.row_formats import RowRewriter
from harness.submissions.validation.validate import validate
from tests.factories.submission_files import write_tables

REST = ["q1,", "both,", "日本,"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tmp_path_factory.mktemp("formats") / "competition")


def repair(folder: Path, text: str, task: str | None = None) -> tuple[RepairResult, list[str]]:
    path, out = folder / "s.csv", folder / "s.fixed.csv"
    path.write_text(text, encoding="utf-8")
    result = repair_file(path, out, folder, task, force=True)
    return result, out.read_text(encoding="utf-8").splitlines()[1:]


def kinds_of(folder: Path, text: str, task: str | None = None) -> dict[str, tuple[int, int, str]]:
    (folder / "s.csv").write_text(text, encoding="utf-8")
    report = validate(folder / "s.csv", folder, task)
    return {fault.kind.name: (fault.count, fault.line, fault.example) for fault in report.faults}


@pytest.mark.parametrize(
    "row",
    [
        'q,"[a, b1]"',
        "q,\"['a', 'b1']\"",
        'q,"[""a"", ""b1""]"',
        "q,['a', 'b1']",
        "q,a,b1",
        'q,"a","b1"',
        'q,"a,b1"',
        'q,"a;b1"',
        "q,a|b1",
        'q,"a\tb1"',
        'q,"(a b1)"',
        "q,{a b1}",
        "q;a b1",
        "q,index/a.jpg index/b1.PNG",
        "q.jpg,a b1",
        *("Q,A B1", "test/q.JPG,a/b1", "'q',a b1", "b'q',a b1", "q\u200b,a b1", "['q'],a b1", "='q',a+b1"),
        *("https://x.org/q.jpg?w=1,a.heic b1.jpg.jpg", "q,a:0.9 b1:0.8", "q,array(['a' 'b1'])"),
        *(
            "q,np.str_('a') np.str_('b1')",
            "q,a\u200b b1",
            'q,"a，b1"',
            "q,a-b1",
            "q,\"Index(['a', 'b1'], dtype=object)\"",
        ),
    ],
)
def test_a_list_of_any_usual_format_is_rewritten_with_blanks(folder: Path, row: str) -> None:
    result, rows = repair(folder, f"id,images\n{row}\n")
    assert rows == ["q,a b1", *REST]
    assert result.is_complete
    assert {fault.kind.name for fault, _ in result.repaired_faults()} > {"missing query"}


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_of_columns_is_named_and_replaced(folder: Path, separator: str, name: str) -> None:
    for header in ("id,images\n", ""):
        text = f"{header}q,a b1\nq1,a\nboth,\n日本,a\n".replace(",", separator)
        (folder / "s.csv").write_text(text, encoding="utf-8")
        report = validate(folder / "s.csv", folder)
        assert f"columns separated by {name} in place of commas: {len(text.splitlines())}" in "".join(report.lines())
        assert report.n_answered == 3
        result, rows = repair(folder, text)
        assert rows == ["q,a b1", "q1,a", "both,", "日本,a"]
        assert result.is_complete


@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
@pytest.mark.parametrize(("column", "answer"), [("images", "a b1"), ("landmarks", "7 0.5")])
@pytest.mark.parametrize("first", ["quotes", "sep"])
def test_columns_as_spreadsheets_write_them_are_replaced(
    folder: Path, separator: str, column: str, answer: str, first: str
) -> None:
    text = f'"id","{column}"\n"q","{answer}"\n'.replace(",", separator)
    text = text if first == "quotes" else f"sep={separator}\r\n" + text.replace('"', "")
    result, rows = repair(folder, text)
    assert rows == [f"q,{answer}", *REST]
    assert result.is_complete


def test_a_header_in_the_middle_is_removed(folder: Path) -> None:
    result, rows = repair(folder, "id,images\nq,a\nid,images\nq1,b1\n")
    assert rows == ["q,a", "q1,b1", *REST[1:]]
    assert result.is_complete
    assert kinds_of(folder, "id,images\nq,a\nid,images\nq1,b1\n")["repeated header"] == (1, 3, "'id,images'")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('q,"7, 0.5"', "q,7 0.5"),
        ("q,7,0.5", "q,7 0.5"),
        ("q,7:0.5", "q,7 0.5"),
        ("q,[7 0.5]", "q,7 0.5"),
        ('q,"(7, 0.5)"', "q,7 0.5"),
        ('q,"7 0,5"', "q,7 0.5"),
        ('q,7 "0,5"', "q,7 0.5"),
        ("q,7\t0.5", "q,7 0.5"),
        ('q,"7,10 0.5"', 'q,"7,10 0.5"'),
        ('q,"a ""b"", c"', 'q,"a ""b"", c"'),
    ],
)
def test_labels_are_rewritten_only_if_they_have_one_meaning(folder: Path, row: str, expected: str) -> None:
    result, rows = repair(folder, f"id,landmarks\n{row}\n", "recognition")
    assert rows == [expected, *REST]
    assert result.is_complete == (expected == "q,7 0.5")
    again, same = repair(folder, "id,landmarks\n" + "\n".join(rows) + "\n", "recognition")
    assert (same, again.repaired_faults(), again.quirks) == (rows, [], [])


def test_validate_names_what_was_meant(folder: Path) -> None:
    text = 'id,images\nq,"[a, b1]"\nq1,a,b1\nboth,a.jpg\nno.jpg,a\n日本.jpg,no.jpg\n'
    assert kinds_of(folder, text) == {
        "list format": (2, 2, "'[a, b1]'"),
        "spread answer": (1, 3, "'a,b1'"),
        "file names": (1, 4, "'a.jpg'"),
        "unknown query": (1, 5, "'no.jpg'"),
        "file name queries": (1, 6, "'日本.jpg'"),
        "unknown image": (1, 6, "'no.jpg'"),
    }


def test_a_comma_within_quotes_is_shown_as_it_is(folder: Path) -> None:
    assert kinds_of(folder, 'id,landmarks\nq,"a, b"\n', "recognition")["malformed"] == (1, 2, "'a, b'")


def test_a_query_that_loses_its_answer_is_reported(folder: Path) -> None:
    result, rows = repair(folder, "id,images\nq,x y\nq1,a x\nboth,both\n日本,\n")
    assert rows == ["q,", "q1,a", "both,", "日本,"]
    assert not result.is_complete
    (line,) = [line for line in result.lines() if "not repaired" in line]
    assert line.endswith(
        "queries without an answer now, because no entry of it was valid: 1, first 'q': 'x y'; check that the ids are "
        "those of this competition"
    )
    assert result.document()["lost"] == 1


def test_cells_of_other_columns_stay(folder: Path) -> None:
    assert repair(folder, 'images,id,Usage\n"a,b1",q,Public\n')[1] == ["q,a b1", *REST]


def test_without_an_index_several_cells_are_not_joined() -> None:
    rewriter = RowRewriter("retrieval", None, None)
    assert rewriter.rewrite(["q", "a", "b"]) is None
    assert rewriter.rewrite(["q", "[a,b]"]) == (["q", "a b"], rewriter.rewrite(["q", "a,b"])[1])
    assert [separator_of(line) for line in ("id;images", "id,images", "id|images", "id")] == [";", None, "|", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("a", "a"), ("A", "a"), ("A.JPG", "a"), ("x/a.tif", "a"), ("'a'", "a"), ("\ufeffa", "a"), ("a.csv", None)),
        *(("7", "007"), ("7.0", "007"), ("7E+00", "007"), ("7.5", None), ("8", "8"), ("08", "8"), ("9", None)),
        *(("Ab", "Ab"), ("AB", None), ("", None), ("b", None), (".jpg", None), ("x" * 999 + "/a", "a")),
    ],
)
def test_an_id_is_found_by_another_spelling_if_only_one_fits(text: str, expected: str | None) -> None:
    assert IdLookup(["a", "007", "8", "09", "9.0", "009", "Ab", "aB"]).find(text) == expected


def test_numbers_that_could_be_scores_or_positions_are_not_dropped() -> None:
    rewriter = RowRewriter("retrieval", None, IdLookup(["12", "13", "a"]))
    for text in ("12:13", "0 4", "a 0.9", "5"):
        assert rewriter.rewrite(["q", text]) == (["q", text], [])


def test_ids_with_brackets_stay() -> None:
    rewriter = RowRewriter("retrieval", None, IdLookup({"[a]", "b(1)"}))
    assert rewriter.rewrite(["q", "[a]"]) == (["q", "[a]"], [])
    assert rewriter.rewrite(["q", "[b(1), [a]]"]) == (["q", "b(1) [a]"], [LIST_FORMAT])
    assert RowRewriter("retrieval", None, None).rewrite(["q", "a(1) b:2"]) == (["q", "a(1) b:2"], [])


@pytest.mark.parametrize("text", ['id;images\nq;"a\n', "id;images\n\x00;\n", "\ufeffid;images\nq;a\n"])
def test_a_damaged_file_with_semicolons_raises_no_other_error(folder: Path, text: str) -> None:
    assert kinds_of(folder, text)
