"""Conjugate gradients for systems (I - alpha S) f = y with sparse symmetric S, several right-hand sides at a time."""

from typing import Any

import numpy as np

from harness import helper


@helper
def solve(matrix: Any, rows: Any, f: Any, residual: Any, direction: Any, image: Any, alpha: float, limit: Any) -> None:
    """Write the solutions into `f` `(n, m)`, for the m columns of `residual`, which holds y and is overwritten.

    `matrix` is S `(n, n)` as starts, columns and values. It is restricted to `rows`; in other rows `f`, `residual` and
    `direction` must be 0. `limit` is the largest number of steps, and the norm of the residual relative to y at which
    a column is finished. Columns do not influence each other. `image` `(n, m)` is workspace.
    """
    steps, tolerance = limit
    squares = _products(rows, residual, residual)
    enough = squares * (tolerance * tolerance)
    for row in rows:
        direction[row] = residual[row]
    for _ in range(steps):
        if not (squares > enough).any():
            return
        _apply(matrix, rows, direction, image, alpha)
        along = _quotients(squares, _products(rows, direction, image), enough, squares)
        for row in rows:
            for column in range(f.shape[1]):
                f[row, column] += along[column] * direction[row, column]
                residual[row, column] -= along[column] * image[row, column]
        before, squares = squares, _products(rows, residual, residual)
        turn = _quotients(squares, before, enough, before)
        for row in rows:
            for column in range(f.shape[1]):
                direction[row, column] = residual[row, column] + turn[column] * direction[row, column]


@helper
def _apply(matrix: Any, rows: Any, direction: Any, image: Any, alpha: float) -> None:
    starts, columns, values = matrix
    total = np.empty(direction.shape[1])
    for row in rows:
        total[:] = 0.0
        for entry in range(starts[row], starts[row + 1]):
            value, other = values[entry], columns[entry]
            for column in range(len(total)):
                total[column] += value * direction[other, column]
        for column in range(len(total)):
            image[row, column] = direction[row, column] - alpha * total[column]


@helper
def _products(rows: Any, ones: Any, others: Any) -> Any:
    totals = np.zeros(ones.shape[1])
    for row in rows:
        for column in range(len(totals)):
            totals[column] += ones[row, column] * others[row, column]
    return totals


@helper
def _quotients(over: Any, under: Any, enough: Any, squares: Any) -> Any:
    """Return `over / under` for unfinished columns; 0 for the others, which leaves them unchanged."""
    quotients = np.zeros(len(over))
    for column in range(len(over)):
        if squares[column] > enough[column]:
            quotients[column] = over[column] / under[column]
    return quotients
