"""What is chosen for the memory there is, and what follows when it does not suffice."""

import numpy as np
import pytest
import torch
from torch import nn

from MedGANSynthLib.errors import GpuTooSmall, MedGANSynthError
from MedGANSynthLib.inference import forward, plan
from MedGANSynthLib.inference.plan import (
    Plan,
    attempt,
    fitting_batch,
    halved,
    plan_slices,
    plan_volume,
)
from MedGANSynthLib.models.manifest import Direction, Port

CPU = torch.device("cpu")


@pytest.fixture
def free(monkeypatch):
    """`free(count)`: so many bytes can still be had."""
    return lambda count: monkeypatch.setattr(plan, "free_memory", lambda device: count)


def direction(**changes):
    ports = {"inputs": (Port("t1", (0.0, 1.0)),), "output": Port("t2", (0.0, 1.0))}
    return Direction("network", **ports, **changes)


class Negative(nn.Module):
    """-x; runs out of memory with more than `most` numbers at once."""

    def __init__(self, dims, most=10**9):
        super().__init__()
        self.layer = (nn.Conv2d, nn.Conv3d)[dims - 2](1, 1, 1, bias=False)
        nn.init.constant_(self.layer.weight, -1.0)
        self.most, self.calls = most, []

    def forward(self, x):
        self.calls.append(tuple(x.shape))
        if x.numel() > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return self.layer(x)


def chain(start, cpu):
    texts = []
    while start is not None:
        texts.append(str(start))
        start = start.lighter(cpu)
    return texts


def test_plans_get_lighter_step_by_step():
    assert chain(Plan("cuda:0", batch=3), cpu=False) == [
        "3 slices at a time, fp32, cuda:0",
        "1 slice at a time, fp32, cuda:0",
        "1 slice at a time, bf16, cuda:0",
    ]
    assert chain(Plan("cuda:0"), cpu=True) == [
        "the whole volume at once, fp32, cuda:0",
        "the whole volume at once, bf16, cuda:0",
        "the whole volume at once, fp32, cpu",
    ]
    assert chain(Plan("cpu", patch=(16, 32, 16)), cpu=True) == [
        "patches of 16x32x16, fp32, cpu",
        "patches of 16x16x16, fp32, cpu",
    ]
    assert halved((256, 200, 64)) == (128, 200, 64)


def test_too_much_is_tried_again_with_half():
    told, tried = [], []

    def compute(chosen):
        tried.append(chosen.batch)
        if chosen.batch > 2:
            raise torch.OutOfMemoryError
        return chosen.batch

    assert attempt(Plan("cpu", batch=8), compute, told.append) == 2
    assert tried == [8, 4, 2]
    assert told[0] == (
        "not enough memory for 8 slices at a time, fp32, cpu; now 4 slices at a time, fp32, cpu."
    )


def test_the_least_plan_fails_in_a_sentence_and_the_gpu_needs_consent():
    def never(chosen):
        if chosen.device != "cpu":
            raise torch.OutOfMemoryError
        return "done"

    with pytest.raises(GpuTooSmall, match="--cpu-fallback or --device cpu"):
        attempt(Plan("cuda:0", batch=1), never, lambda text: None)
    assert attempt(Plan("cuda:0", batch=1), never, lambda text: None, cpu=True) == "done"


def test_the_words_of_the_cpu_allocator_are_known_and_other_errors_pass():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert plan.out_of_memory(caught.value)

    def wrong(chosen):
        raise RuntimeError("sizes do not match")

    with pytest.raises(RuntimeError, match="sizes"):
        attempt(Plan("cpu", batch=4), wrong, lambda text: None)


def test_as_many_slices_as_fit(free):
    free(1000)
    assert fitting_batch(8, 100, CPU) == int(0.8 * 1000 / 130)
    assert fitting_batch(4, 100, CPU) == 4
    assert fitting_batch(8, 5000, CPU) == 1
    free(None)
    assert fitting_batch(8, 100, CPU) == 8


