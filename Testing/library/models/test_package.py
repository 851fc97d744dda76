"""Packages come back as they were written, and damaged ones are refused by name."""

import errno
import json
import random
import shutil
from pathlib import Path

import pytest
import torch

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models.package import open_package, write_package
from MedGANSynthLib.models.weights import sha256_file
from MedGANSynthLib.networks.registry import build_network


def test_networks_come_back_exactly(tiny: Path, states: dict) -> None:
    package = open_package(tiny)
    x = torch.linspace(-1, 1, 2 * 32 * 32).view(2, 1, 32, 32)
    for name in ("forward", "backward"):
        loaded = package.load_network(name)
        original = build_network("unet-small", package.manifest.networks[name].options, name)
        original.load_state_dict(states[name])
        original.eval()
        assert not loaded.training
        assert not any(p.requires_grad for p in loaded.parameters())
        with torch.no_grad():
            assert torch.equal(loaded(x), original(x))


def test_folder_and_zip_hold_the_same_model(tmp_path: Path, tiny: Path, manifest, states) -> None:
    zipped = write_package(tmp_path / "tiny.zip", manifest, states, "# Tiny\n", b"\x89PNG")
    folder = open_package(tiny)
    assert zipped.sha256 == folder.sha256
    assert zipped.manifest == folder.manifest
    assert sorted(p.name for p in zipped.folder.iterdir()) == [
        "MODEL_CARD.md",
        "model.json",
        "preview.png",
        "weights.safetensors",
    ]
    unpacked = zipped.folder
    del zipped
    assert not unpacked.exists()


def test_half_precision_is_stored_but_not_computed(tmp_path: Path, manifest, states, tiny) -> None:
    half = write_package(tmp_path / "half", manifest, states, "", half=True)
    full_size = (tiny / "weights.safetensors").stat().st_size
    assert (half.folder / "weights.safetensors").stat().st_size < 0.75 * full_size
    loaded = half.load_network("forward").state_dict()
    for key, tensor in states["forward"].items():
        if tensor.is_floating_point():
            assert loaded[key].dtype == torch.float32
            assert torch.equal(loaded[key], tensor.half().float())
        else:
            assert torch.equal(loaded[key], tensor)


def test_too_large_for_half_precision(tmp_path: Path, manifest, states) -> None:
    states["forward"]["first.0.bias"][0] = 1e6
    with pytest.raises(MedGANSynthError, match=r"forward\.first\.0\.bias .* half precision"):
        write_package(tmp_path / "half", manifest, states, "", half=True)
    assert not (tmp_path / "half").exists()


def test_written_package_states_its_weights_hash(tiny: Path) -> None:
    plain = json.loads((tiny / "model.json").read_text())
    assert plain["weights_sha256"] == sha256_file(tiny / "weights.safetensors")
    assert plain["made_with"].startswith("medgansynth ")
    assert plain["networks"]["backward"]["prefix"] == "backward."


def test_existing_package_is_kept(tiny: Path, manifest, states) -> None:
    before = (tiny / "weights.safetensors").read_bytes()
    with pytest.raises(MedGANSynthError, match="exists already"):
        write_package(tiny, manifest, states, "")
    assert (tiny / "weights.safetensors").read_bytes() == before
    write_package(tiny, manifest, states, "# New\n", overwrite=True)
    assert (tiny / "MODEL_CARD.md").read_text() == "# New\n"


def test_network_that_cannot_run_is_not_written(tmp_path: Path, manifest, states, replace) -> None:
    odd = replace(manifest, grid=replace(manifest.grid, multiple=(33, 33, 1)))
    with pytest.raises(MedGANSynthError, match="cannot take its declared input"):
        write_package(tmp_path / "odd", odd, states, "")
    assert [p.name for p in tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["full", "full.zip"])
def test_full_disk_leaves_nothing(tmp_path: Path, manifest, states, monkeypatch, name) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MedGANSynthError, match="disk is full"):
        write_package(tmp_path / name, manifest, states)
    assert list(tmp_path.iterdir()) == []


