"""Preprocessing of pixels by name or by numbers: what a network expects of the pixels that it is given.

The text has a name of `NAMED`, or values, or both:

| text | meaning |
|---|---|
| `imagenet` | mean and deviation of ImageNet, in the order red, green, blue |
| `mean=0.5,0.5,0.5 std=0.5,0.5,0.5` | these, of values from 0 to 1; `order=bgr` for the order blue, green, red |
| `clip side=336 crop=1 interpolation=bicubic frame=crop` | size, and how a photograph becomes a square of that size |
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from harness import HarnessError

Frame = Literal["crop", "squash"]

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming")
MAX_SIDE = 1 << 14  # pixels


@dataclass(frozen=True)
class Preprocessing:
    """The input of a network is (pixel / 255 - mean) / std; None where it is not known.

    A photograph is resized to side / crop pixels, on its shorter side or, squashed, on both; the middle square is cut.
    """

    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    order: Literal["rgb", "bgr"] = "rgb"
    side: int | None = None  # pixels
    crop: float | None = None  # the share of the resized photograph that the square has
    interpolation: str | None = None  # one of INTERPOLATIONS
    frame: Frame | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the preprocessing that a text names. Raises HarnessError with the names and values that exist.

        >>> Preprocessing.parse("half side=64").side
        64
        """
        name, *rest = text.split() or [""]
        first = NAMED.get(name, {})
        values = dict(word.partition("=")[::2] for word in (rest if first else [name, *rest]))
        unknown = [key for key in values if key not in _READERS]
        if unknown:
            raise HarnessError(f"preprocessing={text!r:.100}: {unknown[0]!r:.40} is unknown; {KNOWN}")
        try:
            return cls(**(first | {key: _READERS[key](value) for key, value in values.items()}))
        except ValueError as error:
            raise HarnessError(f"preprocessing={text!r:.100}: {error}; {KNOWN}") from None

    def over(self, own: "Preprocessing | None") -> "Preprocessing":
        """Return these values, and a model's own where one is None; mean, std and order belong together."""
        if own is None:
            return self
        first = own if self.mean is None else replace(own, mean=self.mean, std=self.std, order=self.order)
        given = {key: value for key, value in self.framing.items() if value is not None}
        return replace(first, **given)

    @property
    def framing(self) -> dict[str, Any]:
        """Return how a photograph becomes a square, as a document: side, crop, interpolation and frame."""
        values = asdict(self)
        return {name: values[name] for name in ("side", "crop", "interpolation", "frame")}


def _channels(text: str) -> tuple[float, ...]:
    try:
        red, green, blue = map(float, text.split(","))
    except ValueError:
        raise ValueError(f"{text!r:.40} must be three numbers with commas between") from None
    if not all(abs(each) < 1e6 for each in (red, green, blue)):
        raise ValueError(f"{text!r:.40} must be finite numbers")
    return red, green, blue


def _deviations(text: str) -> tuple[float, ...]:
    channels = _channels(text)
    if min(channels) <= 0:
        raise ValueError(f"std={text:.40} must be above 0")
    return channels


def _side(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MAX_SIDE):
        raise ValueError(f"side={text:.20} must be from 1 to {MAX_SIDE} pixels")
    return int(text)


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise ValueError(f"crop={text:.20} must be above 0 and at most 1")
    return share


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"{text!r:.40} is none of {', '.join(choices)}")
        return text

    return read


NAMED: dict[str, dict[str, Any]] = {
    "pixels": {"mean": (0.0, 0.0, 0.0), "std": (1 / 255, 1 / 255, 1 / 255)},  # from 0 to 255, unchanged
    "unit": {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)},  # from 0 to 1
    "half": {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)},  # from -1 to 1
    "imagenet": {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)},
    "clip": {"mean": (0.48145466, 0.4578275, 0.40821073), "std": (0.26862954, 0.26130258, 0.27577711)},
    "caffe": {
        "mean": (103.939 / 255, 116.779 / 255, 123.68 / 255),
        "std": (1 / 255, 1 / 255, 1 / 255),
        "order": "bgr",
    },
}
_READERS: dict[str, Callable[[str], Any]] = {
    "mean": _channels,
    "std": _deviations,
    "order": _one_of("rgb", "bgr"),
    "side": _side,
    "crop": _share,
    "interpolation": _one_of(*INTERPOLATIONS),
    "frame": _one_of("crop", "squash"),
}
KNOWN = f"choose {', '.join(NAMED)}, or numbers such as 'mean=0.5,0.5,0.5 std=0.5,0.5,0.5'"


def preprocessing_of(name: str, text: str | None, own: Preprocessing | None) -> Preprocessing:
    """Return the preprocessing of a network: that of the text, over its own.

    Raises HarnessError if mean and deviation are not known from either, or only one of them is.
    """
    result = Preprocessing.parse(text).over(own) if text is not None else own or Preprocessing()
    if result.mean is None or result.std is None:
        raise HarnessError(f"{name}: its preprocessing is not known; set preprocessing: {KNOWN}")
    return result
