"""Checkpoints survive what happens to them."""

import contextlib
import os

import numpy as np
import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.files import whole_file
from MedGANSynthLib.models.restricted import load_restricted
from MedGANSynthLib.training import checkpoint


def test_last_previous_and_best(tmp_path):
    for seen, best in ((1, True), (2, False), (3, False)):
        checkpoint.save(tmp_path, {"seen": seen}, best)
    read = {p.stem: load_restricted(p)["seen"] for p in tmp_path.iterdir()}
    assert read == {"last": 3, "previous": 2, "best": 1}


def test_a_torn_last_falls_back_to_the_previous(tmp_path):
    for seen in (1, 2):
        checkpoint.save(tmp_path, {"seen": seen, "w": torch.randn(100)}, False)
    last = tmp_path / "last.pt"
    last.write_bytes(last.read_bytes()[:200])
    said = []
    assert checkpoint.load_latest(tmp_path, said.append)["seen"] == 1
    assert said == [f"{tmp_path.parent.name}: last.pt cannot be read; going on from previous.pt."]
    (tmp_path / "previous.pt").write_bytes(b"")
    with pytest.raises(MedGANSynthError, match="no checkpoint in it can be read"):
        checkpoint.load_latest(tmp_path)


def test_numbers_of_numpy_can_be_read_again(tmp_path):
    state = {"seen": np.int64(3), "package": {"steps": [(np.float64(0.5), "s")]}}
    checkpoint.save(tmp_path, state, False)
    assert checkpoint.load_latest(tmp_path) == {"seen": 3, "package": {"steps": [(0.5, "s")]}}


def test_an_empty_folder_has_none(tmp_path):
    assert checkpoint.load_latest(tmp_path) is None


@pytest.mark.skipif(os.name == "nt", reason="/dev/full")
def test_a_full_disk_keeps_the_old_checkpoints(tmp_path, monkeypatch):
    for seen in (1, 2):
        checkpoint.save(tmp_path, {"seen": seen}, best=True)

    @contextlib.contextmanager
    def on_a_full_disk(path, make_folder):
        with whole_file(path, make_folder) as temporary:
            temporary.symlink_to("/dev/full")
            yield temporary

    monkeypatch.setattr(checkpoint, "whole_file", on_a_full_disk)
    with pytest.raises(MedGANSynthError, match="the disk is full"):
        checkpoint.save(tmp_path, {"seen": 3, "w": torch.zeros(100_000)}, best=True)
    assert {p.stem: load_restricted(p)["seen"] for p in tmp_path.iterdir()} == {
        "last": 2,
        "previous": 1,
        "best": 2,
    }


def test_a_pickle_is_refused_and_not_run(tmp_path):
    canary = tmp_path / "ran"

    class Payload:
        def __reduce__(self):
            return (canary.touch, ())

    torch.save({"seen": Payload()}, tmp_path / "last.pt")
    with pytest.raises(MedGANSynthError, match="no checkpoint in it can be read"):
        checkpoint.load_latest(tmp_path)
    assert not canary.exists()


def test_a_folder_that_was_moved_is_not_made_again(tmp_path):
    with pytest.raises(MedGANSynthError, match="is not there any more"):
        checkpoint.save(tmp_path / "run" / "checkpoints", {"seen": 1}, best=False)
    assert list(tmp_path.iterdir()) == []
