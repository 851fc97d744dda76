"""SC-GAN's networks: published numbers, sizes, and what saves memory computes the same."""

import pytest
import torch

from MedGANSynthLib.networks.registry import build_network, count_parameters


def build(role, **options):
    torch.manual_seed(0)
    return build_network(f"scgan-{role}", options, "test")


@pytest.mark.parametrize(
    ("role", "parameters"), [("generator", 132_875_877), ("discriminator", 21_675_715)]
)
def test_published_parameter_counts(role, parameters):
    with torch.device("meta"):
        assert count_parameters(build(role)) == parameters


def test_published_maps_at_256():
    """Without memory: 256^3 to 256^3; 16^3 logits after five maps for the feature matching."""
    with torch.device("meta"):
        generator, discriminator = build("generator").eval(), build("discriminator")
        x = torch.empty(1, 2, 256, 256, 256)
        fake = generator(x)
        *maps, logits = discriminator(torch.cat([x, fake], dim=1))
    assert fake.shape == (1, 1, 256, 256, 256)
    shapes = [(m.shape[1], m.shape[2]) for m in maps]
    assert shapes == [(64, 128), (128, 64), (256, 32), (256, 32), (512, 16)]
    assert logits.shape == (1, 1, 16, 16, 16)


@pytest.mark.parametrize(
    ("levels", "size"), [(5, (32, 33, 47)), (6, (33, 40, 64)), (3, (9, 5, 12))]
)
def test_any_size_that_the_levels_allow(levels, size):
    network = build("generator", levels=levels, width=2, in_channels=3, top=4)
    out = network(torch.randn(2, 3, *size))
    assert out.shape == (2, 1, *size)
    assert out.abs().max() <= 1
    with pytest.raises(ValueError, match=f"{network.smallest} voxels or more"):
        network(torch.randn(2, 3, *size[:2], network.smallest - 1))


def test_the_same_system_in_2d():
    generator = build("generator", dims=2, levels=5, width=2)
    out = generator(torch.randn(1, 2, 40, 50))
    assert out.shape == (1, 1, 40, 50)
    maps = build("discriminator", dims=2, width=2)(torch.randn(1, 3, 40, 50))
    assert maps[-1].shape == (1, 1, 3, 4)


def test_every_input_voxel_reaches_the_output_where_there_is_attention():
    """Three levels of 3x3 convolutions alone see less than 64 pixels."""
    reached = {}
    for attention in (False, True):
        network = build(
            "generator", levels=3, width=8, kernel=3, norm="none", attention=attention, dims=2
        )
        for module in (network.inner, network.outer, network.global_attention):
            if attention:
                torch.nn.init.ones_(module.gate)
        x = torch.randn(1, 2, 64, 64, requires_grad=True)
        network(x)[0, 0, 0, 0].backward()
        reached[attention] = int((x.grad.abs().sum(1) > 0).any(0).nonzero().max())
    assert reached[True] > 50 > reached[False]


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_computing_levels_again_gives_the_same_gradients(role):
    channels = {"generator": 2, "discriminator": 3}[role]
    network = build(role, width=2, **({"levels": 5} if role == "generator" else {})).double()
    x = torch.randn(1, channels, 32, 32, 32, dtype=torch.float64)
    gradients = []
    for recompute in (False, True):
        network.recompute = recompute
        torch.manual_seed(1)  # dropout
        out = network(x)
        loss = sum(m.square().mean() for m in out) if isinstance(out, list) else out.mean()
        gradients.append(torch.autograd.grad(loss, list(network.parameters())))
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


def test_weights_are_cut_at_two_deviations_and_divided_by_their_norm():
    layer = build("generator", levels=3, width=16).down[1].layer
    raw = layer.parametrizations.weight.original
    assert raw.abs().max() <= 0.04
    assert raw.std().item() == pytest.approx(0.88 * 0.02, rel=0.02)  # of a normal cut at 2 sigma
    largest = torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
    assert largest.item() == pytest.approx(1, rel=0.05)


def test_options_switch_attention_and_spectral_norm_off():
    for role in ("generator", "discriminator"):
        names = build(role, width=2, attention=False, spectral=False).state_dict()
        assert not any("gate" in name or "parametrizations" in name for name in names)
