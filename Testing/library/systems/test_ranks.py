"""Two ranks, each with half of a batch, compute what one rank computes with the whole of it.

The ranks are two processes that train every debug preset one after the other; this file is also
their script.
"""

import dataclasses
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from MedGANSynthLib.collective import own
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.systems.registry import system_class
from MedGANSynthLib.training.config import PRESETS, load_config
from MedGANSynthLib.training.distributed import Ranks
from MedGANSynthLib.training.example import example_batch

DEBUG = sorted(path.stem for path in PRESETS.glob("*-debug.toml"))
BATCH, STEPS = 4, 2


def configured(preset):
    """A batch of 4, and Adam with an eps so large that it does not turn rounding into steps."""
    overrides = [f"batch={BATCH}"]
    if preset.startswith("cyclegan"):
        overrides.append("objective.pool=3")
    config = load_config(preset, tuple(overrides))
    smooth = {n: dataclasses.replace(o, eps=1e-2) for n, o in config.optimizer.items()}
    return dataclasses.replace(config, optimizer=smooth)


def trained(config, ranks):
    """Losses of each step, averaged over the ranks, and the state after the last one."""
    torch.manual_seed(ranks.rank)
    system = system_class(config.system)(config, ranks.device, ranks.wrap)
    torch.manual_seed(0)
    for network in system.networks.values():
        for module in network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # whose masks belong to a rank's part alone
    ranks.same_start(list(system.networks.values()))
    losses = []
    for step in range(STEPS):
        torch.manual_seed(step)
        batch = example_batch(config, BATCH, ranks.device)
        # From the middle of the run on: growing networks are fading there.
        seen = config.images // 4 + step * BATCH
        part = {key: own(value) for key, value in batch.items()}
        found = system.step(part, seen)
        losses.append(ranks.mean({name: float(value) for name, value in found.items()}))
    return {"losses": losses, "state": system.state_dict()}


def main(folder):
    """One of the ranks."""
    torch.set_num_threads(1)
    ranks = Ranks("cpu")
    for preset in DEBUG:
        result = trained(configured(preset), ranks)
        if ranks.main:
            torch.save(result, folder / f"{preset}-two.pt")
    state = {"n": torch.arange(3), "seen": 7} if ranks.main else None
    told = {"state": ranks.from_main(state), "refused": ""}
    try:
        ranks.agree(lambda: refuse_on_the_first(ranks))
    except MedGANSynthError as error:
        told["refused"] = str(error)
    torch.save(told, folder / f"told-{ranks.rank}.pt")
    ranks.close()


def refuse_on_the_first(ranks):
    """What a Run folder in use is to rank 0."""
    if ranks.main:
        raise MedGANSynthError("it is in use.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What one rank and what two ranks made of each preset."""
    folder, alone = tmp_path_factory.mktemp("ranks"), Ranks("cpu")
    for preset in DEBUG:
        torch.save(trained(configured(preset), alone), folder / f"{preset}-one.pt")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, str(folder)],
            env=os.environ | shared | {"RANK": str(rank), "OMP_NUM_THREADS": "1"},
        )
        for rank in range(2)
    ]
    assert [process.wait(300) for process in processes] == [0, 0]
    return folder


def tensors(state, path=""):
    """Every tensor of a nested state with where it is."""
    if isinstance(state, torch.Tensor):
        yield path, state
    elif isinstance(state, dict):
        for key, value in state.items():
            yield from tensors(value, f"{path}.{key}")


@pytest.mark.parametrize("preset", DEBUG)
def test_two_ranks_are_one(folder, preset):
    """Losses, weights, statistics, Adam's moments and the pool of fakes."""
    one, two = (
        torch.load(folder / f"{preset}-{name}.pt", weights_only=True) for name in ("one", "two")
    )
    for alone, together in zip(one["losses"], two["losses"], strict=True):
        assert together == pytest.approx(alone, rel=1e-4, abs=1e-5)
    rate = max(o.lr for o in configured(preset).optimizer.values())
    expected, found = dict(tensors(one["state"])), dict(tensors(two["state"]))
    assert expected.keys() == found.keys()
    largest = {}  # of each kind: some biases have no gradient but rounding
    for name, value in expected.items():
        kind = name.rpartition(".")[2]
        largest[kind] = max(largest.get(kind, 0.0), value.abs().max().item())
    for name, value in expected.items():
        # On average: moments to a thousandth of the largest, weights to a thirtieth of a step.
        kind = name.rpartition(".")[2]
        allowed = 1e-3 * largest[kind] if kind.startswith("exp_avg") else 3e-2 * rate
        difference = (found[name] - value).float().square().mean().sqrt().item()
        assert difference <= allowed + 1e-5 * value.abs().max().item(), name


def test_ranks_share_a_checkpoint_and_a_refusal(folder):
    """Only rank 0 has the Run; where it cannot train, none waits for it."""
    first, second = (torch.load(folder / f"told-{r}.pt", weights_only=True) for r in range(2))
    assert second["state"]["n"].tolist() == [0, 1, 2] and second["state"]["seen"] == 7
    assert first["refused"] == "it is in use."
    assert second["refused"].startswith("another rank cannot train")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
