"""The alpha-WGAN step against a plain transcription of its equations."""

import pytest
import torch
import torch.nn.functional as F

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.networks.spectral import advance
from MedGANSynthLib.systems.alpha_wgan import AlphaWGAN
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.session import dry_run

CPU = torch.device("cpu")

PUBLISHED = {
    "alpha-wgan-adni": (37_416_512, 43_785_896, 11_049_665, 20_901_889),
    "alpha-wgan-sigmarat1": (21_030_592, 27_399_604, 11_047_873, 18_853_889),
    "alpha-wgan-sigmarat2": (21_030_592, 27_399_604, 11_047_873, 18_837_505),
}
"""Parameters of generator, encoder, discriminator and code discriminator."""
DEBUG = [f"{preset}-debug" for preset in (*PUBLISHED, "alpha-wgan-brain-small")]


@pytest.mark.parametrize("preset", PUBLISHED)
def test_published_parameter_counts(preset):
    sizes = dry_run(load_config(preset))["parameters"]
    assert tuple(sizes.values()) == PUBLISHED[preset]


def test_the_small_preset_fits_in_14_mb_of_half_precision():
    sizes = dry_run(load_config("alpha-wgan-brain-small"))["parameters"]
    assert 2 * (sizes["generator"] + sizes["encoder"]) < 14_000_000


def make(preset, *overrides):
    # A large eps, because Adam's first step else follows the sign of rounding errors.
    roles = ("generator", "encoder", "discriminator", "code_discriminator")
    eps = [f"optimizer.{role}.eps=1e-2" for role in roles]
    torch.manual_seed(0)
    return AlphaWGAN(load_config(preset, (*eps, *overrides)), CPU, lambda network: network)


def batch(size=(32, 32, 32), count=4):
    torch.manual_seed(1)
    return {name: torch.rand(count, 1, *size) * 2 - 1 for name in ("image", "other")}


def penalty(critic, real, fake):
    share = torch.rand([len(real)] + [1] * (real.ndim - 1))
    point = (share * real + (1 - share) * fake).detach().requires_grad_(True)
    slope = torch.autograd.grad(critic(point).sum(), point, create_graph=True)[0]
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


def gdl(a, b):
    difference = 0.0
    for axis in (2, 3, 4):
        difference = difference + ((a.diff(dim=axis).abs() - b.diff(dim=axis).abs()) ** 2).sum()
    return difference / len(a)


def update(system, roles, loss, times=1):
    for role in roles:
        system.optimizers[role].zero_grad()
    loss.backward()
    for role in roles:
        for _ in range(times if role == "generator" else 1):
            system.optimizers[role].step()


def published_iteration(s, x, other):
    """Equations (1) to (6), one network call for each symbol, one backward pass for each loss."""
    o, g, e, d, c = s.objective, s.g, s.e, s.d, s.c
    advance(e, g)
    z_e, z_r = e(x), torch.randn(len(x), s.latent)
    x_e = g(z_e)
    encoded, random = -d(x_e).mean(), -d(g(z_r)).mean()
    terms = {"l1": F.l1_loss(x, x_e), "mse": F.mse_loss(x, x_e), "gradient_difference": gdl(x, x_e)}
    losses = {
        "adversarial_encoded": encoded,
        "adversarial_random": random,
        "code": -c(z_e).mean(),
    }
    l_gd = losses["adversarial_encoded"] + losses["adversarial_random"]  # (1)
    l_g = l_gd + losses["code"]
    for name, value in terms.items():  # (2), (5), (6)
        weight = getattr(o, name)
        l_g = l_g + weight * value
        losses |= {name: value} if weight else {}
    update(s, ("generator", "encoder"), l_g, o.generator_steps)

    advance(d)
    z_e, z_r = e(other).detach(), torch.randn(len(x), s.latent)
    x_e, x_r = g(z_e).detach(), g(z_r).detach()
    real = d(other).mean()
    l_gd = -d(x_e).mean() - d(x_r).mean()
    losses["discriminator"] = -l_gd - 2 * real  # (4)
    losses["discriminator_penalty"] = penalty(d, other, x_e) + penalty(d, other, x_r)
    loss = losses["discriminator"] + o.penalty * losses["discriminator_penalty"]
    update(s, ("discriminator",), loss)

    advance(c)
    real = c(z_r).mean()
    losses["code_discriminator"] = c(z_e).mean() - real  # (3)
    losses["code_discriminator_penalty"] = penalty(c, z_r, z_e)
    loss = losses["code_discriminator"] + o.penalty * losses["code_discriminator_penalty"]
    update(s, ("code_discriminator",), loss)
    return losses


@pytest.mark.parametrize("preset", DEBUG)
def test_two_steps_equal_two_published_iterations(preset):
    """Every term, and every weight of all four networks afterwards."""
    reduction = () if "brain" not in preset else ('objective.reduction="sum"',)
    system, published = make(preset, *reduction), make(preset, *reduction)
    data = batch()
    for step in range(2):
        torch.manual_seed(step)
        losses = system.step(data, 0)
        torch.manual_seed(step)
        expected = published_iteration(published, data["image"], data["other"])
        assert losses.keys() == expected.keys()
        for name, value in expected.items():
            assert losses[name].item() == pytest.approx(value.item(), rel=1e-3, abs=1e-4), name
    for role, network in system.networks.items():
        for key, value in network.state_dict().items():
            torch.testing.assert_close(
                value, published.networks[role].state_dict()[key], atol=1e-4, rtol=1e-3, msg=key
            )


def test_the_published_code_steps_the_generator_twice():
    once, twice = (
        make("alpha-wgan-sigmarat2-debug", f"objective.generator_steps={n}") for n in (1, 2)
    )
    start = once.g.layers[1].weight.clone()
    for system in (once, twice):
        torch.manual_seed(0)
        system.step(batch(), 0)
    moved = [(s.g.layers[1].weight - start).norm().item() for s in (once, twice)]
    assert 1.5 < moved[1] / moved[0] < 2.5
    assert torch.equal(once.e.layers[1].weight, twice.e.layers[1].weight)


def test_the_gradient_difference_reaches_the_generator():
    """The published code detaches it; here its weight changes the gradient."""
    system = make("alpha-wgan-sigmarat2-debug", "objective.mse=0.0")
    without = make(
        "alpha-wgan-sigmarat2-debug", "objective.mse=0.0", "objective.gradient_difference=0.0"
    )
    for one in (system, without):
        torch.manual_seed(0)
        one._step_encoder_and_generator(batch()["image"])
    assert not torch.allclose(system.g.layers[1].weight, without.g.layers[1].weight)


def test_a_batch_of_one_is_refused_where_batch_norm_needs_two():
    with pytest.raises(MedGANSynthError, match="batch=1: batch norm needs at least 2 scans"):
        make("alpha-wgan-adni-debug", "batch=1")
    make("alpha-wgan-sigmarat2-debug", "batch=1").step(batch(count=1), 0)


def test_missing_parts_are_named():
    config = load_config("alpha-wgan-sigmarat2-debug")
    del config.networks["encoder"]
    with pytest.raises(MedGANSynthError, match=r"networks\.encoder: is missing"):
        AlphaWGAN(config, CPU, lambda network: network)


def test_a_step_in_half_precision_gives_about_the_same_losses():
    losses = []
    for low in (False, True):
        system = make("alpha-wgan-sigmarat2-debug")
        torch.manual_seed(0)
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            losses.append(system.step(batch(), 0))
    for name, value in losses[0].items():
        assert losses[1][name].dtype == torch.float32
        assert losses[1][name].item() == pytest.approx(value.item(), rel=0.02, abs=0.02), name
