"""Leaderboards as tables of Markdown and LaTeX."""

from collections.abc import Sequence

from leaderboard.rendering.export_columns import ExportColumn
from leaderboard.safe_text import escape_latex, escape_markdown


def markdown_table(columns: Sequence[ExportColumn], title: str, notes: Sequence[str]) -> str:
    r"""A table with a title above and notes below, which are safe to show as plain text.

    >>> print(markdown_table([ExportColumn("solution", False, ["first_images"])], "demo", []), end="")
    **demo**
    <BLANKLINE>
    | solution |
    | --- |
    | first\_images |
    """
    lines = [
        [escape_markdown(column.heading) for column in columns],
        ["---:" if column.is_number else "---" for column in columns],
        *([*map(escape_markdown, cells)] for cells in zip(*(column.cells for column in columns), strict=True)),
    ]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    below = "".join(f"\n{escape_markdown(note)}\n" for note in notes)
    return f"**{escape_markdown(title)}**\n\n{table}{below}"


def latex_table(columns: Sequence[ExportColumn], title: str, notes: Sequence[str]) -> str:
    r"""A table environment for a document that loads the package booktabs; title and notes are its caption.

    The best values of a column are bold.

    >>> print(latex_table([ExportColumn("solution", False, ["first_images"])], "demo", []), end="")
    % needs \usepackage{booktabs}
    \begin{table}
      \centering
      \caption{demo}
      \begin{tabular}{l}
        \toprule
        solution \\
        \midrule
        first\_images \\
        \bottomrule
      \end{tabular}
    \end{table}
    """
    head = " & ".join(escape_latex(column.heading) for column in columns)
    body = [" & ".join(cells) for cells in zip(*map(_latex_cells, columns), strict=True)]
    caption = ". ".join(escape_latex(note) for note in (title, *notes))
    lines = [
        r"% needs \usepackage{booktabs}",
        r"\begin{table}",
        r"  \centering",
        rf"  \caption{{{caption}}}",
        rf"  \begin{{tabular}}{{{''.join('r' if column.is_number else 'l' for column in columns)}}}",
        *(rf"    {line}" for line in (r"\toprule", rf"{head} \\", r"\midrule", *(rf"{row} \\" for row in body))),
        r"    \bottomrule",
        r"  \end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _latex_cells(column: ExportColumn) -> list[str]:
    cells = [escape_latex(cell) for cell in column.cells]
    return [rf"\textbf{{{cell}}}" if row in column.best else cell for row, cell in enumerate(cells)]
