"""Imported alpha-WGAN networks compute what the published modules compute.

The modules are written here once more, from their tables, with the published layer names.
"""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.models.alpha_wgan import import_alpha_wgan
from MedGANSynthLib.models.package import open_package

OLD_SPECTRAL = nn.utils.spectral_norm
PLAIN = nn.Identity()


class PublishedGenerator(nn.Module):
    def __init__(self, noise, channel, spectral, batch) -> None:
        super().__init__()
        self.noise, self.slope = noise, 0.0 if batch else 0.01
        wrap = OLD_SPECTRAL if spectral else PLAIN
        norm = nn.BatchNorm3d if batch else nn.InstanceNorm3d
        c = channel
        widths = [8 * c, 4 * c, 2 * c, c]
        self.tp_conv1 = wrap(nn.ConvTranspose3d(noise, 8 * c, 4, bias=False))
        for n, (before, after) in enumerate(zip(widths, [*widths[1:], 1], strict=True), 2):
            setattr(self, f"bn{n - 1}", norm(before))
            setattr(self, f"tp_conv{n}", wrap(nn.Conv3d(before, after, 3, padding=1, bias=False)))

    def forward(self, z):
        h = self.tp_conv1(z.view(-1, self.noise, 1, 1, 1))
        for n in range(2, 6):
            h = F.leaky_relu(getattr(self, f"bn{n - 1}")(h), self.slope)
            h = getattr(self, f"tp_conv{n}")(F.interpolate(h, scale_factor=2))
        return torch.tanh(h)


class PublishedEncoder(nn.Module):
    def __init__(self, channel, out_class, spectral, norm) -> None:
        super().__init__()
        wrap = OLD_SPECTRAL if spectral else PLAIN
        widths = [1, *(channel // 2**n for n in (3, 2, 1, 0))]
        for n in range(1, 5):
            conv = wrap(nn.Conv3d(widths[n - 1], widths[n], 4, stride=2, padding=1))
            setattr(self, f"conv{n}", conv)
            if n > 1 and norm is not None:
                setattr(self, f"bn{n}", norm(widths[n]))
        self.conv5 = wrap(nn.Conv3d(channel, out_class, 4))

    def forward(self, x):
        for n in range(1, 5):
            x = getattr(self, f"conv{n}")(x)
            x = F.leaky_relu(getattr(self, f"bn{n}", PLAIN)(x), 0.2)
        return self.conv5(x)


# spectral generator, batch norm; spectral encoder, its norm
KINDS = {
    "kwon": (False, True, False, nn.BatchNorm3d),
    "sigmarat1 (file WGAN_SigmaRat2.py)": (True, False, True, nn.InstanceNorm3d),
    "sigmarat2 (file WGAN_SigmaRat1.py)": (False, False, False, nn.InstanceNorm3d),
    "the notebook's mixture": (False, False, True, None),
}


@pytest.fixture
def published(tmp_path):
    """`published(kind, latent)`: both modules, used a little in training, and their files."""

    def make(kind, latent=6):
        spectral, batch, encoder_spectral, norm = KINDS[kind]
        torch.manual_seed(0)
        generator = PublishedGenerator(latent, 2, spectral, batch)
        encoder = PublishedEncoder(16, latent, encoder_spectral, norm)
        for _ in range(2):  # spectral vectors and running statistics move
            encoder(generator(torch.randn(3, latent)))
        paths = [tmp_path / "G_iter2.pth", tmp_path / "E_iter2.pth"]
        for network, path in zip((generator, encoder), paths, strict=True):
            torch.save(network.state_dict(), path)
        return generator.eval(), encoder.eval(), *paths

    return make


def run(weights, encoder, out, **changes):
    options = {
        "name": "imported",
        "modality": "t2",
        "spacing": (0.375, 0.375, 0.5),
        "crop": (64, 64, 40),
        "licence": "MIT",
        "overwrite": False,
    }
    import_alpha_wgan(weights, encoder, out, **options | changes, events=Events())
    return open_package(out)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_function(published, tmp_path, kind):
    generator, encoder, weights, encoder_weights = published(kind)
    package = run(weights, encoder_weights, tmp_path / "package")
    z = torch.randn(2, 6)
    with torch.no_grad():
        expected = generator(z)
        torch.testing.assert_close(
            package.load_network("generator")(z), expected, atol=1e-5, rtol=1e-5
        )
        torch.testing.assert_close(
            package.load_network("encoder")(expected),
            encoder(expected).flatten(1),
            atol=1e-5,
            rtol=1e-5,
        )
    assert package.manifest.generation.latent == 6
    assert package.manifest.generation.crop == (64, 64, 40)


def test_networks_that_do_not_belong_together_are_refused(published, tmp_path):
    _, _, weights, _ = published("kwon", 6)
    other = tmp_path / "other.pth"
    torch.save(PublishedEncoder(16, 5, False, None).state_dict(), other)
    with pytest.raises(MedGANSynthError, match="do not belong together"):
        run(weights, other, tmp_path / "package")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"weight": torch.zeros(2)}, r"tp_conv1\.weight is missing"),
        ({"tp_conv1.weight": torch.zeros(2, 2)}, r"tp_conv1\.weight is missing"),
        ([1, 2], "not a state dict"),
    ],
)
def test_other_files_are_refused(tmp_path, state, sentence):
    path = tmp_path / "g.pth"
    torch.save(state, path)
    with pytest.raises(MedGANSynthError, match=sentence):
        run(path, None, tmp_path / "package")
    assert not (tmp_path / "package").exists()


def test_what_does_not_fit_has_its_published_name(published, tmp_path):
    _, _, weights, _ = published("kwon")
    state = torch.load(weights, weights_only=True)
    del state["bn3.weight"]
    torch.save(state, weights)
    with pytest.raises(MedGANSynthError, match=r"G_iter2\.pth: .*bn3\.weight is missing"):
        run(weights, None, tmp_path / "package")


def test_numbers_that_are_not_finite_are_refused(published, tmp_path):
    _, _, weights, _ = published("kwon")
    state = torch.load(weights, weights_only=True)
    state["tp_conv2.weight"][0] = float("nan")
    torch.save(state, weights)
    with pytest.raises(MedGANSynthError, match=r"G_iter2\.pth: tp_conv2\.weight holds numbers"):
        run(weights, None, tmp_path / "package")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"crop": (100, 64, 64)}, "--crop 100 64 64: the network makes 64x64x64 voxels"),
        ({"spacing": (5000.0, 1.0, 1.0)}, "--spacing 5000 1 1: must lie between"),
        ({"name": "n" * 65}, "import: name must be"),
    ],
)
def test_wrong_numbers_are_told_as_they_were_given(published, tmp_path, changes, sentence):
    _, _, weights, _ = published("kwon")
    with pytest.raises(MedGANSynthError, match=sentence):
        run(weights, None, tmp_path / "package", **changes)


def test_three_numbers_are_asked_for(published, tmp_path):
    _, _, weights, _ = published("kwon")
    with pytest.raises(MedGANSynthError, match="three numbers"):
        run(weights, None, tmp_path / "package", spacing=(1.0,))
