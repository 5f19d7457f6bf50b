"""A map as a PNG picture, for browsers without script."""

from io import BytesIO

import numpy as np
from PIL import Image

from harness.web.map.points import MapPoints

SIDE = 900  # pixels
COLOURS = (
    *("#8a949c", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8960c", "#56b4e9"),
    *("#7a3fb0", "#c2342b", "#5f8f1d", "#8c564b", "#00838f"),
)  # by code of a landmark, 0 for others
SCORE_COLOURS = "#b3391f", "#e08214", "#c2ae1b", "#4393c3", "#0b5394"  # from 0 to 1
PART_COLOURS = "#d55e00", "#0072b2", "#8a949c"  # of test, index and train


def draw_picture(points: MapPoints, colour: str) -> bytes:
    """Return a PNG picture of the points, coloured by "landmark", "score" or "part"; transparent elsewhere."""
    pixels = np.zeros((SIDE + 4, SIDE + 4, 4), np.uint8)
    codes, colours = colour_codes(points, colour)
    table = np.array([[*bytes.fromhex(each[1:]), 255] for each in colours], np.uint8)
    places = (points.layout.places.astype(np.int64) * (SIDE - 1)) // 65_535
    order = np.argsort(codes != 0, kind="stable")
    for dy in range(4):
        for dx in range(4):
            pixels[places[order, 1] + dy, places[order, 0] + dx] = table[codes[order]]
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return file.getvalue()


def colour_codes(points: MapPoints, colour: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the colour number of each point, and the colours."""
    if colour == "part":
        return points.layout.parts, PART_COLOURS
    if colour == "score":
        steps = np.nan_to_num((points.scores * len(SCORE_COLOURS)).clip(0, len(SCORE_COLOURS) - 1)).astype(int)
        return np.where(np.isnan(points.scores), 0, steps + 1), (COLOURS[0], *SCORE_COLOURS)
    codes = np.zeros(len(points.landmarks), int)
    for code, (landmark, _) in enumerate(points.frequent, 1):
        codes[points.landmarks == landmark] = code
    return codes, COLOURS
