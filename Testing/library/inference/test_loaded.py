import dataclasses

import pytest
import torch

from MedGANSynthLib.inference import loaded

CPU, META = torch.device("cpu"), torch.device("meta")


@dataclasses.dataclass
class Counting:
    """What `loaded` uses of a package."""

    taken: list

    def load_network(self, name, device):
        self.taken.append((name, str(device)))
        return torch.nn.Conv2d(1, 1, 1, device=device)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder that counts as a package; each opening gives another object."""
    opened = []

    def open_package(path):
        opened.append(Counting([]))
        return opened[-1]

    monkeypatch.setattr(loaded.packages, "open_package", open_package)
    monkeypatch.setattr(loaded, "_shelf", None)
    for name in ("model.json", "weights.safetensors"):
        (tmp_path / name).write_text("a")
    return tmp_path


def test_nothing_is_kept_unless_asked(folder):
    package = loaded.open_package(folder)
    assert loaded.open_package(folder) is not package
    assert loaded.load_network(package, "a", CPU) is not loaded.load_network(package, "a", CPU)


def test_the_last_package_and_its_networks_are_kept(folder):
    loaded.keep_last()
    package, before = loaded.open_package(folder), loaded.loads()
    assert loaded.open_package(folder) is package
    first = loaded.load_network(package, "a", CPU)
    loaded.load_network(package, "b", CPU)
    assert loaded.load_network(package, "a", CPU) is first
    assert package.taken == [("a", "cpu"), ("b", "cpu")] and loaded.loads() - before == 2
    assert first.weight.is_contiguous(memory_format=torch.channels_last)


def test_another_device_replaces_them(folder):
    loaded.keep_last()
    package = loaded.open_package(folder)
    for device in (CPU, META, META, CPU):
        loaded.load_network(package, "a", device)
    assert package.taken == [("a", "cpu"), ("a", "meta"), ("a", "cpu")]


@pytest.mark.parametrize("file", ["model.json", "weights.safetensors"])
def test_a_file_that_changed_opens_it_again(folder, file):
    loaded.keep_last()
    package = loaded.open_package(folder)
    (folder / file).write_text("longer")
    assert loaded.open_package(folder) is not package


def test_forget(folder):
    loaded.keep_last()
    package = loaded.open_package(folder)
    loaded.forget()
    assert loaded.open_package(folder) is not package
