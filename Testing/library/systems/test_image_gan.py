"""The image GAN step against a plain transcription, and ProGAN's schedule."""

import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.objectives.named import named_loss
from MedGANSynthLib.systems.image_gan import ImageGAN
from MedGANSynthLib.systems.image_settings import ProgressiveObjective
from MedGANSynthLib.systems.progan import ProGAN, grown
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.session import dry_run

CPU = torch.device("cpu")
LOSSES = ("gan", "lsgan", "wgan", "wgan-gp", "dragan", "hinge")
PUBLISHED = {
    "dcgan-slices": (15_072_385, 84_657_475),
    "srresnet-slices": (5_993_281, 80_388_449),
    "progan-slices": (26_212_567, 26_219_697),
}
"""Parameters of generator and discriminator."""


@pytest.mark.parametrize("preset", PUBLISHED)
def test_published_parameter_counts(preset):
    sizes = dry_run(load_config(preset))["parameters"]
    assert tuple(sizes.values()) == PUBLISHED[preset]


def test_the_small_preset_fits_in_8_mb_of_half_precision():
    sizes = dry_run(load_config("progan-brain-slice-small"))["parameters"]
    assert 2 * sizes["generator"] < 8_000_000


def make(preset, *overrides):
    # A large eps, because Adam's first step else follows the sign of rounding errors.
    eps = [f"optimizer.{role}.eps=1e-2" for role in ("generator", "discriminator")]
    config = load_config(preset, (*eps, *overrides))
    torch.manual_seed(0)
    kind = ProGAN if config.system.endswith("progan") else ImageGAN
    return kind(config, CPU, lambda network: network)


def images(size=32, count=4, channels=1):
    torch.manual_seed(1)
    return {"image": torch.rand(count, channels, size, size) * 2 - 1}


def gradient(d, points):
    points = points.detach().requires_grad_(True)
    return torch.autograd.grad(d(points).sum(), points, create_graph=True)[0].flatten(1)


def plain_step(s, x):
    """D on one batch, then G, one backward pass for each, as in a textbook."""
    o, g, d = s.objective, s.g, s.d
    loss = named_loss(o.loss, o.real_label, o.wanted_label)
    z = torch.randn(len(x), s.latent)
    fake = g(z).detach()
    real, made = d(x), d(fake)
    total = loss.adversarial.discriminator(real, made) + o.drift * real.square().mean()
    if loss.penalised:
        share = torch.rand(len(x), 1, 1, 1)
        other = fake
        if loss.penalised == "noise":
            # `around` draws the noise before the share.
            torch.manual_seed(5)
            other = x.std(correction=0) / 2 * torch.rand_like(x)
            share = torch.rand(len(x), 1, 1, 1)
        slope = gradient(d, share * x + (1 - share) * other)
        total = total + o.penalty * ((slope.norm(dim=1) - 1) ** 2).mean()
    total = total + o.r1 / 2 * (gradient(d, x) ** 2).sum(1).mean()
    s.optimizers["discriminator"].zero_grad()
    total.backward()
    s.optimizers["discriminator"].step()
    if loss.clipped:
        for parameter in d.parameters():
            parameter.data.clamp_(-o.clip, o.clip)
    for number in range(o.generator_steps):
        if number or o.codes == "fresh":
            z = torch.randn(len(x), s.latent)
        loss_g = loss.adversarial.generator(d(g(z)))
        s.optimizers["generator"].zero_grad()
        loss_g.backward()
        s.optimizers["generator"].step()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("codes", ["same", "fresh"])
