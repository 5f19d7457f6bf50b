"""Solutions by hashes take them from functions and from tables. Tests of `solutions.hashing.hash_sources`."""

from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image

from harness.data.competition import Competition
from harness.data.split import own_split
from harness.errors import HarnessError
from harness.running.description.descriptions import SolutionDescriptions
from harness.solution.base import Retrieval
from harness.solution.registry import load_solution
from harness.submissions.read_write import write_submission
from harness.tuning.study import _search_space
from solutions.hashing.hash_sources import open_table
from solutions.retrieval.hash import Hash
from solutions.retrieval.mean_hash import MeanHash
from tests.factories.competitions import image_id, image_path, make_competition
from tests.factories.runs import make_runner
from tools.hash_table.columns import hash_options
from tools.hash_table.table import image_sets, table_text


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A competition with a damaged query and a damaged index image, and tables of its hashes."""
    folder = tmp_path_factory.mktemp("hash tables")
    make_competition(folder / "demo", size=40)
    for part, number in (("test", 1), ("index", 2)):
        image_path(folder / "demo", part, image_id(part, number)).write_bytes(b"damaged")
    competition = Competition.open(folder / "demo", folder / "store")
    for name, size in (("hashes", 8), ("wide", 16)):
        kinds = [] if size == 8 else ["phash", "phash_simple"]
        text, _ = table_text(image_sets(competition, []), hash_options(kinds, size, "full", upright=False))
        (folder / f"{name}.csv").write_text(text)
    return folder


def submission(folder: Path, spec: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bytes:
    """Return the submission of a solution in the current folder of the tables."""
    monkeypatch.chdir(folder)
    split = own_split(Competition.open(folder / "demo", folder / "store"), "retrieval", with_truth=False)
    solution = load_solution(spec)
    assert isinstance(solution, Retrieval)
    solution.fit(split.data)
    write_submission(solution.rank(split.queries), tmp_path / "submission.csv")
    assert split.queries.found_undecodable == {image_id("test", 1)}
    return (tmp_path / "submission.csv").read_bytes()


@pytest.mark.parametrize(
    ("of_images", "of_table"),
    [
        ("hash", "hash(hashes='hashes.csv')"),
        ("hash(kind='dct', threshold=30)", "hash(kind='phash', threshold=30, hashes='hashes.csv')"),
        ("hash(kind='colour')", "hash(kind='colorhash', hashes='hashes.csv')"),
        ("hash(kind='wavelet', order='seed')", "hash(kind='whash', order='seed', hashes='hashes.csv')"),
        ("hash(kind='dct', hash_size=16)", "hash(kind='dct', hashes='wide.csv')"),
        ("hash(kind='phash_simple', hash_size=16)", "hash(kind='phash_simple', hashes='wide.csv')"),
        ("mean_hash", "mean_hash(hashes='hashes.csv')"),
        (
            "mean_hash(mean='harmonic', kinds=('dhash', 'colorhash'))",
            "mean_hash(mean='harmonic', kinds=('difference', 'colour'), hashes='hashes.csv')",
        ),
    ],
)
def test_a_table_gives_the_submission_of_the_images_bit_for_bit(
    shared: Path, of_images: str, of_table: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = submission(shared, of_images, monkeypatch, tmp_path)
    assert submission(shared, of_table, monkeypatch, tmp_path) == expected
    assert len(expected.split()) > 10


def test_hashes_by_imagehash_rank_as_our_own(shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A column of objects of imagehash, made as a user would, ranks as the hash of the same name."""
    rows = ["id,mine"]
    for path in sorted((shared / "demo").glob("*.jpg")):
        if path.read_bytes() != b"damaged":
            with Image.open(path) as picture:
                rows.append(f"{path.stem},{imagehash.dhash(picture, hash_size=16)}")
    (tmp_path / "mine.csv").write_text("\n".join(rows))
    expected = submission(shared, "hash(kind='dhash', hash_size=16)", monkeypatch, tmp_path)
    table = f"hash(kind='mine', hashes={str(tmp_path / 'mine.csv')!r})"
    assert submission(shared, table, monkeypatch, tmp_path) == expected


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("hash(kind='dtc')", "'dtc' is no kind of hash; did you mean 'dct'?"),
        ("hash(hash_size=1)", "hash_size=1 must be from 2 to 64"),
        ("hash(hash_size=65)", "must be from 2 to 64"),
        ("hash(kind='wavelet', hash_size=12)", "needs a power of two"),
        ("hash(kind='colour', hash_size=16)", "the colour hash has 42 bits and no size"),
        ("hash(hashes='h.csv', decode='reduced')", "decode='reduced' needs images, and hashes names a table"),
        ("hash(hashes='h.csv', rotations=4)", "rotations=4 needs images"),
        ("hash(hashes='h.csv', hash_size=16)", "hash_size=16 needs images"),
        ("mean_hash(hashes='h.csv', against='one_to_many')", "against='one_to_many' needs images"),
        ("mean_hash(kinds=())", "name from 1 to 8 kinds"),
        ("mean_hash(kinds=('colour',), against='one_to_many')", "crops for average, dct"),
        ("mean_hash(kinds=('dct', 'nothing'))", "'nothing' is no kind of hash"),
    ],
)
def test_parameters_that_exclude_each_other_are_refused(spec: str, reason: str) -> None:
    with pytest.raises(HarnessError) as error:
        load_solution(spec)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("spec", "searched"), [("hash(hashes='h.csv')", {"kind"}), ("mean_hash(hashes='h.csv')", {"mean", "kinds"})]
)
def test_tune_keeps_the_parameters_that_a_table_excludes(spec: str, searched: set[str]) -> None:
    with_table, without = SolutionDescriptions().several([spec, spec.partition("(")[0]])
    assert set(_search_space(with_table, None)) == searched
    assert set(_search_space(without, None)) > searched


