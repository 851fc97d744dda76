"""Imported generators compute what the published modules compute.

The modules are written here once more, from their description, so that they give the same state
dict keys: nested blocks, sequential layers.
"""

import ast
import zipfile
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import MedGANSynthLib
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.importers import import_generator
from MedGANSynthLib.networks.registry import build_network

NORMS = {
    "instance": lambda n: nn.InstanceNorm2d(n, affine=False),
    "old instance": lambda n: nn.InstanceNorm2d(n, affine=False, track_running_stats=True),
    "batch": nn.BatchNorm2d,
}


class Block(nn.Module):
    def __init__(self, n: int, norm: str, dropout: bool) -> None:
        super().__init__()
        bias = norm != "batch"
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(n, n, 3, bias=bias),
            NORMS[norm](n),
            nn.ReLU(True),
            *([nn.Dropout(0.5)] if dropout else []),
            nn.ReflectionPad2d(1),
            nn.Conv2d(n, n, 3, bias=bias),
            NORMS[norm](n),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


class PublishedResNet(nn.Module):
    def __init__(self, inputs: int, outputs: int, width: int, norm: str, dropout: bool) -> None:
        super().__init__()
        w, bias, make = width, norm != "batch", NORMS[norm]
        self.model = nn.Sequential(
            *[nn.ReflectionPad2d(3), nn.Conv2d(inputs, w, 7, bias=bias), make(w), nn.ReLU(True)],
            *[nn.Conv2d(w, 2 * w, 3, 2, 1, bias=bias), make(2 * w), nn.ReLU(True)],
            *[nn.Conv2d(2 * w, 4 * w, 3, 2, 1, bias=bias), make(4 * w), nn.ReLU(True)],
            *[Block(4 * w, norm, dropout) for _ in range(9)],
            *[nn.ConvTranspose2d(4 * w, 2 * w, 3, 2, 1, 1, bias=bias), make(2 * w), nn.ReLU(True)],
            *[nn.ConvTranspose2d(2 * w, w, 3, 2, 1, 1, bias=bias), make(w), nn.ReLU(True)],
            *[nn.ReflectionPad2d(3), nn.Conv2d(w, outputs, 7), nn.Tanh()],
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


class Skip(nn.Module):
    def __init__(self, outer, inner, norm, inputs=None, sub=None, outermost=False) -> None:
        super().__init__()
        self.outermost = outermost
        bias, make = norm != "batch", NORMS[norm]
        down = nn.Conv2d(inputs or outer, inner, 4, 2, 1, bias=bias)
        up_in = inner if sub is None else 2 * inner
        up = nn.ConvTranspose2d(up_in, outer, 4, 2, 1, bias=bias or outermost)
        if outermost:
            layers = [down, sub, nn.ReLU(True), up, nn.Tanh()]
        elif sub is None:
            layers = [nn.LeakyReLU(0.2, True), down, nn.ReLU(True), up, make(outer)]
        else:
            layers = [nn.LeakyReLU(0.2, True), down, make(inner), sub, nn.ReLU(True), up]
            layers += [make(outer), nn.Dropout(0.5)]
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class PublishedUNet(nn.Module):
    def __init__(self, inputs: int, outputs: int, w: int, norm: str, dropout: bool) -> None:
        super().__init__()
        block = Skip(8 * w, 8 * w, norm)
        for _ in range(3):
            block = Skip(8 * w, 8 * w, norm, sub=block)
        for factor in (4, 2, 1):
            block = Skip(factor * w, 2 * factor * w, norm, sub=block)
        self.model = Skip(outputs, w, norm, inputs=inputs, sub=block, outermost=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)


PUBLISHED = {"resnet_9blocks": (PublishedResNet, 32), "unet_256": (PublishedUNet, 256)}


def published(architecture, inputs=1, outputs=1, norm="instance", dropout=False, seed=0):
    """The published module with random weights, statistics included, in evaluation mode."""
    torch.manual_seed(seed)
    network = PUBLISHED[architecture][0](inputs, outputs, 4, norm, dropout)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(module.weight, 0, 0.1)
            if module.bias is not None:
                nn.init.normal_(module.bias, 0, 0.1)
    return network.eval()


def imported(path: Path, architecture: str) -> nn.Module:
    spec, state = import_generator(path, architecture)
    network = build_network(spec.architecture, spec.options, "test")
    network.load_state_dict(state)
    return network.eval()


@pytest.mark.parametrize("architecture", PUBLISHED)
@pytest.mark.parametrize("norm", ["instance", "batch"])
@pytest.mark.parametrize("dropout", [False, True])
@torch.no_grad()
def test_same_function(tmp_path: Path, architecture: str, norm: str, dropout: bool) -> None:
    original = published(architecture, norm=norm, dropout=dropout)
    torch.save(original.state_dict(), tmp_path / "net.pth")
    size = PUBLISHED[architecture][1]
    x = torch.rand(1, 1, size, size) * 2 - 1
    ours, theirs = imported(tmp_path / "net.pth", architecture)(x), original(x)
    assert theirs.std() > 0.1  # it says something
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("architecture", PUBLISHED)
@pytest.mark.parametrize("channels", [(3, 3), (3, 1), (1, 3)])
@torch.no_grad()
def test_colour_generators_on_grey_slices(tmp_path: Path, architecture: str, channels) -> None:
    original = published(architecture, *channels)
    torch.save(original.state_dict(), tmp_path / "net.pth")
    size = PUBLISHED[architecture][1]
    x = torch.rand(1, 1, size, size) * 2 - 1
    theirs = original(x.repeat(1, channels[0], 1, 1)).mean(1, keepdim=True)
    ours = imported(tmp_path / "net.pth", architecture)(x)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("architecture", PUBLISHED)
@torch.no_grad()
def test_old_checkpoints(tmp_path: Path, architecture: str) -> None:
    """DataParallel's prefix, statistics that instance norm never used, the format before zip."""
    state = published(architecture, norm="old instance").state_dict()
    assert any("running_mean" in key for key in state)
    prefixed = OrderedDict((f"module.{k}", t) for k, t in state.items())
    path = tmp_path / "net.pth"
    torch.save(prefixed, path, _use_new_zipfile_serialization=False)
    original = published(architecture, norm="instance")
    size = PUBLISHED[architecture][1]
    x = torch.rand(1, 1, size, size) * 2 - 1
    torch.testing.assert_close(imported(path, architecture)(x), original(x), atol=1e-5, rtol=0)


def test_wrong_architecture_is_named(tmp_path: Path) -> None:
    torch.save(published("unet_256").state_dict(), tmp_path / "net.pth")
    with pytest.raises(MedGANSynthError, match="not a resnet_9blocks generator"):
        import_generator(tmp_path / "net.pth", "resnet_9blocks")
    with pytest.raises(MedGANSynthError, match="can be imported: resnet_9blocks, unet_256"):
        import_generator(tmp_path / "net.pth", "vgg")


def test_missing_layers_are_named(tmp_path: Path) -> None:
    state = published("resnet_9blocks").state_dict()
    del state["model.12.conv_block.5.bias"]
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(MedGANSynthError, match=r"model\.12\.conv_block\.5\.bias is missing"):
        import_generator(tmp_path / "net.pth", "resnet_9blocks")


def test_unusual_channels_are_refused(tmp_path: Path) -> None:
    torch.save(published("resnet_9blocks", inputs=2).state_dict(), tmp_path / "net.pth")
    with pytest.raises(MedGANSynthError, match="from 2 to 1 channels"):
        import_generator(tmp_path / "net.pth", "resnet_9blocks")


@pytest.mark.parametrize(
    "content", [torch.zeros(3), {}, {"a": 1}, {1: torch.zeros(1)}, {"net": {"w": torch.zeros(1)}}]
)
def test_not_a_state_dict(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(MedGANSynthError, match=r"state_dict\(\) alone"):
        import_generator(tmp_path / "net.pth", "unet_256")


class Harmless:
    """A class that the restricted mode does not know."""


@pytest.mark.parametrize(
    "kind", ["pth", "legacy pth", "pickle", "old pickle", "torchscript", "pt2", "npy", "h5", "odd"]
)
def test_code_is_refused_without_fallback(tmp_path, kind, foreign, monkeypatch, recwarn) -> None:
    path, canary = tmp_path / "net.pth", tmp_path / "canary"
    if kind == "odd":
        torch.save({"w": Harmless()}, path)
    else:
        foreign(kind, path, canary)
    recwarn.clear()
    genuine, calls = torch.load, []
    monkeypatch.setattr(torch, "load", lambda *a, **k: (calls.append(k), genuine(*a, **k))[1])
    with pytest.raises(MedGANSynthError, match="may hold code and is not opened"):
        import_generator(path, "unet_256")
    assert not canary.exists()
    assert all(k["weights_only"] is True for k in calls)
    assert not recwarn.list  # one sentence, and no library's warning before it


def test_compressed_trap(tmp_path: Path) -> None:
    """A deflated archive that would unpack to far more than its own size."""
    torch.save({"w": torch.zeros(2_000_000)}, tmp_path / "plain.pth")
    with (
        zipfile.ZipFile(tmp_path / "plain.pth") as plain,
        zipfile.ZipFile(tmp_path / "net.pth", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in plain.namelist():
            packed.writestr(name, plain.read(name))
    with pytest.raises(MedGANSynthError, match="is compressed"):
        import_generator(tmp_path / "net.pth", "unet_256")


def test_library_never_unpickles() -> None:
    """Every torch.load in the source says weights_only=True; nothing imports a pickle."""
    for path in Path(MedGANSynthLib.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
                assert not names & {"pickle", "dill", "joblib", "cloudpickle", "shelve"}, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                given = {k.arg: ast.unparse(k.value) for k in node.keywords}
                assert given.get("weights_only") == "True", path
