import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solutions.training.holdout import assign_parts, holdout_rounds

LABELS = st.lists(st.integers(0, 9), min_size=1, max_size=40)


@given(LABELS, st.integers(0, 3))
def test_every_round_validates_images_outside_its_train_images(labels: list[int], seed: int) -> None:
    ids, landmarks = np.array([f"{number:03}" for number in range(len(labels))], object), np.array(labels)
    for each in holdout_rounds(ids, landmarks, seed):
        assert sorted([*each.train, *each.validation]) == list(range(len(labels)))
        train_labels = set(landmarks[each.train].tolist())
        assert len(train_labels) > 1
        assert [label in train_labels for label in landmarks[each.validation].tolist()] == each.is_known.tolist()


@given(LABELS, st.randoms(use_true_random=False))
def test_the_order_of_the_images_does_not_matter(labels: list[int], random: object) -> None:
    ids, landmarks = np.array([f"{number:03}" for number in range(len(labels))], object), np.array(labels)
    order = np.array(sorted(range(len(labels)), key=lambda _: random.random()))
    plain = [(set(ids[each.train]), set(ids[each.validation])) for each in holdout_rounds(ids, landmarks, 1)]
    mixed = [
        (set(ids[order][each.train]), set(ids[order][each.validation]))
        for each in holdout_rounds(ids[order], landmarks[order], 1)
    ]
    assert plain == mixed


def test_each_landmark_is_unknown_in_one_round() -> None:
    labels = np.repeat(np.arange(8), 5)
    ids = np.array([f"{number:03}" for number in range(40)], object)
    strange = [set(labels[each.validation][~each.is_known].tolist()) for each in holdout_rounds(ids, labels, 0)]
    assert sorted(label for group in strange for label in group) == list(range(8))


@given(LABELS, st.integers(2, 5), st.integers(0, 3))
def test_the_images_of_each_landmark_are_spread_over_the_parts_and_a_single_image_is_in_none(
    labels: list[int], count: int, seed: int
) -> None:
    keys, landmarks = np.array([f"{number:03}" for number in range(len(labels))]), np.array(labels)
    part = assign_parts(keys, landmarks, count, seed)
    for landmark in set(labels):
        own = part[landmarks == landmark]
        if len(own) == 1:
            assert own.tolist() == [count]
        else:
            assert np.ptp(np.bincount(own, minlength=count)) <= 1
    order = np.random.default_rng(seed).permutation(len(labels))
    assert np.array_equal(assign_parts(keys[order], landmarks[order], count, seed), part[order])
