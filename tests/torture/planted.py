"""A part that fails in another way at each seed, for the tests of the torture."""

import os
import time
from collections.abc import Sequence

from tests.torture.part import Fault, Part


class PlantedPart(Part):
    """Raises at seed 1, crashes at 2, hangs at 3, and reports a fault at 4."""

    name, unit = "planted", "inputs"
    limit_s = 0.5

    def attempt(self, seed: int) -> tuple[int, Sequence[Fault]]:
        """Fail as the seed says."""
        if seed == 1:
            raise IndexError("planted")
        if seed == 2:
            os._exit(9)
        if seed == 3:
            time.sleep(60)
        return 1, [Fault("truth read", "planted")] if seed == 4 else []
