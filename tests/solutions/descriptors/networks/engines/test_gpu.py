"""Tests of the device of `solutions.descriptors.networks.engines.registry` and its engines, with pretended GPUs."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from harness import HarnessError, device
from solutions.descriptors.networks import keras_backend
from solutions.descriptors.networks.engines import keras_engine, onnxruntime_engine, openvino_engine, registry

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


@pytest.fixture(autouse=True)
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (device.VARIABLE, registry.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(device, "cuda_devices", lambda: ("NVIDIA H200",))
    monkeypatch.setattr(device, "_hide_other_gpus", lambda _: None)
    monkeypatch.setattr(device, "_CHOICES", set())
    monkeypatch.setattr(registry, "package_version", lambda name: "1.0")
    monkeypatch.setattr(keras_backend, "on_accelerator", lambda: False)


@pytest.fixture
def install_runtime(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that pretends an installed onnxruntime-gpu with these providers."""

    def install(*providers: str) -> None:
        monkeypatch.setattr(onnxruntime_engine, "package_version", lambda name: "1.0")
        module = SimpleNamespace(get_available_providers=lambda: [*providers])
        monkeypatch.setitem(sys.modules, "onnxruntime", module)

    return install


def test_onnx_runtime_describes_on_the_gpu_and_is_named_with_it(install_runtime: Callable[..., None]) -> None:
    install_runtime(CUDA, CPU)
    assert registry.find_engine() is onnxruntime_engine
    assert onnxruntime_engine.on_accelerator()
    assert onnxruntime_engine.made_with()["device"] == "NVIDIA H200"
    assert onnxruntime_engine._providers()[0][0] == CUDA
    assert device.device_report() == "cuda:0 (NVIDIA H200)"


def test_keras_describes_on_the_gpu_if_only_its_back_end_can(
    install_runtime: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_runtime(CPU)
    monkeypatch.setattr(keras_backend, "on_accelerator", lambda: True)
    monkeypatch.setattr(keras_backend, "installed_backends", lambda: ["jax"])
    monkeypatch.setattr(keras_backend, "installed_versions", dict)
    assert registry.find_engine() is keras_engine
    assert keras_engine.made_with() == {"engine": "keras", "device": "NVIDIA H200"}


def test_a_gpu_that_no_engine_can_use_is_left_to_others_or_an_error(
    install_runtime: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_runtime(CPU)
    assert registry.find_engine() is openvino_engine
    assert device.device_report() == "cpu"
    monkeypatch.setenv(device.VARIABLE, "cuda:0")
    with pytest.raises(HarnessError, match=r"cuda:0: no engine for networks can use it; install one with: .*\[cuda\]"):
        registry.find_engine()


def test_an_engine_for_the_cpu_and_a_named_gpu_exclude_each_other(
    install_runtime: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_runtime(CUDA, CPU)
    monkeypatch.setenv(registry.VARIABLE, "openvino")
    assert registry.find_engine() is openvino_engine
    monkeypatch.setenv(device.VARIABLE, "cuda:0")
    with pytest.raises(HarnessError, match="cuda:0: no engine"):
        registry.find_engine()


def test_on_the_cpu_no_engine_names_a_device(
    install_runtime: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    install_runtime(CUDA, CPU)
    monkeypatch.setenv(device.VARIABLE, "cpu")
    assert registry.find_engine() is openvino_engine
    assert "device" not in onnxruntime_engine.made_with()
    assert onnxruntime_engine._providers() == [CPU]
