import os
from collections.abc import Iterator

import pytest

from harness import device
from harness.errors import HarnessError

NAMES = "NVIDIA H200", "NVIDIA L4"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is chosen, no GPU is hidden, and the environment is restored."""
    for name in (device.VARIABLE, "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(device, "_CHOICES", set())
    device._hide_other_gpus.cache_clear()
    yield
    device._hide_other_gpus.cache_clear()


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", lambda: NAMES)


@pytest.fixture
def no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "cuda_devices", tuple)


def refuse() -> bool:
    raise AssertionError("nobody asked for a GPU")


def test_the_first_gpu_is_planned_by_default_and_without_one_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    for names, planned in ((NAMES, "cuda:0"), ((), "cpu")):
        monkeypatch.setattr(device, "cuda_devices", lambda names=names: names)
        assert device.planned_device() == planned


@pytest.mark.parametrize(
    ("name", "planned"), [("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("cpu", "cpu"), ("auto", "cuda:0")]
)
def test_a_device_is_planned_by_its_name(gpus: None, name: str, planned: str) -> None:
    device.set_device(name)
    assert os.environ[device.VARIABLE] == name
    assert device.planned_device() == planned


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("cuda:2", r"cuda:2: no such device; there are cuda:0 \(NVIDIA H200\), cuda:1 \(NVIDIA L4\)"),
        ("gpu", "'gpu' is not a device; set --device or LANDMARK_DEVICE to auto, cpu or cuda:0"),
        ("cuda:x", "'cuda:x' is not a device"),
        ("cuda:-1", "'cuda:-1' is not a device"),
    ],
)
def test_impossible_devices_are_refused_in_one_line(gpus: None, name: str, reason: str) -> None:
    with pytest.raises(HarnessError, match=reason):
        device.set_device(name)


def test_without_a_gpu_the_error_names_the_cpu(no_gpus: None) -> None:
    with pytest.raises(HarnessError, match="cuda:0: no such device; this machine has no CUDA GPU .* --device cpu"):
        device.set_device("cuda:0")


def test_auto_takes_the_cpu_if_no_library_can_use_the_gpu(gpus: None) -> None:
    assert device.choose_device(lambda: False, "install torch") == "cpu"


def test_a_named_gpu_that_no_library_can_use_is_an_error(gpus: None) -> None:
    device.set_device("cuda:1")
    with pytest.raises(HarnessError, match="cuda:1: install torch"):
        device.choose_device(lambda: False, "install torch")


def test_an_empty_variable_is_auto(gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(device.VARIABLE, "")
    assert device.choose_device(lambda: False, "install torch") == "cpu"


def test_the_report_names_the_gpus_that_were_chosen(gpus: None) -> None:
    assert device.device_report() == "cpu"
    device.choose_device(lambda: False, "")
    assert device.device_report() == "cpu"
    device.choose_device(lambda: True, "")
    assert device.device_report() == "cuda:0 (NVIDIA H200)"


@pytest.mark.parametrize(("visible", "left"), [(None, "1"), ("3, 5", "5"), ("GPU-aa,GPU-bb", "GPU-bb")])
def test_other_gpus_are_hidden(gpus: None, monkeypatch: pytest.MonkeyPatch, visible: str | None, left: str) -> None:
    if visible:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    device.set_device("cuda:1")
    for _ in range(2):  # the second choice hides nothing more
        assert device.choose_device(lambda: True, "") == "cuda:1"
        assert os.environ["CUDA_VISIBLE_DEVICES"] == left


def test_the_cpu_hides_all_gpus_and_asks_no_library(gpus: None) -> None:
    device.set_device("cpu")
    assert device.choose_device(refuse, "") == "cpu"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_without_a_gpu_auto_asks_no_library_and_hides_nothing(no_gpus: None) -> None:
    assert device.choose_device(refuse, "") == "cpu"
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_a_machine_without_a_driver_has_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(device.ctypes, "CDLL", fail)
    device.cuda_devices.cache_clear()
    assert device.cuda_devices() == ()
    device.cuda_devices.cache_clear()


def test_the_driver_lists_its_gpus_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the driver: only the program that is started is replaced."""
    monkeypatch.setattr(device.ctypes, "CDLL", lambda name: None)
    monkeypatch.setattr(device, "_PROGRAM", "print('NVIDIA H200'); print('NVIDIA L4')  # {library}")
    device.cuda_devices.cache_clear()
    assert device.cuda_devices() == NAMES
    device.cuda_devices.cache_clear()
