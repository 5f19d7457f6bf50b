from pathlib import Path

import pytest

from harness.digest_cache import DigestCache
from harness.running.environment import environment_facts

DIGESTS = DigestCache(Path("/no/such/folder/digests.json"))
VALUES: dict[str, object] = {"backbone": "lite0", "weights": None, "side": 224}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KERAS_BACKEND", "LANDMARK_ENGINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANDMARK_DEVICE", "cpu")


def test_a_run_on_the_cpu_depends_on_nothing_else() -> None:
    assert environment_facts(VALUES | {"weights": "no/such/file"}, DIGESTS) == {}


def test_the_settings_and_the_gpu_are_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("LANDMARK_ENGINE", "keras")
    monkeypatch.setenv("LANDMARK_DEVICE", "cuda:0")
    monkeypatch.setattr("harness.device.cuda_devices", lambda: ("NVIDIA L4",))
    facts = {"device": "NVIDIA L4", "KERAS_BACKEND": "jax", "LANDMARK_ENGINE": "keras"}
    assert environment_facts(VALUES, DIGESTS) == facts


def test_other_content_of_a_file_of_weights_is_another_fact(tmp_path: Path) -> None:
    file, facts = tmp_path / "own.weights.h5", []
    for content in (b"one", b"two", b"one"):
        file.write_bytes(content)
        facts.append(environment_facts(VALUES | {"weights": str(file)}, DIGESTS))
    assert list(facts[0]) == ["weights"]
    assert facts[0] != facts[1]
    assert facts[0] == facts[2]
