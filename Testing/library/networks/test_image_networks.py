"""DCGAN, SRResNet and ProGAN: published parameter counts, any size, growing."""

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.networks.progan import ProGANGenerator, ProGANOptions, double, faded
from MedGANSynthLib.networks.registry import build_network, count_parameters

CINE_PROGAN = {"channels": 20, "kernel": 3}
PUBLISHED = [
    ("dcgan-generator", {}, 15_072_385),
    ("dcgan-critic", {}, 84_657_475),
    ("srresnet-generator", {}, 5_993_281),
    ("srresnet-critic", {}, 80_388_449),
    ("progan-generator", {}, 26_212_567),
    ("progan-critic", {}, 26_219_697),
    ("cine-dcgan-generator", {}, 24_126_592),
    ("cine-dcgan-critic", {}, 17_458_369),
    ("cine-dcgan-generator", {"size": 64}, 7_676_032),
    ("cine-dcgan-critic", {"size": 64}, 4_341_953),
    ("progan-generator", CINE_PROGAN, 13_662_764),
    ("progan-critic", CINE_PROGAN, 13_669_761),
]
PAIRS = ["dcgan", "srresnet", "progan", "cine-dcgan"]


@pytest.mark.parametrize(("architecture", "options", "count"), PUBLISHED)
def test_published_parameter_counts(architecture, options, count):
    with torch.device("meta"):
        assert count_parameters(build_network(architecture, options, "test")) == count


@pytest.mark.parametrize(("role", "count"), [("generator", 26_211_057), ("critic", 26_216_689)])
def test_progan_with_the_last_layers_to_images_only(role, count):
    with torch.device("meta"):
        network = build_network(f"progan-{role}", {}, "test")
    images = network.to_image if role == "generator" else network.from_image
    assert count_parameters(network) - sum(count_parameters(la) for la in images[:-1]) == count


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(("size", "channels", "width"), [(32, 1, 2), (64, 5, 3)])
def test_any_power_of_two_channels_and_width(pair, size, channels, width):
    torch.manual_seed(0)
    shape = {"size": size, "channels": channels, "width": width}
    more = {"srresnet": {"blocks": 1}, "progan": {"widest": 8}}.get(pair, {})
    generator = build_network(f"{pair}-generator", shape | more | {"latent": 6}, "test")
    critic = build_network(f"{pair}-critic", shape | (more if pair == "progan" else {}), "test")
    images = generator(torch.randn(4, 6))
    assert images.shape == (4, channels, size, size)
    assert images.abs().max() <= 1
    assert critic(images).shape == (4, 1)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("size", [48, 4])
def test_other_sizes_are_refused(pair, size):
    with pytest.raises(MedGANSynthError, match=f"size {size}: must be a power of two of at least"):
        build_network(f"{pair}-generator", {"size": size}, "test")


def grown_to(level, **options):
    torch.manual_seed(0)
    shape = {"size": 16, "width": 4, "widest": 8, "kernel": 3}
    generator = build_network("progan-generator", shape | {"latent": 4} | options, "test")
    critic = build_network("progan-critic", shape, "test")
    for network in (generator, critic):
        network.level.fill_(level)
    return generator, critic


@pytest.mark.parametrize(("level", "side"), [(0, 4), (0.5, 8), (1, 8), (1.25, 16), (2, 16)])
def test_a_network_computes_at_its_own_resolution(level, side):
    generator, critic = grown_to(level)
    z = torch.randn(2, 4)
    images = generator.grown(z)
    assert images.shape == (2, 1, side, side)
    assert critic(images).shape == (2, 1)
    assert torch.equal(generator(z), F.interpolate(images, 16))
    (critic(images).sum() + images.sum()).backward()
    top = {4: 0, 8: 1, 16: 2}[side]
    for layers in (generator.ups, generator.convs, critic.convs, critic.downs):
        used = [layer.weight.grad is not None for layer in layers]
        assert used == [True] * top + [False] * (2 - top)


def test_a_fade_blends_linearly():
    """The image before tanh is (1 - a) of the old one doubled and a of the new one."""
    z = torch.randn(2, 4)
    images = {}
    for level in (1.0, 1.25, 2.0):
        images[level] = torch.atanh(grown_to(level)[0].grown(z))
    blend = 0.75 * double(images[1.0]) + 0.25 * images[2.0]
    torch.testing.assert_close(images[1.25], blend, atol=1e-5, rtol=1e-4)


def test_the_critics_fade_begins_at_the_old_critic():
    x = torch.randn(4, 1, 16, 16)
    old, new = grown_to(1.0)[1](F.avg_pool2d(x, 2)), grown_to(1.0 + 1e-6)[1](x)
    torch.testing.assert_close(new, old, atol=1e-4, rtol=1e-4)


def test_reals_are_blended_as_the_images_are():
    x = torch.randn(1, 1, 16, 16)
    torch.testing.assert_close(faded(x, torch.tensor(2.0)), x)
    torch.testing.assert_close(faded(x, torch.tensor(1.0)), F.avg_pool2d(x, 2))
    half = (x + double(F.avg_pool2d(x, 2))) / 2
    torch.testing.assert_close(faded(x, torch.tensor(1.5)), half)


def test_the_level_travels_with_the_weights():
    generator, _ = grown_to(1.0)
    other = ProGANGenerator(ProGANOptions(latent=4, size=16, width=4, widest=8, kernel=3))
    other.load_state_dict(generator.state_dict())
    z = torch.randn(1, 4)
    assert torch.equal(other(z), generator(z))
