"""Tests of `solutions.training.trained_network`, `solutions.training.train_loop`, `solutions.training.model`,
`solutions.training.checkpoint` and `solutions.training.settings`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import HarnessError, ImageSet, TrainingData
from harness.contract.clauses import rename_images
from harness.cpu_budget import limit_cores
from harness.data.competition import Competition
from harness.data.split import own_split
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.descriptors.normalisation import l2_normalise
from solutions.training import checkpoint
from solutions.training import train_loop as loop
from solutions.training import trained_network as network
from solutions.training.settings import TrainingConfig
from solutions.training.trained_network import TrainedNetwork, train_network
from tests.back_ends import require_back_end
from tests.factories.competitions import make_competition

require_back_end()
pytestmark = pytest.mark.usefixtures("conversion_in_this_process")
FEATURES = SquareExtractor("lite0", 64)
ROWS = TrainingConfig(epochs=6, rate=0.01, patience=9)
UPPER = 130  # of 141 layers of lite0


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TrainingData:
    folder = tmp_path_factory.mktemp("competition")
    make_competition(folder, landmarks=3, train=6, size=64)
    return own_split(Competition.open(folder, folder / "store"), "recognition").data


@pytest.fixture
def uncached(data: TrainingData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> TrainingData:
    """The same images with an empty store for fits and checkpoints."""
    monkeypatch.setattr(ImageSet, "store", property(lambda _: tmp_path))
    return data


def train(data: TrainingData, training: TrainingConfig, validate: bool = False) -> TrainedNetwork:
    validation = (data.train[::3], data.labels[::3]) if validate else None
    return train_network(data.train, data.labels, FEATURES, training, validation)


def accuracy(data: TrainingData, network: TrainedNetwork) -> float:
    return float((network.landmarks[network.logits(data.train).argmax(axis=1)] == data.labels).mean())


@pytest.mark.parametrize("head", ["dense", "sampled", "hierarchical", "arcface", "arcface_softmax"])
def test_every_head_learns_landmarks(data: TrainingData, head: str) -> None:
    result = train(data, replace(ROWS, head=head, epochs=25))
    assert result.landmarks.tolist() == [0, 1, 2]
    assert accuracy(data, result) == 1
    assert result.history[-1, 0] < result.history[0, 0]
    assert np.isnan(result.history[:, 1]).all()


@pytest.mark.parametrize("head", ["arcface", "arcface_softmax", "triplet", "contrastive"])
def test_descriptors_of_a_landmark_become_more_similar(data: TrainingData, head: str) -> None:
    def apart(training: TrainingConfig) -> float:
        rows = l2_normalise(train(data, training).embed(data.train))
        assert rows.shape == (18, 16)
        same = data.labels[:, None] == data.labels[None]
        return float((rows @ rows.T)[same].mean() - (rows @ rows.T)[~same].mean())

    trained = replace(ROWS, head=head, embedding=16, epochs=20)
    assert apart(trained) > apart(replace(trained, rate=0.0)) + 0.05


def test_ids_have_no_effect(data: TrainingData) -> None:
    renamed = TrainingData(rename_images(data.train, "t"), data.labels, data.index)
    training = replace(ROWS, epochs=2, per_landmark=5)
    one, other = train(data, training), train(renamed, training)
    assert one.parts.folder != other.parts.folder
    for name in one.parts.arrays:
        assert np.array_equal(one.parts[name], other.parts[name], equal_nan=True), name


def test_a_head_without_classes_has_no_logits(data: TrainingData) -> None:
    with pytest.raises(HarnessError, match="head='triplet' knows no landmarks; choose dense, "):
        train(data, replace(ROWS, head="triplet", epochs=1)).logits(data.train)


@pytest.mark.parametrize("frozen", [None, pytest.param(UPPER, marks=pytest.mark.slow)])
def test_an_interrupted_training_continues_to_the_same_weights(
    uncached: TrainingData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frozen: int | None
) -> None:
    training = replace(ROWS, frozen=frozen, epochs=4, head="sampled")
    whole = {name: np.array(each) for name, each in train(uncached, training, validate=True).parts.arrays.items()}
    monkeypatch.setattr(ImageSet, "store", property(lambda _: tmp_path / "other"))
    save, saved = checkpoint.save_state, []

    def interrupt(path: Path, state: checkpoint.TrainingState) -> None:
        save(path, state)
        saved.append(path)
        if len(saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint, "save_state", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(uncached, training, validate=True)
    assert saved[0].exists()
    resumed = train(uncached, training, validate=True)
    assert len(saved) == 4, "two epochs before, two after"
    assert not saved[0].exists()
    assert whole.keys() == resumed.parts.arrays.keys()
    for name, each in whole.items():
        assert np.array_equal(each, resumed.parts[name], equal_nan=True), name


def test_a_damaged_checkpoint_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    for content in (b"", b"PK\x03\x04 broken", b"no archive"):
        path.write_bytes(content)
        assert checkpoint.load_state(path) == checkpoint.TrainingState()


@pytest.mark.parametrize("frozen", [None, pytest.param(UPPER, marks=pytest.mark.slow)])
def test_cores_and_order_of_the_images_do_not_matter(
    uncached: TrainingData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, frozen: int | None
) -> None:
    training = replace(ROWS, epochs=2, per_landmark=5, frozen=frozen)
    with limit_cores(1):
        one = train(uncached, training)
    monkeypatch.setattr(ImageSet, "store", property(lambda _: tmp_path / "other"))
    order = np.random.default_rng(0).permutation(len(uncached.train))
    with limit_cores(3):
        other = train(TrainingData(uncached.train[order], uncached.labels[order], uncached.index), training)
    assert one.parts.folder != other.parts.folder
    for name in one.parts.arrays:
        assert np.array_equal(one.parts[name], other.parts[name], equal_nan=True), name


def test_training_stops_early_and_keeps_the_best_epoch(uncached: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    scores, models = iter([0.2, 0.6, 0.6, 0.5, 0.9]), []

    def gap(model: object, *_: object) -> float:
        models.append(model.trained_arrays["weights"])
        return next(scores)

    monkeypatch.setattr(loop, "_validation_gap", gap)
    result = train(uncached, replace(ROWS, epochs=9, patience=2), validate=True)
    assert result.history[:, 1].tolist() == [0.2, 0.6, 0.6, 0.5]
    assert result.epochs == 2
    assert np.array_equal(result.parts["weights"], models[1])


def test_stopping_after_fewer_epochs_gives_the_same_first_epochs(data: TrainingData) -> None:
    whole = train(data, ROWS).history
    assert np.array_equal(train(data, replace(ROWS, stop=3)).history[:, 0], whole[:3, 0])


def test_validation_images_of_unknown_landmarks_lower_the_gap(data: TrainingData) -> None:
    few = data.labels < 2
    validation = data.train[~few], data.labels[~few]
    training = replace(ROWS, epochs=2)
    result = train_network(data.train[few], data.labels[few], FEATURES, training, validation)
    assert result.history[:, 1].tolist() == [0, 0]


@pytest.mark.slow
def test_upper_layers_are_trained_and_frozen_ones_are_not(data: TrainingData) -> None:
    from solutions.descriptors.networks.keras_models import build_network as build

    result = train(data, TrainingConfig(frozen=UPPER, epochs=12, rate=2e-3, augment=False))
    assert accuracy(data, result) == 1
    before = build("lite0", "imagenet", None, classes=False)
    after = build(result.features.backbone, "imagenet", None, classes=False)
    layers = [each for each in before.layers[-1].layers if each.weights]
    lowest = {each.name for each in before.layers[-1].layers[:UPPER]}
    found_now = dict(named_layers(after))
    changed = {each.name for each in layers if differ(each.weights, found_now[each.name].weights)}
    assert changed
    assert not changed & lowest
    for each in layers:
        if each.name.endswith("_bn"):
            assert not differ(each.weights[2:], found_now[each.name].weights[2:]), "their means and variances stay"


def named_layers(model: object) -> list[tuple[str, object]]:
    """Return all layers, also those of nested models."""
    deeper = [each for layer in model.layers if hasattr(layer, "layers") for each in named_layers(layer)]
    return [*((layer.name, layer) for layer in model.layers if not hasattr(layer, "layers")), *deeper]


def differ(weights: list[object], others: list[object]) -> bool:
    return any((np.asarray(one) != np.asarray(other)).any() for one, other in zip(weights, others, strict=True))


def test_the_learning_curve_is_stored_with_the_network(data: TrainingData) -> None:
    pytest.importorskip("matplotlib")
    result = train(data, replace(ROWS, epochs=3))
    assert result.parts.file("curve.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_there_is_no_learning_curve(uncached: TrainingData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network.curve, "can_draw", lambda: False)
    assert not train(uncached, replace(ROWS, epochs=1)).parts.file("curve.png").exists()


def test_a_landmark_with_one_image_is_learned(data: TrainingData) -> None:
    some = np.append(np.flatnonzero(data.labels < 2), np.flatnonzero(data.labels == 2)[:1])
    result = train_network(data.train[some], data.labels[some], FEATURES, replace(ROWS, epochs=20))
    assert result.landmarks.tolist() == [0, 1, 2]
    assert accuracy(TrainingData(data.train[some], data.labels[some], data.index), result) == 1


@pytest.mark.parametrize("which", [slice(0, 0), slice(0, 6)])
def test_too_few_landmarks_are_refused_in_one_line(data: TrainingData, which: slice) -> None:
    with pytest.raises(HarnessError, match="train images of two landmarks or more; label more in train.csv"):
        train_network(data.train[which], data.labels[which], FEATURES, ROWS)


def test_unreadable_images_are_left_out_and_too_few_others_refused(tmp_path: Path) -> None:
    make_competition(tmp_path, landmarks=2, train=2)
    for keeps in (1, 0):
        data = own_split(Competition.open(tmp_path, tmp_path / f"store{keeps}"), "recognition").data
        for path in [each for each, label in zip(data.train.paths, data.labels, strict=True) if label][keeps:]:
            assert path is not None
            path.write_bytes(b"broken")
        data = own_split(Competition.open(tmp_path, tmp_path / f"store{keeps}"), "recognition").data
        if keeps:
            logits = train(data, replace(ROWS, epochs=1)).logits(data.train)
            assert np.isnan(logits).any(axis=1).sum() == 1
        else:
            with pytest.raises(HarnessError, match="two landmarks or more that can be read"):
                train(data, replace(ROWS, epochs=1))


def test_an_infinite_loss_is_an_error_and_leaves_no_checkpoint(uncached: TrainingData, tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"lite0: the loss is (nan|inf) in epoch \d; .* smaller rate than 1e\+30"):
        train(uncached, replace(ROWS, rate=1e30, weight_decay=1e30))
    assert not list(tmp_path.rglob("*.npz"))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"frozen": 999}, "frozen=999: lite0 has 141 layers"),
        ({"frozen": -1}, "frozen=-1: lite0 has 141 layers"),
        ({"embedding": 9999}, "embedding=9999 must be from 1 to 3840"),
    ],
)
def test_impossible_layers_and_embeddings_are_refused(data: TrainingData, wrong: dict[str, int], reason: str) -> None:
    with pytest.raises(HarnessError, match=reason):
        train(data, replace(ROWS, **wrong))


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"per_landmark": 0}, {"patience": 0}, {"head": "logistic", "frozen": 3}]
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(HarnessError, match=f"{list(wrong)[-1]}="):
        TrainingConfig(**wrong)


def test_layers_below_a_pooling_without_gradients_cannot_be_trained(data: TrainingData) -> None:
    features = replace(FEATURES, poolings=("gem", "rmac"))
    with pytest.raises(HarnessError, match="nothing can be trained below the pooling 'rmac'; take mac, spoc, gem"):
        train_network(data.train, data.labels, features, replace(ROWS, frozen=UPPER))
