"""Tests of `solutions.training.trainable_network`; `test_inception` and `test_trained_network` train what it builds."""

import pytest

from harness import HarnessError, device
from solutions.descriptors.extractors.square import SquareExtractor
from solutions.training import trainable_network
from solutions.training.trainable_network import build_trainable_network
from tests.back_ends import require_back_end


@pytest.mark.parametrize("name", ["timm:resnet18", "model.onnx"])
def test_layers_of_a_network_that_keras_does_not_define_cannot_be_trained(name: str) -> None:
    with pytest.raises(HarnessError, match=f"frozen=3: the layers of {name} cannot be trained; choose a network of K"):
        build_trainable_network(SquareExtractor(name), 3)


def test_a_gpu_that_the_back_end_cannot_use_is_refused_before_training(monkeypatch: pytest.MonkeyPatch) -> None:
    require_back_end()
    monkeypatch.setattr(device, "cuda_devices", lambda: ("NVIDIA H200",))
    monkeypatch.setattr(device, "_hide_other_gpus", lambda _: None)
    monkeypatch.setattr(trainable_network, "on_accelerator", lambda: False)
    monkeypatch.setenv("LANDMARK_DEVICE", "cuda:0")
    with pytest.raises(
        HarnessError, match=r"cuda:0: \w+, the back end of Keras, cannot use it; install one with: .*cud"
    ):
        build_trainable_network(SquareExtractor(weights=None), 3)
