"""Tests of `solutions.descriptors.networks.network_cache` and `solutions.descriptors.networks.file_digest`."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import HarnessError
from solutions.descriptors.networks import network_cache
from solutions.descriptors.networks.file_digest import digest_of_file
from solutions.descriptors.networks.network_cache import converted_network, network_key, networks_folder
from solutions.descriptors.networks.network_spec import ConvertedNetwork, NetworkSpec

SPEC = NetworkSpec("MobileNetV2", None)
NETWORK = b"a network"


@pytest.fixture
def conversions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of networks that were converted into an empty cache, by a converter that only writes two files."""
    names: list[str] = []

    def convert(spec: NetworkSpec, folder: Path) -> None:
        names.append(spec.name)
        time.sleep(0.05)
        (folder / "network.onnx").write_bytes(NETWORK)
        ConvertedNetwork({"maps": "maps"}, (None, 32)).write(folder / "network.json")

    monkeypatch.setattr(network_cache, "convert_in_subprocess", convert)
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "cache"))
    return names


def test_a_network_is_converted_once(conversions: list[str]) -> None:
    for _ in range(3):
        path, description = converted_network(SPEC)
        assert path.read_bytes() == NETWORK
        assert description.input_size == (None, 32)
    assert conversions == ["MobileNetV2"]


def test_callers_at_the_same_time_convert_once(conversions: list[str]) -> None:
    with ThreadPoolExecutor(4) as threads:
        paths = {path for path, _ in threads.map(converted_network, [SPEC] * 8)}
    assert len(paths) == len(conversions) == 1


@pytest.mark.parametrize("damage", ["other bytes", "truncated", "no network", "no description", "junk digests", "list"])
def test_a_damaged_network_is_converted_again(conversions: list[str], damage: str) -> None:
    path, _ = converted_network(SPEC)
    if damage == "other bytes":
        path.write_bytes(NETWORK[::-1])
    elif damage == "truncated":
        path.write_bytes(NETWORK[:-1])
    elif damage in ("junk digests", "list"):
        (path.parent / "digests.json").write_text("junk" if damage == "junk digests" else "[]")
    else:
        (path.parent / ("network.onnx" if damage == "no network" else "network.json")).unlink()
    assert converted_network(SPEC)[0].read_bytes() == NETWORK
    assert len(conversions) == 2


def test_nothing_half_done_is_left_or_used(conversions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = network_cache.convert_in_subprocess

    def fail(spec: NetworkSpec, folder: Path) -> None:
        whole(spec, folder)
        raise HarnessError("MobileNetV2: no")

    monkeypatch.setattr(network_cache, "convert_in_subprocess", fail)
    with pytest.raises(HarnessError, match="MobileNetV2: no"):
        converted_network(SPEC)
    abandoned = networks_folder() / f".{network_key(SPEC)}.0123"
    abandoned.mkdir()
    monkeypatch.setattr(network_cache, "convert_in_subprocess", whole)
    path, _ = converted_network(SPEC)
    assert {each.name for each in networks_folder().iterdir()} == {path.parent.name, f"{path.parent.name}.lock"}


def test_a_complete_network_is_read_without_writing(conversions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = converted_network(SPEC)
    monkeypatch.setattr(network_cache, "FileLock", None)
    assert converted_network(SPEC) == expected


def test_a_cache_that_cannot_be_written_is_named_with_its_variable(
    conversions: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "file"))
    with pytest.raises(HarnessError, match=r"networks cannot be written: .*; set LANDMARK_CACHE to another folder"):
        converted_network(SPEC)


def test_a_full_disk_is_named(conversions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(spec: NetworkSpec, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(network_cache, "convert_in_subprocess", fail)
    with pytest.raises(HarnessError, match="cannot be written: No space left on device; set LANDMARK_CACHE"):
        converted_network(SPEC)


def test_the_key_changes_with_all_that_changes_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "own.weights.h5"
    weights.write_bytes(b"\x89HDF\r\n\x1a\none")
    specs = [
        SPEC,
        NetworkSpec("MobileNet", None),
        NetworkSpec("MobileNetV2", str(weights)),
        NetworkSpec("MobileNetV2", None, layer="Conv_1"),
        NetworkSpec("MobileNetV2", None, classes=True),
        NetworkSpec("MobileNetV2", None, further=("Conv_1",)),
        NetworkSpec("MobileNetV2", None, preprocessing="unit"),
    ]
    keys = [network_key(spec) for spec in specs]
    weights.write_bytes(b"\x89HDF\r\n\x1a\ntwo!")
    keys.append(network_key(specs[2]))
    monkeypatch.setattr(network_cache, "_code_digest", lambda module: "other code")
    keys.append(network_key(SPEC))
    monkeypatch.setattr(network_cache, "package_version", lambda package: "0")
    keys.append(network_key(SPEC))
    assert len(set(keys)) == len(keys)


def test_the_cache_lies_in_the_folder_of_the_first_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDMARK_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert networks_folder() == tmp_path / "own" / "networks"
    monkeypatch.delenv("LANDMARK_CACHE")
    assert networks_folder() == tmp_path / "shared" / "landmark" / "networks"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert networks_folder() == tmp_path / "home" / ".cache" / "landmark" / "networks"


def test_the_digest_of_a_file_follows_its_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    assert digest_of_file(str(file)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    file.write_bytes(b"abc")
    assert digest_of_file(str(file)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(HarnessError, match="none: cannot be read: No such file"):
        digest_of_file(str(tmp_path / "none"))


def test_a_damaged_description_is_named(tmp_path: Path) -> None:
    for content in ("junk", "[]", "{}", json.dumps({"input_size": [1, 2], "outputs": {}, "more": 1})):
        (tmp_path / "network.json").write_text(content)
        with pytest.raises(HarnessError, match=r"network\.json: is no description of a converted network"):
            ConvertedNetwork.read(tmp_path / "network.json")
