"""Descriptors of images as arrays with ids."""

from typing import NamedTuple

import numpy as np

from harness.api.solution_specs import source_file
from harness.data.image_set import ImageSet
from harness.data.store.extractor import Extractor
from harness.errors import HarnessError, SolutionError
from harness.progress import send_progress_to
from harness.progress_display import progress
from harness.solution.extractors import is_extractor_spec, load_extractor


class ImageDescriptors(NamedTuple):
    """Ids `(n,)` and descriptors `(n, …)` of images; rows of images that cannot be decoded are NaN."""

    ids: np.ndarray
    vectors: np.ndarray


def describe_images(images: ImageSet, extractor: str | Extractor, name: str | None) -> ImageDescriptors:
    """Return the descriptors of an image set, from the store or computed now; `name` is that of one of several arrays.

    Raises SolutionError for an extractor that a notebook cell defines, and HarnessError for the name of a solution.
    """
    if isinstance(extractor, str) and not is_extractor_spec(extractor):
        raise HarnessError(
            f"{extractor!r} is no extractor; name a class, as in SquareExtractor(side=224), "
            "or let landmark describe write the vectors of a solution"
        )
    chosen = load_extractor(extractor) if isinstance(extractor, str) else extractor
    source_file(type(chosen))
    with progress() as listener, send_progress_to(listener("")):
        try:
            return ImageDescriptors(images.ids, images.describe(chosen, name))
        except SolutionError as error:  # it says how a solution calls `describe`
            raise SolutionError(str(error).replace("(extractor, name)", "(extractor, part, name)")) from None
