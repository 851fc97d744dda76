"""Where kernels lie in memory."""

import torch

from MedGANSynthLib.networks.layout import channels_last, placed
from MedGANSynthLib.networks.registry import build_network

CPU = torch.device("cpu")


def layouts(architecture, **options):
    network = placed(build_network(architecture, options, "network"), CPU)
    kernels = [p for p in network.parameters() if p.ndim in (4, 5) and min(p.shape) > 1]
    names = {4: torch.channels_last, 5: torch.channels_last_3d}
    return {kernel.is_contiguous(memory_format=names[kernel.ndim]) for kernel in kernels}


def test_channels_come_last_but_where_that_costs():
    assert layouts("unet-small", in_channels=1, out_channels=1, widths=[4, 8]) == {True}
    assert layouts("scgan-generator", dims=3, in_channels=2, levels=4, width=2) == {True}
    assert layouts("unet256", width=4, levels=5) == {False}


def test_images_and_volumes_get_the_same_layout_and_numbers_none():
    image, volume, codes = torch.rand(1, 2, 3, 4), torch.rand(1, 2, 3, 4, 5), torch.rand(2, 3)
    assert channels_last(image, CPU).stride() == (24, 1, 8, 2)
    assert channels_last(volume, CPU).is_contiguous(memory_format=torch.channels_last_3d)
    assert torch.equal(channels_last(codes, CPU), codes)
