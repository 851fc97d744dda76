"""MONAI's own runner executes the bundle, and its output is ours."""

import json
import subprocess
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import torch
from monai.bundle import ConfigParser
from monai.data import set_track_meta

from MedGANSynthLib import tasks
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.inference.translate import translate_volume
from MedGANSynthLib.models.bundle import write_bundle
from MedGANSynthLib.models.package import Package, open_package, write_package
from MedGANSynthLib.networks.registry import build_network
from MedGANSynthLib.schema import from_dict
from MedGANSynthLib.volume.provenance import Provenance
from MedGANSynthLib.volume.volume import Volume

EVIL = "$__import__('pathlib').Path('canary').touch()"


@pytest.fixture
def package(tmp_path: Path, manifest, replace) -> Package:
    """Three slices in, one out, resampled to 2 mm; its free texts try to be executed."""
    options = {"in_channels": 3, "out_channels": 3, "widths": [4, 8], "norm": "batch"}
    torch.manual_seed(3)
    state = build_network("unet-small", options, "test").state_dict()
    spec = replace(manifest.networks["forward"], options=options)
    direction = replace(manifest.directions["t1-to-t2"], slices=3, step_mm=5.0)
    changed = replace(
        manifest,
        title=EVIL,
        limits=EVIL,
        licence=EVIL,
        networks={"forward": spec},
        directions={"t1-to-t2": replace(direction, output=replace(direction.output, unit=EVIL))},
        grid=replace(manifest.grid, spacing=((2.0, 2.5), (2.0, 2.5), None)),
    )
    return write_package(tmp_path / "package", changed, {"forward": state})


def phantom(path: Path) -> Volume:
    """An oblique, anisotropic, odd-sized int16 volume."""
    rng = np.random.default_rng(0)
    array = np.zeros((19, 23, 9), np.int16)
    array[3:16, 4:20, 1:8] = rng.integers(100, 900, (13, 16, 7))
    turn = np.array([[0.96, -0.28, 0, 0], [0.28, 0.96, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    affine = turn @ np.diag([-1.5, 1.5, 3.0, 1.0])
    affine[:3, 3] = (12.0, -20.0, 5.0)
    nib.save(nib.Nifti1Image(array, affine), path)
    return Volume(array, nib.load(path).affine)


def test_monai_runs_it_with_our_output(tmp_path: Path, package: Package) -> None:
    bundle = tmp_path / "bundle"
    tasks.run(tasks.ModelsBundle(model=str(package.folder), out=bundle))
    (bundle / "data").mkdir()
    volume = phantom(bundle / "data" / "head.nii.gz")
    done = subprocess.run(
        [sys.executable, "-m", "monai.bundle", "run", "--config_file", "configs/inference.json"],
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    made = nib.load(bundle / "eval" / "head_t2.nii.gz")
    np.testing.assert_allclose(made.affine, volume.affine, atol=1e-5)
    ours = translate_volume([volume], package, device="cpu").array
    assert ours.std() > 100
    np.testing.assert_allclose(made.get_fdata(), ours, atol=1e-5 * 1200)
    sidecar = json.loads((bundle / "eval" / "head_t2.nii.gz.synthetic.json").read_text())
    provenance = from_dict(Provenance, sidecar["provenance"], "sidecar")
    assert provenance.synthetic and provenance.model_sha256 == package.sha256
    assert not list(tmp_path.rglob("canary"))


def test_several_inputs(tmp_path: Path, manifest, replace) -> None:
    """Through MONAI's configuration, without its process: the second input on a finer grid."""
    options = {"in_channels": 2, "out_channels": 1, "widths": [4, 8], "norm": "batch"}
    torch.manual_seed(3)
    state = build_network("unet-small", options, "test").state_dict()
    one = manifest.directions["t1-to-t2"]
    ports = (one.inputs[0], replace(one.inputs[0], modality="flair"))
    changed = replace(
        manifest,
        networks={"forward": replace(manifest.networks["forward"], options=options)},
        directions={"both": replace(one, inputs=ports, slices=1)},
    )
    package = write_package(tmp_path / "package", changed, {"forward": state})
    bundle = tmp_path / "bundle"
    write_bundle(package, "both", bundle)
    for modality in ("t1", "flair"):
        (bundle / "data" / modality).mkdir(parents=True)
    t1 = phantom(bundle / "data" / "t1" / "head.nii.gz")
    finer = np.diag([0.5, 1.0, 1.0, 1.0])
    flair = Volume(np.repeat(900 - t1.array, 2, axis=0), t1.affine @ finer)
    nib.save(nib.Nifti1Image(flair.array, flair.affine), bundle / "data" / "flair" / "head.nii.gz")
    set_track_meta(True)  # trainings of this process have turned it off
    parser = ConfigParser()
    parser.read_config(bundle / "configs" / "inference.json")
    parser["bundle_root"], parser["device"] = str(bundle), "$torch.device('cpu')"
    parser.get_parsed_content("initialize")
    parser.get_parsed_content("run")
    made = nib.load(bundle / "eval" / "head_t2.nii.gz")
    ours = translate_volume([t1, flair], package, device="cpu").array
    assert ours.std() > 10
    np.testing.assert_allclose(made.get_fdata(), ours, atol=1e-5 * 1200)
    sidecar = json.loads((bundle / "eval" / "head_t2.nii.gz.synthetic.json").read_text())
    assert [s["modality"] for s in sidecar["provenance"]["inputs"]] == ["t1", "flair"]
    assert "`data/t1` and `data/flair`" in (bundle / "docs" / "README.md").read_text()


def test_free_texts_stay_out_of_the_configuration(tmp_path: Path, package: Package) -> None:
    write_bundle(package, "t1-to-t2", tmp_path / "bundle")
    for name in ("inference.json", "metadata.json"):
        assert "canary" not in (tmp_path / "bundle" / "configs" / name).read_text()
    readme = (tmp_path / "bundle" / "docs" / "README.md").read_text()
    assert EVIL in readme
    assert "`medgansynth`" in readme and "not for diagnosis" in readme


def test_monai_finds_every_property_it_asks_for(tmp_path: Path, package: Package) -> None:
    from monai.bundle import ConfigWorkflow

    write_bundle(package, "t1-to-t2", tmp_path / "bundle")
    workflow = ConfigWorkflow(
        config_file=str(tmp_path / "bundle" / "configs" / "inference.json"),
        workflow_type="infer",
        bundle_root=str(tmp_path / "bundle"),
    )
    workflow.initialize()
    assert workflow.check_properties() == []


def test_checkpoint_holds_plain_tensors(tmp_path: Path, package: Package) -> None:
    write_bundle(package, "t1-to-t2", tmp_path / "bundle")
    parser = ConfigParser()
    parser.read_config(tmp_path / "bundle" / "configs" / "inference.json")
    network = parser.get_parsed_content("network_def")
    state = torch.load(tmp_path / "bundle" / "models" / "model.pt", weights_only=True)
    network.load_state_dict(state)
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        assert torch.equal(network.eval()(x), package.load_network("forward")(x))


def test_refusals(tmp_path: Path, package: Package) -> None:
    (tmp_path / "full").mkdir()
    with pytest.raises(MedGANSynthError, match="exists already"):
        write_bundle(package, "t1-to-t2", tmp_path / "full")
    with pytest.raises(MedGANSynthError, match="no direction 'up'; it has t1-to-t2"):
        tasks.run(tasks.ModelsBundle(model=str(package.folder), out=tmp_path / "b", direction="up"))
    assert not (tmp_path / "b").exists()
    assert open_package(package.folder).direction(None) == "t1-to-t2"
