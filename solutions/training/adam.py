"""The optimiser Adam in NumPy, with the constants that Keras has by default.

Source: Kingma, Ba, Adam: A method for stochastic optimization, ICLR 2015.
"""

from collections.abc import Mapping

import numpy as np

_DECAYS = 0.9, 0.999  # of the mean of the gradients, and of their squares
_EPSILON = np.float32(1e-7)
_BLOCK = 1 << 15  # numbers that are updated at a time, which fit into the cache of a core


class Adam:
    """Minimises a loss by steps that change the variables, float32 arrays by name, in place.

    >>> variables = {"x": np.ones(1, np.float32)}
    >>> adam = Adam(variables)
    >>> for _ in range(100):
    ...     adam.step({"x": 2 * variables["x"]}, 0.1)  # of x²
    >>> abs(variables["x"].item()) < 0.05
    True
    """

    def __init__(self, variables: Mapping[str, np.ndarray]) -> None:
        self.variables = variables
        self.means, self.squares = ({name: np.zeros_like(each) for name, each in variables.items()} for _ in _DECAYS)
        self.count = np.zeros(1, np.int64)

    def step(self, gradients: Mapping[str, np.ndarray], rate: float) -> None:
        """Change the variables by one step."""
        self.count += 1
        first, second = (1 - decay ** int(self.count[0]) for decay in _DECAYS)
        size = np.float32(rate * second**0.5 / first)
        for name, gradient in gradients.items():
            arrays = self.variables[name], self.means[name], self.squares[name], gradient
            flat = [each.reshape(-1) for each in arrays]
            for start in range(0, gradient.size, _BLOCK):
                _update([each[start : start + _BLOCK] for each in flat], size)

    @property
    def state(self) -> list[np.ndarray]:
        """Return the arrays that a step changes besides the variables; they are not copies."""
        return [*self.means.values(), *self.squares.values(), self.count]


def _update(block: list[np.ndarray], size: np.float32) -> None:
    """Change a block of a variable, its means and its squares by one step along the gradient, the last of them."""
    variable, mean, square, gradient = block
    mean += np.float32(1 - _DECAYS[0]) * (gradient - mean)
    square += np.float32(1 - _DECAYS[1]) * (gradient**2 - square)
    variable -= size * mean / (np.sqrt(square) + _EPSILON)
