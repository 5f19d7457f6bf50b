import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solutions.training.sampling import sample_weights, stratified_sample

LABELS = st.lists(st.integers(0, 5), min_size=1, max_size=60)


def named(labels: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([f"{number:03}" for number in range(len(labels))], object), np.array(labels)


@given(LABELS, st.integers(1, 9), st.integers(0, 3))
def test_each_landmark_has_the_wanted_number_of_images_or_all(labels: list[int], most: int, seed: int) -> None:
    ids, landmarks = named(labels)
    places = stratified_sample(ids, landmarks, most, seed)
    assert len(set(places.tolist())) == len(places)
    for landmark in set(labels):
        assert (landmarks[places] == landmark).sum() == min(most, labels.count(landmark))


@given(LABELS, st.randoms(use_true_random=False))
def test_the_order_of_the_images_does_not_matter(labels: list[int], random: object) -> None:
    ids, landmarks = named(labels)
    order = np.array(sorted(range(len(labels)), key=lambda _: random.random()))
    assert (
        ids[stratified_sample(ids, landmarks, 3, 1)].tolist()
        == ids[order][stratified_sample(ids[order], landmarks[order], 3, 1)].tolist()
    )


def test_other_seeds_sample_other_images() -> None:
    ids, landmarks = named([7] * 6)
    samples = [frozenset(ids[stratified_sample(ids, landmarks, 2, seed)]) for seed in range(40)]
    assert len(set(samples)) > 5
    assert frozenset.union(*samples) == set(ids)


@given(LABELS, st.sampled_from([0.0, 0.5, 1.0]))
def test_the_weight_of_a_landmark_is_a_power_of_its_number_of_images(labels: list[int], balance: float) -> None:
    classes = np.unique(labels, return_inverse=True)[1]
    weights = sample_weights(classes, balance)
    of = np.array([weights[classes == each].sum() for each in range(classes.max() + 1)])
    powers = np.bincount(classes) ** (1 - balance)
    assert np.allclose(of, powers / powers.sum())