@pytest.mark.parametrize("preset", ["dcgan-slices-debug", "srresnet-slices-debug"])
def test_a_step_equals_the_textbook(preset, codes, loss, monkeypatch):
    """Every weight of both networks afterwards, with every loss for every network."""
    if loss == "dragan":
        from MedGANSynthLib.systems import image_gan

        def around(x, published, around=image_gan.around):
            torch.manual_seed(5)
            return around(x, published)

        monkeypatch.setattr(image_gan, "around", around)
    more = (f"objective.loss={loss}", "objective.drift=0.1", "objective.r1=0.2")
    more += (f"objective.codes={codes}",)
    ours, plain = make(preset, *more), make(preset, *more)
    x = images()
    torch.manual_seed(2)
    losses = ours.step(x, 0)
    torch.manual_seed(2)
    plain_step(plain, x["image"])
    assert set(losses) == {"discriminator", "generator", "drift", "r1"} | (
        {"penalty"} if loss in ("wgan-gp", "dragan") else set()
    )
    for role, network in ours.networks.items():
        for key, value in network.state_dict().items():
            if not value.is_floating_point() or "running" in key:
                continue
            expected = plain.networks[role].state_dict()[key]
            torch.testing.assert_close(value, expected, atol=2e-5, rtol=1e-3, msg=f"{role} {key}")


def test_wgan_keeps_the_weights_small():
    system = make("dcgan-slices-debug", "objective.loss=wgan", "objective.clip=0.003")
    system.step(images(), 0)
    assert max(p.abs().max() for p in system.d.parameters()) <= 0.003


def test_the_generators_turn_comes_after_so_many_batches():
    system = make("dcgan-slices-debug", "objective.discriminator_steps=3")
    turns = ["generator" in system.step(images(), 4 * n) for n in range(6)]
    assert turns == [False, False, True] * 2


def test_simultaneous_updates_use_one_set_of_images_and_the_old_discriminator():
    more = ("objective.codes=simultaneous", "objective.generator_steps=1", "objective.loss=gan")
    system, plain = (make("srresnet-slices-debug", *more) for _ in range(2))
    x = images()
    torch.manual_seed(3)
    losses = system.step(x, 0)
    torch.manual_seed(3)
    fake = plain.g(torch.randn(4, plain.latent))
    expected = plain.loss.adversarial.generator(plain.d(fake)).item()
    assert losses["generator"].item() == pytest.approx(expected, rel=1e-5)


def test_a_batch_of_one_is_refused():
    with pytest.raises(MedGANSynthError, match="batch=1: batch norm and minibatch deviation"):
        make("dcgan-slices-debug", "batch=1")


def test_the_level_follows_the_images():
    schedule = ProgressiveObjective(stable=10, fade=4)
    levels = [grown(seen, schedule) for seen in (0, 9, 10, 11, 13, 14, 23, 24)]
    assert levels == pytest.approx([0, 0, 0.2, 0.4, 0.8, 1, 1, 1.2])


def test_optimisers_start_afresh_at_each_resolution_and_only_there():
    """8 images stable, 8 fading, 4 a step: new layers at steps 3 and 7."""
    system = make("progan-slices-debug")
    steps = []
    for number in range(8):
        system.step(images(16), 4 * number)
        state = system.optimizers["generator"].state
        steps.append(int(state[system.g.second.weight]["step"]))
    assert steps == [1, 2, 1, 2, 3, 4, 1, 2]


def test_a_grown_network_stays_grown():
    system = make("progan-slices-debug")
    system.step(images(16), 10**6)
    assert float(system.g.level) == float(system.d.level) == 2


def test_a_schedule_that_does_not_fit_is_refused():
    with pytest.raises(
        MedGANSynthError,
        match=r"images=20: .* get to 8x8 of 16x16; take more than 32 images",
    ):
        make("progan-slices-debug", "images=20")
    with pytest.raises(MedGANSynthError, match="get to 4x4 of 256x256"):
        dry_run(load_config("progan-slices", ("images=1000",)))


@pytest.mark.parametrize("preset", ["dcgan-slices", "progan-slices"])
def test_sizes_that_are_no_power_of_two_are_refused(preset):
    with pytest.raises(MedGANSynthError, match="size 200 must be a power of two"):
        load_config(preset, ("data.size=200",))


def test_a_step_in_half_precision_gives_about_the_same_losses():
    losses = []
    for low in (False, True):
        system = make("progan-slices-debug")
        torch.manual_seed(0)
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            losses.append(system.step(images(16), 36))
    for name, value in losses[0].items():
        assert losses[1][name].dtype == torch.float32
        assert losses[1][name].item() == pytest.approx(value.item(), rel=0.05, abs=0.05), name
