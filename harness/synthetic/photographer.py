"""The photographs of one competition, each from the seed and its own numbers alone."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from harness.synthetic.building.solids import Body
from harness.synthetic.building.style import STYLES
from harness.synthetic.building.templates import build
from harness.synthetic.distractors import draw_distractor
from harness.synthetic.post_processing import Print, develop, encode, reprint
from harness.synthetic.scene import draw_scene
from harness.synthetic.viewpoint import draw_view

RESOLUTION = 0.2  # pixels a unit of a landmark's textures, for each pixel of the picture's longer side
STRAY = 0.06  # share of the noisy photographs that do not show their landmark, at full difficulty
KEPT = 3  # landmarks whose textures are in memory at once
SYLLABLES = (
    ("al", "be", "cor", "dun", "el", "fer"),
    ("ga", "lo", "mi", "no", "ra", "ti"),
    ("dor", "len", "mar", "na", "va"),
)


def landmark_family(seed: int, landmark: int) -> str:
    """The family of architecture of a landmark: church, palace, castle ..."""
    return list(STYLES)[np.random.default_rng((seed, 0, landmark)).integers(len(STYLES))]


def landmark_name(seed: int, landmark: int) -> str:
    """A name such as ``castle_of_dunlova_17``."""
    rng = np.random.default_rng((seed, 4, landmark))
    place = "".join(str(rng.choice(syllables)) for syllables in SYLLABLES)
    return f"{landmark_family(seed, landmark)}_of_{place}_{landmark}"


class Studio:
    """Takes the photographs of one competition; keeps the landmarks last used."""

    def __init__(self, seed: int, difficulty: float, side: int) -> None:
        """``side`` is about the longer side of the pictures in pixels, difficulty lies in [0, 1]."""
        self.seed, self.difficulty, self.side = seed, difficulty, side
        self._landmarks: OrderedDict[int, list[Body]] = OrderedDict()

    def landmark(self, number: int, landmark: int, *, noisy: bool = False) -> bytes:
        """The JPEG of photograph ``number``, taken of the landmark; a few noisy ones show something else."""
        stray = np.random.default_rng((self.seed, 3, number)).random() < STRAY * self.difficulty
        return self.distractor(number) if noisy and stray else encode(self._print(number, landmark))

    def near_duplicate(self, number: int, original: int, landmark: int) -> bytes:
        """The JPEG of photograph ``number``, made from photograph ``original`` of the landmark."""
        return encode(reprint(self._rng(number), self._print(original, landmark)))

    def distractor(self, number: int) -> bytes:
        """The JPEG of photograph ``number``, which shows no landmark."""
        rng = self._rng(number)
        return encode(develop(rng, draw_distractor(rng, self.difficulty, self.side), self.difficulty))

    def _print(self, number: int, landmark: int) -> Print:
        rng = self._rng(number)
        view = draw_view(rng, self.difficulty, self.side)
        return develop(rng, draw_scene(rng, view, self._bodies(landmark)), self.difficulty)

    def _rng(self, number: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, 2, number))

    def _bodies(self, landmark: int) -> list[Body]:
        if landmark not in self._landmarks:
            rng = np.random.default_rng((self.seed, 1, landmark))
            family = landmark_family(self.seed, landmark)
            self._landmarks[landmark] = build(rng, family, RESOLUTION * self.side)
            while len(self._landmarks) > KEPT:
                self._landmarks.popitem(last=False)
        return self._landmarks[landmark]


@contextmanager
def on_one_core() -> Iterator[None]:
    """Keep OpenCV to one thread while the block lasts: the pictures are too small to share out."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