def test_a_slice_that_cannot_fit_is_not_tried(free):
    """Input and output, 4 bytes a pixel: 32 MiB of 2048 x 2049 pixels, and scratch."""
    side, network = 2048, Negative(2)
    free(50 * 2**20)
    assert plan_slices(network, 1, (side, side), 0) == Plan("cpu", batch=1)
    with pytest.raises(MedGANSynthError, match="a slice of 2048x2049 voxels needs"):
        plan_slices(network, 1, (side, side + 1), 0)
    free(54 * 2**20)
    assert plan_slices(network, 1, (side, side + 1), 0) == Plan("cpu", batch=1)
    assert plan_slices(network, 1, (256, 256), 0) == Plan("cpu", batch=1)
    assert plan_slices(network, 1, (64, 64), 0) == Plan("cpu", batch=16)
    assert plan_slices(network, 1, (64, 64), 3) == Plan("cpu", batch=3)


def test_a_volume_is_cut_until_its_blocks_fit(free):
    network, shape = Negative(3), (32, 64, 32)
    one = 2 * 4 * 32 * 64 * 32  # input and output of the whole
    free(int(2 * one))
    assert plan_volume(network, 1, shape, None) == Plan("cpu")
    free(int(one))
    assert plan_volume(network, 1, shape, None) == Plan("cpu", patch=(32, 32, 32))
    free(1000)
    with pytest.raises(MedGANSynthError, match="16x16x16 voxels needs"):
        plan_volume(network, 1, shape, None)


def test_blocks_are_not_cut_below_what_the_network_takes(free):
    network, shape = Negative(3), (256, 50, 32)
    network.smallest = 33
    whole = 2 * 4 * 256 * 50 * 32
    free(whole)
    cut = Plan("cpu", patch=(128, 50, 32), least=48)
    assert plan_volume(network, 1, shape, None) == cut
    assert chain(cut, cpu=True) == [
        "patches of 128x50x32, fp32, cpu",
        "patches of 64x50x32, fp32, cpu",
        "patches of 48x50x32, fp32, cpu",
        "patches of 48x48x32, fp32, cpu",
    ]
    free(1000)
    with pytest.raises(MedGANSynthError, match="a block of 48x48x32 voxels needs"):
        plan_volume(network, 1, shape, None)


def test_blocks_and_whole_are_the_same_where_voxels_stand_alone(free):
    volume = np.random.default_rng(0).uniform(-0.9, 0.9, (20, 40, 24)).astype(np.float32)
    free(10**6 // 5)
    network, told, used = Negative(3), [], []
    made = forward.run_network(
        network, direction(slices=0), [volume], (1, 1, 1), warn=told.append, used=used
    )
    np.testing.assert_allclose(made, -volume, atol=1e-6)
    assert used == ["patches of 20x16x24, fp32, cpu"]
    assert told == ["the volume does not fit into memory as the model wants it: " + used[0] + "."]


def test_slices_are_measured_and_what_was_used_is_said(free):
    volume = np.random.default_rng(0).uniform(-0.9, 0.9, (16, 16, 9)).astype(np.float32)
    for room, batches, text in (
        (None, [1, 8], "32 slices at a time"),
        (5 * 2 * 4 * 256 * 1.3 / 0.8, [1, 5, 3], "5 slices at a time"),
    ):
        free(room)
        network, used = Negative(2), []
        made = forward.run_network(network, direction(), [volume], (1, 1, 1), used=used)
        assert [shape[0] for shape in network.calls] == batches
        assert used == [f"{text}, fp32, cpu"]
        np.testing.assert_allclose(made, -volume, atol=1e-6)


def test_a_wished_batch_that_is_too_large_is_halved():
    volume = np.full((16, 16, 8), 0.5, np.float32)
    network, told = Negative(2, most=2 * 256), []
    made = forward.run_network(network, direction(), [volume], (1, 1, 1), batch=8, warn=told.append)
    assert [shape[0] for shape in network.calls] == [8, 4, 2, 2, 2, 2]
    assert len(told) == 2
    assert (made == -0.5).all()