def test_wrong_set_of_networks(tmp_path: Path, manifest, states) -> None:
    del states["backward"]
    with pytest.raises(MedGANSynthError, match=r"\['forward'\] are not those of the manifest"):
        write_package(tmp_path / "p", manifest, states, "")


def test_unknown_network(tiny: Path) -> None:
    with pytest.raises(MedGANSynthError, match="no network 'sideways'; it has forward, backward"):
        open_package(tiny).load_network("sideways")


def test_verify_reports_every_network(tiny: Path) -> None:
    rows = open_package(tiny).verify()
    assert [r["network"] for r in rows] == ["forward", "backward"]
    assert {r["check"] for r in rows} == {"loads and runs"}


def test_trial_run_stays_small(tiny: Path, edit) -> None:
    edit(tiny, lambda m: m["grid"].update(multiple=[4096, 4096, 1]))
    with pytest.raises(MedGANSynthError, match=r"grid\.multiple is too large"):
        open_package(tiny).verify()


def test_all_64_bit_flips_are_detected(tiny: Path, record_property) -> None:
    weights = tiny / "weights.safetensors"
    intact = weights.read_bytes()
    draw, detected = random.Random(1), 0
    for position in draw.sample(range(len(intact)), 64):
        damaged = bytearray(intact)
        damaged[position] ^= 1 << draw.randrange(8)
        weights.write_bytes(damaged)
        with pytest.raises(MedGANSynthError):
            open_package(tiny)
        detected += 1
    weights.write_bytes(intact)
    open_package(tiny)
    record_property("figure", f"{detected} of 64 flips detected")


def test_transposed_tensor_is_refused(tiny: Path, manifest, states, tmp_path: Path) -> None:
    weight = states["forward"]["down.0.weight"]
    states["forward"]["down.0.weight"] = weight.transpose(0, 1).contiguous()
    with pytest.raises(MedGANSynthError, match=r"down\.0\.weight is 4x8x4x4 instead of 8x4x4x4"):
        write_package(tmp_path / "p", manifest, states, "")


def test_first_three_mismatches_are_listed(tiny: Path, edit) -> None:
    edit(tiny, lambda m: m["networks"]["forward"]["options"].update(widths=[6, 8]))
    with pytest.raises(MedGANSynthError) as refused:
        open_package(tiny).load_network("forward")
    assert str(refused.value).count("instead of") == 3
    assert "more" in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [{"widths": [4, 1_000_000]}, {"in_channels": 1_000_000}, {"widths": [1024] * 7}],
)
def test_giant_network_is_refused_before_allocation(tiny: Path, edit, options, monkeypatch) -> None:
    edit(tiny, lambda m: m["networks"]["forward"]["options"].update(options))
    monkeypatch.setattr("MedGANSynthLib.models.package.read_tensors", None)  # must not get there
    with pytest.raises(MedGANSynthError):
        open_package(tiny).load_network("forward")


def test_nan_weights_are_refused(tiny: Path, edit, monkeypatch) -> None:
    weights = tiny / "weights.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-4:] = b"\x00\x00\xc0\x7f"  # the last float32 becomes NaN
    weights.write_bytes(raw)
    edit(tiny, lambda m: m.update(weights_sha256=sha256_file(weights)))
    package = open_package(tiny)
    with pytest.raises(MedGANSynthError, match="NaN or infinite"):
        package.verify()


def test_unknown_architecture_is_refused(tiny: Path, edit) -> None:
    edit(tiny, lambda m: m["networks"]["forward"].update(architecture="os.system"))
    with pytest.raises(MedGANSynthError, match=r"architecture 'os\.system'"):
        open_package(tiny).load_network("forward")


def test_folder_without_manifest(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(MedGANSynthError, match=r"not a model package; it has no model\.json"):
        open_package(tmp_path / "empty")


def test_missing_weights(tiny: Path) -> None:
    (tiny / "weights.safetensors").unlink()
    with pytest.raises(MedGANSynthError, match=r"weights\.safetensors: cannot be read"):
        open_package(tiny)


def test_zip_with_one_folder_inside(tiny: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "nested"), "zip", tiny.parent, tiny.name)
    assert open_package(archive).manifest.name == "tiny"
