"""Renders the photographs of a competition, each determined by the seed and its own number."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from harness.synthetic.building.solids import Body
from harness.synthetic.building.style import STYLES
from harness.synthetic.building.templates import build_landmark
from harness.synthetic.distractors import draw_distractor
from harness.synthetic.post_processing import Jpeg, apply_camera, encode, make_near_duplicate
from harness.synthetic.scene import draw_scene
from harness.synthetic.viewpoint import draw_viewpoint

TEXTURE_RESOLUTION = 0.2  # pixels per unit of a landmark's textures, per pixel of the picture's longer side
MISLABELLED_SHARE = 0.06  # share of train images with a wrong label, at difficulty 1
CACHED_LANDMARKS = 3  # landmarks whose bodies stay in memory
SYLLABLES = (
    ("al", "be", "cor", "dun", "el", "fer"),
    ("ga", "lo", "mi", "no", "ra", "ti"),
    ("dor", "len", "mar", "na", "va"),
)


def landmark_family(seed: int, landmark: int) -> str:
    """Return the architectural style of a landmark: church, palace, castle and so on."""
    return list(STYLES)[np.random.default_rng((seed, 0, landmark)).integers(len(STYLES))]


def landmark_name(seed: int, landmark: int) -> str:
    """Return a name such as `castle_of_dunlova_17`."""
    rng = np.random.default_rng((seed, 4, landmark))
    place = "".join(str(rng.choice(syllables)) for syllables in SYLLABLES)
    return f"{landmark_family(seed, landmark)}_of_{place}_{landmark}"


class Photographer:
    """Renders the photographs of one competition. Caches the bodies of the last landmarks."""

    def __init__(self, seed: int, difficulty: float, side: int) -> None:
        """`side` is the approximate longer side of the pictures in pixels, `difficulty` lies in [0, 1]."""
        self.seed, self.difficulty, self.side = seed, difficulty, side
        self._bodies_by_landmark: OrderedDict[int, list[Body]] = OrderedDict()

    def photograph_landmark(self, number: int, landmark: int, *, noisy: bool = False) -> bytes:
        """Return the JPEG of photograph `number` of the landmark; if `noisy`, a few show a distractor instead."""
        mislabelled = np.random.default_rng((self.seed, 3, number)).random() < MISLABELLED_SHARE * self.difficulty
        if noisy and mislabelled:
            return self.photograph_distractor(number)
        return encode(self._take_photograph(number, landmark))

    def photograph_near_duplicate(self, number: int, original: int, landmark: int) -> bytes:
        """Return the JPEG of photograph `number`, a near-duplicate of photograph `original` of the landmark."""
        return encode(make_near_duplicate(self._rng(number), self._take_photograph(original, landmark)))

    def photograph_distractor(self, number: int) -> bytes:
        """Return the JPEG of photograph `number`, which shows no landmark."""
        rng = self._rng(number)
        return encode(apply_camera(rng, draw_distractor(rng, self.difficulty, self.side), self.difficulty))

    def _take_photograph(self, number: int, landmark: int) -> Jpeg:
        rng = self._rng(number)
        view = draw_viewpoint(rng, self.difficulty, self.side)
        return apply_camera(rng, draw_scene(rng, view, self._bodies(landmark)), self.difficulty)

    def _rng(self, number: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, 2, number))

    def _bodies(self, landmark: int) -> list[Body]:
        if landmark not in self._bodies_by_landmark:
            rng = np.random.default_rng((self.seed, 1, landmark))
            family = landmark_family(self.seed, landmark)
            self._bodies_by_landmark[landmark] = build_landmark(rng, family, TEXTURE_RESOLUTION * self.side)
            while len(self._bodies_by_landmark) > CACHED_LANDMARKS:
                self._bodies_by_landmark.popitem(last=False)
        return self._bodies_by_landmark[landmark]


@contextmanager
def single_threaded_opencv() -> Iterator[None]:
    """Limit OpenCV to one thread during the block; the pictures are too small for more."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
