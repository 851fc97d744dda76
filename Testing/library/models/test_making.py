"""Packages of a Run and of imported weights."""

import hashlib
from pathlib import Path

import pytest
import torch

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.events import Events
from MedGANSynthLib.models.package import open_package
from MedGANSynthLib.networks.registry import build_network

CARD = """
title = "T1 to T2"
version = "1.2"
licence = "Apache-2.0"
data = "Ten phantoms."
data_licence = "CC0-1.0"
cost = "one minute on two cores"
limits = "Phantoms only."

[[quality]]
name = "RMSE/sd"
value = 0.5
conditions = "two phantoms"
"""


@pytest.fixture
def run(tmp_path: Path, states: dict, plain) -> Path:
    """A Run folder with what `export` reads."""
    folder = tmp_path / "run"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "previews").mkdir()
    (folder / "previews" / "000000100.png").write_bytes(b"early")
    (folder / "previews" / "000002000.png").write_bytes(b"late")
    (folder / "config.json").write_text('{"system": "cyclegan"}')
    known = ("system", "kind", "networks", "directions", "grid", "intensity")
    described = {key: plain[key] for key in known} | {"training": {"people": 9}}
    checkpoint = {"seen": 5, "export": {"networks": states, "manifest": described}}
    for name in ("best", "last"):
        torch.save(checkpoint, folder / "checkpoints" / f"{name}.pt")
    return folder


def test_export(run: Path, tmp_path: Path, states: dict) -> None:
    (tmp_path / "card.toml").write_text(CARD)
    task = tasks.ModelsExport(run=run, out=tmp_path / "p", name="mine", card=tmp_path / "card.toml")
    assert tasks.run(task)["outputs"] == [str(tmp_path / "p")]
    package = open_package(tmp_path / "p")
    m = package.manifest
    assert (m.name, m.title, m.version, m.training.people) == ("mine", "T1 to T2", "1.2", 9)
    assert m.training.config_sha256 == hashlib.sha256(b'{"system": "cyclegan"}').hexdigest()
    assert m.quality[0].value == 0.5
    assert (package.folder / "preview.png").read_bytes() == b"late"
    card = (package.folder / "MODEL_CARD.md").read_text()
    assert "| RMSE/sd | 0.5 |  | two phantoms |" in card and "| Made with | medgansynth" in card
    loaded = package.load_network("backward").state_dict()
    assert all(torch.equal(loaded[k], t) for k, t in states["backward"].items())


def test_export_without_a_card_says_what_is_unknown(run: Path, tmp_path: Path) -> None:
    tasks.run(tasks.ModelsExport(run=run, out=tmp_path / "p.zip", name="mine", half=True))
    manifest = open_package(tmp_path / "p.zip").manifest
    assert manifest.licence == "unknown"
    assert manifest.training.data == "not stated"


def test_export_refuses(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "p"
    (tmp_path / "card.toml").write_text("licenze = 'MIT'")
    torch.save({"other": 1}, run / "checkpoints" / "last.pt")
    for changes, sentence in (
        ({"run": tmp_path}, "not a Run folder"),
        ({"checkpoint": "first"}, "best, last or previous"),
        ({"checkpoint": "previous"}, "no checkpoint 'previous'"),
        ({"checkpoint": "last"}, "not a checkpoint of MedGANSynth"),
        ({"card": tmp_path / "card.toml"}, 'unknown key "licenze"'),
        ({"name": "../up"}, "--name '../up': must be letters"),
    ):
        fields = {"run": run, "out": out, "name": "mine"} | changes
        with pytest.raises(MedGANSynthError, match=sentence):
            tasks.run(tasks.ModelsExport(**fields))
        assert not out.exists()


def test_export_refuses_code_in_a_checkpoint(run: Path, tmp_path: Path, foreign) -> None:
    foreign("pth", run / "checkpoints" / "best.pt", tmp_path / "canary")
    with pytest.raises(MedGANSynthError, match="may hold code"):
        tasks.run(tasks.ModelsExport(run=run, out=tmp_path / "p", name="mine"))
    assert not (tmp_path / "canary").exists()


class Listener(Events):
    def __init__(self) -> None:
        super().__init__()
        self.warnings = []

    def emit(self, event: str, **fields: object) -> None:
        if event == "warning":
            self.warnings.append(fields["text"])


def test_import_both_directions(tmp_path: Path) -> None:
    options = {"width": 4}
    for seed, name in enumerate(("there.pth", "back.pth")):
        torch.manual_seed(seed)
        torch.save(build_network("resnet", options, "test").state_dict(), tmp_path / name)
    listener = Listener()
    task = tasks.ModelsImport(
        weights=tmp_path / "there.pth",
        reverse=tmp_path / "back.pth",
        architecture="resnet_9blocks",
        out=tmp_path / "p",
        name="theirs",
        spacing=1.5,
        licence="BSD-2-Clause",
    )
    tasks.run(task, listener)
    package = open_package(tmp_path / "p")
    assert list(package.manifest.directions) == ["t1-to-t2", "t2-to-t1"]
    assert package.manifest.grid.multiple == (4, 4, 1)
    assert package.manifest.grid.spacing == ((1.5, 1.5), (1.5, 1.5), None)
    assert package.manifest.licence == "BSD-2-Clause"
    assert len(listener.warnings) == 1
    torch.manual_seed(1)
    back = build_network("resnet", options, "test").eval()
    x = torch.rand(1, 1, 32, 32) * 2 - 1
    with torch.no_grad():
        assert torch.equal(package.load_network("t2-to-t1")(x), back(x))


def test_import_needs_two_modalities(tmp_path: Path) -> None:
    task = tasks.ModelsImport(
        weights=tmp_path / "w.pth",
        architecture="unet_256",
        out=tmp_path / "p",
        name="n",
        source="t1",
        target="t1",
    )
    with pytest.raises(MedGANSynthError, match="name two modalities"):
        tasks.run(task)
    assert list(tmp_path.iterdir()) == []
