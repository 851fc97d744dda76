"""Compiled networks train what plain ones train."""

import shutil

import pytest
import torch
import torch._dynamo.utils

from MedGANSynthLib.systems.registry import system_class
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.example import example_batch
from MedGANSynthLib.training.session import compile_exported

CPU = torch.device("cpu")


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="no compiler")
@pytest.mark.parametrize("name", ["cyclegan-t1-t2-small", "alpha-wgan-sigmarat2"])
def test_the_losses_are_those_of_plain_networks(name):
    config = load_config(f"{name}-debug")
    torch._dynamo.utils.counters.clear()
    found = []
    for compiled in (False, True):
        torch.manual_seed(0)
        system = system_class(config.system)(config, CPU, lambda network: network)
        if compiled:
            compile_exported(system)
        batch = example_batch(config, config.batch, CPU)
        torch.manual_seed(1)
        found.append({name: float(loss) for name, loss in system.step(batch, 0).items()})
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] > 0
    assert found[1] == pytest.approx(found[0], rel=1e-3, abs=1e-4)
