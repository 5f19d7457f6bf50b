"""The cover of a competition: a strip of four of its index or test photos as one JPEG file."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np

from harness.data.competition import Competition
from harness.web.data.analysis_cache import AnalysisCache

SIDE, N_PHOTOS, QUALITY = 132, 4, 68  # pixels, number of photos, JPEG quality
_TRIES = 24  # photos looked at, as some may be missing


def draw_cover(competition: Competition, analyses: AnalysisCache) -> bytes | None:
    """Return the strip, `N_PHOTOS` squares wide; None if no photo can be shown.

    The photos are spread over the table; each train photo is of another landmark.
    """
    photos = analyses.photos(competition.key)
    thumbnails: list[bytes] = []
    for part, image_id in _candidates(competition):
        file = photos.file(part, image_id) if photos else None
        thumbnail = analyses.thumbnails.find(file, "small") if file else None
        if thumbnail:
            thumbnails.append(thumbnail)
        if len(thumbnails) == N_PHOTOS:
            break
    return _join(thumbnails) if thumbnails else None


def _candidates(competition: Competition) -> list[tuple[str, str]]:
    """Return the part and id of some images: train images of the most frequent landmarks, or index or test images."""
    if len(competition.train):
        _, first, counts = np.unique(competition.labels, return_index=True, return_counts=True)
        rows = first[np.argsort(-counts, kind="stable")][:_TRIES]
        return [("train", str(image_id)) for image_id in competition.train.ids[rows]]
    part, images = ("index", competition.index) if len(competition.index) else ("test", competition.queries)
    rows = np.unique(np.linspace(0, max(len(images) - 1, 0), _TRIES).astype(int)) if len(images) else np.zeros(0, int)
    return [(part, str(image_id)) for image_id in images.ids[rows]]


def _join(thumbnails: Sequence[bytes]) -> bytes:
    from PIL import Image, ImageOps

    strip = Image.new("RGB", (SIDE * len(thumbnails), SIDE))
    for place, thumbnail in enumerate(thumbnails):
        square = ImageOps.fit(Image.open(BytesIO(thumbnail)).convert("RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)
        strip.paste(square, (SIDE * place, 0))
    file = BytesIO()
    strip.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
