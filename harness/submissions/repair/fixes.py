"""Automatic repairs of unambiguous mistakes in submission rows."""

from __future__ import annotations

import math

import numpy as np

from harness.data.tables.blocks import TextColumn
from harness.data.tables.string_column import StringColumn
from harness.submissions.list_length import MAX_SCORED_IDS
from harness.submissions.validation.inspection import strip_trailing_blank
from harness.submissions.validation.parse_labels import CONFIDENCE_PATTERN, LANDMARK_PATTERN, WHOLE_FLOAT_PATTERN
from harness.submissions.validation.reference_ids import ReferenceIds


def repair_rankings(cells: TextColumn, query_ids: list[str], reference: ReferenceIds) -> list[str]:
    """Return each list without empty or repeated entries, the query itself and unknown images, then cut to 100.

    Where the whole index must be ranked, nothing is cut and the query itself stays.
    """
    lists = strip_trailing_blank(cells).compact()
    is_valid = _valid_entries(lists, query_ids, reference)
    texts, n_before = lists.as_strings().texts(), np.r_[0, np.cumsum(is_valid)]
    words = lists.words[is_valid].texts()
    begins, stops = n_before[lists.begins], n_before[lists.stops]
    for row in np.flatnonzero(stops - begins < lists.word_counts).tolist():
        texts[row] = " ".join(words[begins[row] : stops[row]])
    return texts


def _valid_entries(lists: TextColumn, query_ids: list[str], reference: ReferenceIds) -> np.ndarray:
    """Return a mask of the entries to write `(n_words,)`."""
    is_valid = (lists.words.lengths > 0) & ~lists.repeated_words()
    if reference.n_index is not None:
        numbers = reference.images.find(lists.words)
        own = np.repeat(reference.images.find(StringColumn.from_texts(query_ids)), lists.word_counts)
        is_valid &= (numbers >= 0) & (numbers < reference.n_index)
        if reference.ranks_whole_index:
            return np.asarray(is_valid)
        is_valid &= numbers != own
    n_before = np.r_[0, np.cumsum(is_valid)]
    is_valid &= n_before[1:] - np.repeat(n_before[lists.begins], lists.word_counts) <= MAX_SCORED_IDS
    return np.asarray(is_valid)


def repair_labels(cells: TextColumn, reference: ReferenceIds) -> list[str]:
    """Return each answer as landmark, blank, confidence; ambiguous cells stay, unknown landmarks become empty."""
    landmarks = None if reference.landmarks is None else set(reference.landmarks.tolist())
    return [_repair_label(cell.rstrip(" "), landmarks) for cell in cells.as_strings().texts()]


def _repair_label(cell: str, valid_landmarks: set[int] | None) -> str:
    parts = [part for part in cell.split(" ") if part]
    if len(parts) != 2:
        return cell if parts else ""
    try:
        landmark = int(parts[0].partition(".")[0] if WHOLE_FLOAT_PATTERN.fullmatch(parts[0]) else parts[0])
        confidence = float(parts[1])
    except ValueError:
        return cell
    if not -(2**63) <= landmark < 2**63 or not math.isfinite(confidence):
        return cell
    if valid_landmarks is not None and landmark not in valid_landmarks:
        return ""
    first = parts[0] if LANDMARK_PATTERN.fullmatch(parts[0]) else str(landmark)
    second = parts[1] if CONFIDENCE_PATTERN.fullmatch(parts[1]) else repr(confidence)
    return f"{first} {second}"
