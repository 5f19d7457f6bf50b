"""Tests on real photographs, which do not ship with the project: set LANDMARK_TEST_DATA to their folder, or they skip."""

import json
import os
from pathlib import Path

import imagehash
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from harness.data.competition import Competition
from solutions.hashing.hashes.extractor import PerceptualHashes
from tests.cli import run_command

DATA = Path(os.environ.get("LANDMARK_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="LANDMARK_TEST_DATA names no folder of photographs"),
]

# mAP@100 over all queries that count, as measured with imagehash itself; within 0.003
EXPECTED = {
    "monuments": {
        "hash": 0.020,
        "hash(kind='dct')": 0.015,
        "hash(kind='difference')": 0.017,
        "hash(kind='wavelet')": 0.017,
        "mean_hash(mean='arithmetic')": 0.025,
    },
    "holidays": {"hash": 0.21, "hash(kind='dct')": 0.15, "hash(kind='difference')": 0.14, "hash(kind='wavelet')": 0.18},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest.mark.parametrize("name", list(EXPECTED))
def test_hashes_reach_the_expected_scores_on_real_photographs(name: str, store: Path) -> None:
    specs = list(EXPECTED[name])
    ran = run_command("run", *specs, "--on", str(DATA / name), "--json")
    assert ran.exit_code == 0
    scores = {each["identity"]: each["scores"]["all"]["map@100"] for each in json.loads(ran.stdout)["runs"]}
    for spec, expected in EXPECTED[name].items():
        assert abs(scores[spec] - expected) < (0.003 if expected < 0.1 else 0.0055), (spec, scores[spec])


def test_codes_of_real_photographs_equal_those_of_imagehash(store: Path) -> None:
    index = Competition.open(DATA / "holidays", store / "descriptors").index[::10]
    functions = {
        "average": imagehash.average_hash,
        "dct": imagehash.phash,
        "difference": imagehash.dhash,
        "wavelet": imagehash.whash,
    }
    for kind, function in functions.items():
        codes = index.describe(PerceptualHashes(), kind)
        assert [f"{code:016x}" for code in codes] == [str(function(Image.open(path))) for path in index.paths if path]
        assert len(np.unique(codes)) > len(codes) // 2


@pytest.mark.parametrize("name", ["monuments", "holidays"])
def test_the_real_folders_have_no_fault(name: str) -> None:
    assert run_command("data", "check", str(DATA / name)).exit_code == 0


@pytest.mark.parametrize("task", ["retrieval", "recognition"])
def test_the_ground_truth_of_google_landmarks_v2_scores_1(task: str, tmp_path: Path, store: Path) -> None:
    column = {"retrieval": "images", "recognition": "landmarks"}[task]
    rows = pd.read_csv(DATA / "gldv2" / f"{task}_solution_v2.1.csv", dtype=str, keep_default_na=False).to_numpy()
    answers = [
        (query, " ".join(cell.split(" ")[:1] + ["0.5"]) if task == "recognition" else cell)
        for query, cell, usage in rows
        if cell and usage != "Ignored"
    ]
    path = tmp_path / "submission.csv"
    path.write_text(f"id,{column}\n" + "".join(f"{query},{answer}\n" for query, answer in answers))
    scored = run_command("score", str(path), "--on", str(DATA / "gldv2"), "--json")
    assert scored.exit_code == 0, scored.output
    scores = json.loads(scored.stdout)["scores"]
    assert {scores[part]["map@100" if task == "retrieval" else "gap"] for part in ("all", "public", "private")} == {1.0}
