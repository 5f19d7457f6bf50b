"""`landmark bench searchers` at a small size: what it prints, draws, refuses and concludes.

Tests of `tools.searcher_benchmark.command`, `tools.searcher_benchmark.measuring`, `tools.searcher_benchmark.code_sets`,
`tools.searcher_benchmark.break_even`, `tools.searcher_benchmark.report`, `tools.searcher_benchmark.picture` and
`tools.searcher_benchmark.searchers`.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from harness.errors import HarnessError
from harness.installation import install_command
from solutions.hashing.search.index_structures.bit_sampling import BitSampling
from solutions.hashing.search.index_structures.metric_tree import BKTree
from solutions.hashing.search.index_structures.scan import Scan
from tests.cli import run_command
from tools.searcher_benchmark import code_sets, measuring
from tools.searcher_benchmark import searchers as roster
from tools.searcher_benchmark.break_even import break_evens
from tools.searcher_benchmark.measuring import BenchLimits, BenchResults, Measurement, SkippedSearcher, measure_all
from tools.searcher_benchmark.report import report_lines

SMALL = ("--sizes", "50,300", "--queries", "5", "--limit", "0.5")


@pytest.fixture(autouse=True)
def _one_run_a_repeat(monkeypatch) -> None:
    monkeypatch.setattr(measuring, "_LEAST_S", 0.0)


def bench(*words: object) -> Result:
    return run_command("bench", "searchers", *words)


def test_every_searcher_is_measured_on_every_kind_and_size() -> None:
    result = json.loads(bench(*SMALL, "--json").stdout)
    names = [each.name for each in roster.all_searchers()]
    measured = [(each["codes"], each["n"], each["searcher"]) for each in result["measured"]]
    assert measured == [(c, n, name) for c in ("uniform", "clustered", "few") for n in (50, 300) for name in names]
    assert all(each["recall"] == 1 for each in result["measured"] if each["exact"])
    assert all(each["queries_per_s"] > 0 and each["n_queries"] == 5 for each in result["measured"])
    assert len(result["findings"]) == 3 * (len(names) - 1)
    assert result["k"] == 100


def test_the_table_and_the_findings_are_printed() -> None:
    shown = bench(*SMALL, "--distributions", "uniform").stdout
    assert "uniform: 50 codes\n" in shown
    assert "uniform: 300 codes\n" in shown
    assert "recall@100" in shown
    assert "MultiIndex " in shown
    assert re.search(r"BKTree is (never )?faster than the scan", shown)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--sizes", "ten"], "'ten' is not a list of sizes"),
        (["--sizes", "0"], "is not a list of sizes"),
        (["--codes", "a.txt", "--on", "."], "choose one of --codes and --on"),
        (["--distributions", "uniform,normal"], "'normal' is not one of uniform, clustered, few"),
    ],
)
def test_wrong_usage_is_an_error(words, reason) -> None:
    refused = bench(*words)
    assert refused.exit_code == 2
    assert reason in " ".join(refused.output.replace("│", " ").split())


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    out = tmp_path / "searchers.png"
    assert bench(*SMALL, "--distributions", "uniform,few", "--out", out).exit_code == 0
    with Image.open(out) as picture:
        assert picture.width > 1000
    assert [each.name for each in tmp_path.iterdir()] == ["searchers.png"]


def test_a_name_that_looks_like_a_formula_is_drawn_as_it_is(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    codes = "\n".join(f"{code:016x}" for code in range(30))
    (tmp_path / "a$\\frac{$.txt").write_text(codes, encoding="utf-8")
    drawn = bench("--sizes", "9", "--codes", tmp_path / "a$\\frac{$.txt", "--out", tmp_path / "a.svg")
    assert drawn.exit_code == 0
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_without_matplotlib_one_line_says_what_to_install_before_anything_is_measured(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(measuring, "measure_all", None)
    refused = bench("--out", tmp_path / "searchers.png")
    assert isinstance(refused.exception, HarnessError)
    assert install_command("plots") in str(refused.exception)


@pytest.mark.parametrize(("name", "reason"), [("a.gif", "ends in .png"), ("no/a.png", "no such folder")])
def test_a_picture_that_cannot_be_written_is_refused_at_once(tmp_path, name, reason) -> None:
    refused = bench("--out", tmp_path / name)
    assert isinstance(refused.exception, HarnessError)
    assert reason in str(refused.exception)


@pytest.mark.usefixtures("workspace")
def test_the_codes_of_a_competition_are_searched_in_its_available_sizes(competition_folder: Path) -> None:
    result = json.loads(bench("--sizes", "3,100000", "--on", competition_folder, "--json").stdout)
    assert {each["codes"] for each in result["measured"]} == {"competition, average"}
    sizes = sorted({each["n"] for each in result["measured"]})
    assert sizes[0] == 3
    assert 3 < sizes[1] < 100


def test_codes_come_from_a_file_and_a_tenth_of_them_are_queries(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(0, 2**64, 50, np.uint64)
    np.save(tmp_path / "codes.npy", codes)
    (tmp_path / "codes.txt").write_text("\n".join(f"{code:016x}" for code in codes), encoding="utf-8")
    for name in ("codes.npy", "codes.txt"):
        result = code_sets.codes_of_file(tmp_path / name, 0)
        index, queries = result.draw(1000, 1000)
        assert result.sizes([10, 1000, 2000]) == [10, 45]
        assert len(queries) == 5
        assert sorted([*index, *queries]) == sorted(codes)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"0123456789abcdef\n0123\n", "code 2 is '0123'"),
        ("a.txt", b"0123456789abcdef", "has 1 codes"),
        ("a.txt", b"\xff\x1b[31m", "code 1 is"),
        ("a.npy", b"not an array", "not a one-dimensional array of uint64"),
        ("a.npy", b"", "not a one-dimensional array of uint64"),
    ],
)
def test_a_file_that_holds_no_codes_is_refused_in_one_line(tmp_path, name, content, reason) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HarnessError, match=reason) as refused:
        code_sets.codes_of_file(tmp_path / name, 0)
    assert str(refused.value).isprintable()


def test_an_array_of_another_type_or_of_objects_is_refused(tmp_path) -> None:
    for array in (np.zeros(3), np.zeros((2, 2), np.uint64), np.array([{}, {}])):
        np.save(tmp_path / "a.npy", array)
        with pytest.raises(HarnessError, match="not a one-dimensional array of uint64"):
            code_sets.codes_of_file(tmp_path / "a.npy", 0)


@pytest.mark.parametrize("name", ["uniform", "clustered", "few"])
def test_the_same_seed_gives_the_same_codes(name) -> None:
    first, again, other = (code_sets.random_codes(name, seed).draw(1000, 10) for seed in (1, 1, 2))
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert [len(codes) for codes in first] == [1000, 10]


def test_clusters_differ_by_four_bits_a_code_and_few_codes_are_few() -> None:
    index, queries = code_sets.random_codes("clustered", 0).draw(2000, 100)
    nearest = np.bitwise_count(queries[:, None] ^ index).min(axis=1)
    assert 1 < nearest.mean() < 8
    assert len(np.unique(code_sets.random_codes("few", 0).draw(50_000, 10)[0])) == 256


def ignore(*_: object) -> None:
    pass


def test_recall_counts_codes_at_the_distance_of_the_last_true_neighbour() -> None:
    distances = np.array([[0, 3, 3], [1, 5, 255]], np.uint8)
    assert measuring._recall(distances, np.array([3, 4], np.uint8), 3) == pytest.approx((3 + 1) / 6)


def test_a_searcher_that_exceeds_the_limit_is_left_out_of_larger_sizes(monkeypatch) -> None:
    class Slow(BKTree):
        def _build(self, codes) -> None:
            clock[0] += 2 * (len(codes) > 250)
            super()._build(codes)

    clock = [0.0]
    monkeypatch.setattr(measuring.time, "process_time", lambda: clock.__setitem__(0, clock[0] + 0.01) or clock[0])
    sets = [code_sets.random_codes("uniform", 0), code_sets.random_codes("few", 0)]
    result = measure_all(sets, [250, 300, 400], 3, [Scan(), Slow()], BenchLimits(1.0), ignore)
    assert [(each.codes, each.n, each.searcher) for each in result.left_out] == [
        ("uniform", 400, "Slow"),
        ("few", 400, "Slow"),
    ]
    assert "building took 2 s of 1 at 300" in result.left_out[0].why
    assert sum(each.searcher == "Slow" for each in result.measured) == 4


def test_queries_are_searched_in_batches() -> None:
    asked = []

    class Listening(BKTree):
        def search(self, queries, k=100):
            asked.append(len(queries))
            return super().search(queries, k)

    measure_all([code_sets.random_codes("uniform", 0)], [50], 7, [Listening()], BenchLimits(9.0, batch=3), ignore)
    assert set(asked[1:]) == {3, 1}
    assert asked[-3:] == [3, 3, 1]


def test_the_scan_is_never_left_out() -> None:
    result = measure_all(
        [code_sets.random_codes("uniform", 0)], [100, 200], 5, [Scan(), BKTree()], BenchLimits(1e-12), ignore
    )
    assert [each.searcher for each in result.measured] == ["Scan", "BKTree", "Scan"]
    assert len(break_evens(result)) == 1


def test_a_slow_search_is_measured_on_fewer_queries(monkeypatch) -> None:
    class Slow(BKTree):
        def _search(self, queries, k, positions, distances) -> int:
            clock[0] += 0.1 * len(queries)
            return super()._search(queries, k, positions, distances)

    clock = [0.0]
    monkeypatch.setattr(measuring.time, "process_time", lambda: clock[0])
    result = measure_all([code_sets.random_codes("uniform", 0)], [250], 40, [Slow()], BenchLimits(1.6), ignore)
    (only,) = result.measured
    assert only.n_queries == 5
    assert only.queries_per_s == pytest.approx(10)
    assert only.whole_s == pytest.approx(4)


def measured(n: int, searcher: str, speed: float, recall: float = 1.0) -> Measurement:
    return Measurement("codes", n, searcher, True, recall, speed, 0.0, 1.0, 1.0, 5, 0.1)


@pytest.mark.parametrize(
    ("speeds", "says"),
    [
        ([1, 5, 20], "Tree is faster than the scan from 1,000 codes on (recall 0.8; 2 × at 10,000)"),
        ([30, 20, 20], "Tree is faster than the scan from 100 codes on (recall 0.7; 2 × at 10,000)"),
        ([30, 3, 5], "Tree is faster than the scan only at 100 (recall 0.7; 0.5 × at 10,000)"),
        ([3, 4, 10], "Tree is never faster than the scan (recall 0.7; 1 × at 10,000)"),
    ],
)
def test_the_findings_name_the_size_above_which_a_searcher_is_faster(speeds, says) -> None:
    sizes = [100, 1000, 10_000]
    scans = [measured(n, "Scan", speed) for n, speed in zip(sizes, [10, 4, 10], strict=True)]
    trees = [
        measured(n, "Tree", speed, recall) for n, speed, recall in zip(sizes, speeds, (0.7, 0.8, 0.9), strict=True)
    ]
    (told,) = break_evens(BenchResults([*scans, *trees]))
    assert told.text == says


def test_measurements_that_are_left_out_are_listed_below_the_table() -> None:
    results = BenchResults(
        [measured(9, "Scan", 1)], [SkippedSearcher("codes", 9, "Tree", "the search took 7 s of 5 at 3")]
    )
    assert "  Tree is skipped: the search took 7 s of 5 at 3" in list(report_lines(results, []))


def test_an_approximate_searcher_that_finds_everything_has_recall_1() -> None:
    result = measure_all(
        [code_sets.random_codes("few", 0)], [100], 5, [BitSampling(tables=300, bits=1)], BenchLimits(1.0), ignore
    )
    assert result.measured[0].recall == 1
