"""Parse the cells of a recognition submission: a landmark and a confidence."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from harness.data.tables.blocks import TextColumn
from harness.data.tables.cells import parse_whole_numbers
from harness.submissions.validation import fault_kinds as kinds
from harness.submissions.validation.fault_kinds import FaultKind

_FINITE_CHARACTERS = re.compile(r"[0-9.eE -]*")  # excludes nan, inf, 1_0
LANDMARK_PATTERN = re.compile(r"-?[0-9]+")
WHOLE_FLOAT_PATTERN = re.compile(r"-?[0-9]+\.0*")  # a landmark in a float column
CONFIDENCE_PATTERN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class ParsedLabels:
    """Landmark and confidence of each row `(n,)`, NaN for no readable answer, and a mask `(n,)` for each fault."""

    landmarks: np.ndarray
    confidences: np.ndarray
    fault_rows: dict[FaultKind, np.ndarray]


def parse_labels(answers: TextColumn, is_empty: np.ndarray, valid_landmarks: np.ndarray | None) -> ParsedLabels:
    """Parse the answer cells as the reference scorer does.

    `is_empty` marks rows without an answer `(n,)`. `valid_landmarks` is ascending; None skips that check.
    """
    answers = answers.compact()
    labels = _parse_plain(answers) or _parse_rows(answers, is_empty)
    is_read = ~np.isnan(labels.confidences)
    labels.fault_rows[kinds.NEGATIVE] = is_read & (labels.confidences < 0)
    if valid_landmarks is not None:
        labels.fault_rows[kinds.UNKNOWN_LANDMARK] = is_read & ~np.isin(labels.landmarks, valid_landmarks)
    return labels


def _parse_plain(answers: TextColumn) -> ParsedLabels | None:
    """Parse all rows at once, or return None unless each row is two numbers in the usual notation."""
    texts = answers.words.texts()
    if (answers.word_counts != 2).any() or not _FINITE_CHARACTERS.fullmatch(" ".join(texts[1::2])):
        return None
    landmarks = parse_whole_numbers(texts[::2])
    try:
        confidences = np.array([*map(float, texts[1::2])], np.float64)
    except ValueError:
        return None
    if landmarks is None or not np.isfinite(confidences).all():
        return None
    return ParsedLabels(landmarks, confidences, {})


def _parse_rows(answers: TextColumn, is_empty: np.ndarray) -> ParsedLabels:
    texts = answers.words.texts()
    cells = zip(answers.begins.tolist(), answers.stops.tolist(), is_empty.tolist(), strict=True)
    rows = [(0, math.nan, None) if empty else _parse_row(texts[start:end]) for start, end, empty in cells]
    landmarks = np.array([row[0] for row in rows], np.int64)
    confidences = np.array([row[1] for row in rows], np.float64)
    present = dict.fromkeys(row[2] for row in rows if row[2] is not None)
    fault_rows = {kind: np.array([row[2] is kind for row in rows], bool) for kind in present}
    return ParsedLabels(landmarks, confidences, fault_rows)


def _parse_row(parts: list[str]) -> tuple[int, float, FaultKind | None]:
    """Return the landmark and the confidence of a row, NaN if it cannot be read, and its fault."""
    fault = _shape_fault(parts)
    if fault:
        return 0, math.nan, fault
    try:
        landmark, confidence = int(parts[0]), float(parts[1])
    except ValueError:
        landmark, confidence = 2**63, math.nan
    if not -(2**63) <= landmark < 2**63:
        return 0, math.nan, kinds.MALFORMED
    if not math.isfinite(confidence):
        return 0, math.nan, kinds.NOT_FINITE
    is_usual = LANDMARK_PATTERN.fullmatch(parts[0]) and CONFIDENCE_PATTERN.fullmatch(parts[1])
    return landmark, confidence, None if is_usual else kinds.ODD_NUMBER


def _shape_fault(parts: list[str]) -> FaultKind | None:
    if "" in parts:
        return kinds.BLANKS
    if len(parts) == 2:
        return None
    pairs = len(parts) % 2 == 0 and all(LANDMARK_PATTERN.fullmatch(part) for part in parts[::2])
    return kinds.SEVERAL if pairs else kinds.MALFORMED
