from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from harness.data.store.array_specs import ArraySpec, describe_batch, infer_specs
from harness.data.store.extractor import Extractor
from harness.errors import SolutionError


@dataclass(frozen=True)
class Given(Extractor):
    """Gives what a function makes of the number of images."""

    gives: Callable[[int], Any]
    side: Any = 8
    mode: Any = "L"
    batch: Any = 32

    def describe(self, images: np.ndarray | Sequence[np.ndarray]) -> Any:
        return self.gives(len(images))


def rows(*shape: int, dtype: str = "f4") -> Callable[[int], np.ndarray]:
    return lambda n: np.zeros((n, *shape), dtype)


def test_specs_are_inferred_from_one_black_image() -> None:
    extractor = Given(
        lambda n: {"global": rows(4)(n), "bits": rows(2, 3, dtype="?")(n), "local": [np.zeros((5, 8), "u1")] * n}
    )
    assert infer_specs(extractor) == [
        ArraySpec("global", "<f4", (4,), ragged=False),
        ArraySpec("bits", "|b1", (2, 3), ragged=False),
        ArraySpec("local", "|u1", (8,), ragged=True),
    ]


def test_a_single_array_is_named_rows() -> None:
    assert [str(column) for column in infer_specs(Given(rows(4)))] == ["rows: float32 (4)"]


@pytest.mark.parametrize(
    "gives",
    [
        lambda n: None,
        lambda n: {},
        lambda n: 1.5,
        lambda n: rows(4)(n + 1),
        lambda n: {"a": rows(4)(n), "b": rows(4)(n - 1)},
        lambda n: {"a": None},
        lambda n: rows(0)(n),
        lambda n: np.array(["text"] * n),
        lambda n: np.array([None] * n),
        lambda n: {"no name": rows(4)(n)},
        lambda n: {"../up": rows(4)(n)},
        lambda n: {"naïve": rows(4)(n)},
        lambda n: {7: rows(4)(n)},
        lambda n: [1.5] * n,
        lambda n: [np.zeros((3, 0))] * n,
        lambda n: tuple(rows(4)(n)),
    ],
)
def test_arrays_that_cannot_be_stored_raise_in_one_line(gives: Callable[[int], Any]) -> None:
    with pytest.raises(SolutionError, match="Given.* returned .*; ") as raised:
        infer_specs(Given(gives))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "asks", [{"side": 0}, {"side": -1}, {"side": 2.5}, {"mode": "CMYK"}, {"mode": None}, {"batch": 0}, {"side": "8"}]
)
def test_invalid_decoding_options_raise_before_any_image_is_decoded(asks: dict[str, Any]) -> None:
    with pytest.raises(SolutionError, match="mode is 'L' or 'RGB', the others are numbers from 1"):
        infer_specs(Given(rows(4), **asks))


@pytest.mark.parametrize(
    "gives",
    [
        rows(5),
        rows(1),
        rows(4, 1),
        rows(4, dtype="f8"),
        rows(4, dtype="i4"),
        lambda n: {"others": rows(4)(n)},
        lambda n: [*rows(4)(n)],
    ],
)
def test_a_batch_of_another_shape_or_type_raises(gives: Callable[[int], Any]) -> None:
    with pytest.raises(SolutionError, match="for a batch of 3 images and .* for a black one"):
        describe_batch(Given(gives), infer_specs(Given(rows(4))), [np.zeros((8, 8), np.uint8)] * 3)


def test_missing_rows_are_nan_or_zero() -> None:
    assert np.isnan(ArraySpec("a", "<f4", (2,), ragged=False).missing_rows(3)).all()
    assert np.isnan(ArraySpec("a", "<c8", (), ragged=False).missing_rows(3)).all()
    assert ArraySpec("a", "|u1", (2,), ragged=False).missing_rows(3).tolist() == [[0, 0]] * 3
    assert ArraySpec("a", "|b1", (), ragged=False).missing_rows(2).tolist() == [False, False]
