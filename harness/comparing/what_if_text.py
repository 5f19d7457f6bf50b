"""Sentences that say what a what-if result means, for terminal and pages."""

from harness.comparing.what_if import WhatIfResult, WhatIfRow


def answers_label(result: WhatIfResult) -> str:
    """Return the heading of the numbers of answers."""
    return "images per list" if result.metric.task == "retrieval" else "answers"


def conclusions(result: WhatIfResult) -> list[str]:
    """Return the best cut-off on public queries with its private score, a warning, and the number of distractors."""
    lines = [*_best_lines(result), "a cut-off chosen by private scores overfits: choose by public ones, or on folds"]
    if result.metric.task == "retrieval":
        count = result.n_distractors
        lines.append(f"{count} index images are relevant to no query (distractors); without them lists are shorter")
    return lines


def _best_lines(result: WhatIfResult) -> list[str]:
    best, submitted = result.best_on_public(), result.rows[0]
    if best is None:
        return ["best cut-off on public: none, because no public query counts"]
    lines = [f"best cut-off on public: {best.change}: {_scores(result, best)}"]
    if result.score(best, "public") == result.score(submitted, "public"):
        return [*lines, "no cut-off raises the public score; this one removes most answers at no loss"]
    return [*lines, f"as submitted: {_scores(result, submitted)}"]


def _scores(result: WhatIfResult, row: WhatIfRow) -> str:
    scores = ((part, result.score(row, part)) for part in ("public", "private"))
    return ", ".join(f"{part} {'-' if score is None else f'{score:.5f}'}" for part, score in scores)