def test_mean_hash_refuses_hashes_of_more_than_64_bits(
    shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(HarnessError, match="mean_hash compares hashes of at most 64 bits; those of 'dct' have more"):
        submission(shared, "mean_hash(kinds=('dct',), hashes='wide.csv')", monkeypatch, tmp_path)


def test_functions_of_imagehash_are_kinds_in_python() -> None:
    assert repr(Hash(kind=imagehash.phash)) == "hash(kind='dct')"
    assert repr(Hash(kind=imagehash.phash_simple)) == "hash(kind='imagehash:phash_simple')"
    assert repr(Hash(kind=imagehash.dhash, hashes="h.csv")) == "hash(kind='difference', hashes='h.csv')"
    assert MeanHash(kinds=(imagehash.whash, "avghash")).kinds == ("wavelet", "average")
    with pytest.raises(HarnessError, match="cannot be imported by other processes"):
        Hash(kind=lambda image: image)


def test_a_missing_or_faulty_table_is_said_before_a_run_starts(shared: Path, workspace: Path, tmp_path: Path) -> None:
    runner = make_runner(shared / "demo")
    with pytest.raises(HarnessError, match="there is no such file"):
        runner.plan(["hash(hashes='')"])
    for content, reason in (
        (None, "there is no such file"),
        ("id,avghash\nnone,0123456789abcdef\n", "has no hash of the 10 index images"),
    ):
        if content:
            (tmp_path / "h.csv").write_text(content)
        with pytest.raises(HarnessError, match=reason):
            runner.plan([f"hash(hashes={str(tmp_path / 'h.csv')!r})"])


def test_another_content_of_the_table_is_another_run(shared: Path, workspace: Path, tmp_path: Path) -> None:
    text, runner = (shared / "hashes.csv").read_text(), make_runner(shared / "demo")
    table, keys = tmp_path / "h.csv", []
    for content in (text, text.replace("0", "1", 1), text):
        table.write_text(content)
        (run,) = runner.plan([f"hash(hashes={str(table)!r})"])
        keys.append(run.key)
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_run_notes_images_without_a_hash_and_ids_of_no_image(shared: Path, workspace: Path, tmp_path: Path) -> None:
    ids = [image_id("index", 0), image_id("test", 0), "\x1b[31m" + "x" * 999]
    (tmp_path / "h.csv").write_text("\n".join(["id,avghash", *(f"{name},{'0' * 16}" for name in ids)]))
    (run,) = make_runner(shared / "demo").plan([f"hash(hashes={str(tmp_path / 'h.csv')!r})"])
    index, queries, unknown = (note.removeprefix(f"{tmp_path / 'h.csv'}: ") for note in run.notes)
    assert index.startswith("index images without a hash: 9, such as ")
    assert queries.startswith("queries without a hash: 6, such as ")
    assert unknown.startswith("ids of no image: 1, such as ")
    assert len(unknown) < 99
    assert unknown.isprintable()


def test_a_table_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    for digit in "12":
        path.write_text(f"id,avghash,phash\na,{digit * 16},{digit * (16 + int(digit))}\n")
        assert open_table(str(path), ["average"]).hashes["average"].tolist() == [int(digit * 16, 16)]
    assert np.uint64 == open_table(str(path), ["average"]).hashes["average"].dtype
