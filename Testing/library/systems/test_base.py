import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.systems import base


def test_gradients_are_averaged_over_the_ranks(monkeypatch):
    """The other rank's gradient is 5 where ours is 1; what has none stays without."""
    network = torch.nn.Linear(2, 1)
    network.weight.grad = torch.ones(1, 2)
    base.average_gradients(network)
    assert network.weight.grad.tolist() == [[1, 1]]  # alone
    monkeypatch.setattr(base, "world", lambda: 2)

    class Work:
        def wait(self):
            network.weight.grad.add_(5)

    monkeypatch.setattr(base.distributed, "all_reduce", lambda gradient, async_op: Work())
    base.average_gradients(network)
    assert network.weight.grad.tolist() == [[3, 3]]
    assert network.bias.grad is None


def test_entry_names_what_is_missing():
    assert base.entry({"a": 1}, "a", "networks") == 1
    with pytest.raises(MedGANSynthError, match=r"networks\.b: is missing"):
        base.entry({"a": 1}, "b", "networks")
