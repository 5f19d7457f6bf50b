"""Landmarks and confidences as people write them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from harness.data.tables.blocks import Column
from harness.data.tables.csv_table import whole_numbers
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.report import Kind

_PLAIN = re.compile(r"[0-9.eE -]*")  # numbers that are neither infinite nor odd
LANDMARK = re.compile(r"-?[0-9]+")
WHOLE = re.compile(r"-?[0-9]+\.0*")  # a landmark as tables of numbers write it
CONFIDENCE = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Answers:
    """Landmark and confidence of each row `(n,)`, NaN where there is none to read, and the rows with each fault."""

    landmarks: np.ndarray
    confidences: np.ndarray
    wrong: dict[Kind, np.ndarray]


def parsed(answers: Column, empty: np.ndarray, known: np.ndarray | None) -> Answers:
    """Return what the cells of a recognition submission say; numbers are read as the reference reader does.

    `empty` are the rows without an answer `(n,)`, `known` the landmarks there are, ascending, None where nobody says.
    """
    answers = answers.packed()
    landmarks, confidences, wrong = _all_plain(answers) or _one_by_one(answers, empty)
    read = ~np.isnan(confidences)
    wrong[kinds.NEGATIVE] = read & (confidences < 0)
    if known is not None:
        wrong[kinds.UNKNOWN_LANDMARK] = read & ~np.isin(landmarks, known)
    return Answers(landmarks, confidences, wrong)


Numbers = tuple[np.ndarray, np.ndarray, dict[Kind, np.ndarray]]


def _all_plain(answers: Column) -> Numbers | None:
    """Return the numbers where every row has two plain ones."""
    texts = answers.words.texts()
    if (answers.counts != 2).any() or not _PLAIN.fullmatch(" ".join(texts[1::2])):
        return None
    landmarks = whole_numbers(texts[::2])
    try:
        confidences = np.array([*map(float, texts[1::2])], np.float64)
    except ValueError:
        return None
    return None if landmarks is None or not np.isfinite(confidences).all() else (landmarks, confidences, {})


def _one_by_one(answers: Column, empty: np.ndarray) -> Numbers:
    texts = answers.words.texts()
    cells = zip(answers.begins.tolist(), answers.stops.tolist(), empty.tolist(), strict=True)
    rows = [(0, math.nan, None) if nothing else _row(texts[start:end]) for start, end, nothing in cells]
    landmarks = np.array([row[0] for row in rows], np.int64)
    confidences = np.array([row[1] for row in rows], np.float64)
    found = dict.fromkeys(row[2] for row in rows if row[2] is not None)
    return landmarks, confidences, {kind: np.array([row[2] is kind for row in rows], bool) for kind in found}


def _row(words: list[str]) -> tuple[int, float, Kind | None]:
    """Return landmark and confidence of a row, and what is wrong with it."""
    wrong = _misshapen(words)
    if wrong:
        return 0, math.nan, wrong
    try:
        landmark, confidence = int(words[0]), float(words[1])
    except ValueError:
        landmark, confidence = 2**63, math.nan
    if not -(2**63) <= landmark < 2**63:
        return 0, math.nan, kinds.MALFORMED
    if not math.isfinite(confidence):
        return 0, math.nan, kinds.NOT_FINITE
    usual = LANDMARK.fullmatch(words[0]) and CONFIDENCE.fullmatch(words[1])
    return landmark, confidence, None if usual else kinds.ODD_NUMBER


def _misshapen(words: list[str]) -> Kind | None:
    if "" in words:
        return kinds.BLANKS
    if len(words) == 2:
        return None
    pairs = len(words) % 2 == 0 and all(LANDMARK.fullmatch(word) for word in words[::2])
    return kinds.SEVERAL if pairs else kinds.MALFORMED
