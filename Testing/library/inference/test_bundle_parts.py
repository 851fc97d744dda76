"""The pieces of a MONAI bundle. That MONAI's runner executes them is tested with the bundle."""

from pathlib import Path

import numpy as np
import pytest
import torch
from monai.data import MetaTensor
from torch import Tensor, nn

from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.inference.bundle_parts import (
    PrepareForModel,
    SaveSynthetic,
    SlabInferer,
    UndoPreparation,
    find_cases,
)
from MedGANSynthLib.volume.read import read
from MedGANSynthLib.volume.volume import Volume

PORT = {"modality": "t1", "reference_range": [0.0, 1.0]}


def direction(**changes: object) -> dict:
    return {"network": "n", "inputs": [PORT], "output": PORT, "step_mm": 4.0} | changes


def test_files_of_one_name_belong_together(tmp_path: Path) -> None:
    for name in ("t1/b.nii.gz", "t1/a.nii", "t2/b.nii.gz", "c.nii"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_cases(str(tmp_path), ["t1"]) == [{"t1": str(tmp_path / "c.nii")}]
    with pytest.raises(MedGANSynthError, match=r"t2.a.nii: does not exist"):
        find_cases(str(tmp_path), ["t1", "t2"])
    (tmp_path / "t2" / "a.nii").touch()
    found = find_cases(str(tmp_path), ["t1", "t2"])
    assert [Path(case["t2"]).name for case in found] == ["a.nii", "b.nii.gz"]


class Difference(nn.Module):
    """Half the slice after minus half the slice before."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, -1:] - x[:, :1]) / 2


def test_inferer_shows_the_neighbours() -> None:
    volume = (torch.arange(7.0) ** 2 / 40).expand(1, 1, 2, 2, 7)
    inferer = SlabInferer(direction(slices=3))
    made = inferer(volume, Difference(), spacing=(1.0, 1.0, 2.0))
    assert made.shape == (1, 1, 2, 2, 7)
    # two slices apart; beyond the ends the end slice
    wanted = [n / 80 for n in (4, 9, 16, 24, 32, 27, 20)]
    assert made[0, 0, 0, 0].tolist() == pytest.approx(wanted)


def test_three_dimensional_networks_see_the_whole() -> None:
    class Negative(Difference):
        def forward(self, x: Tensor) -> Tensor:
            return -x

    volume = torch.rand(1, 1, 2, 3, 4)
    assert torch.equal(SlabInferer(direction(slices=0))(volume, Negative()), -volume)


def test_there_and_back(tmp_path: Path) -> None:
    """Unchanged by the network, a volume returns on its own grid, in the target's range."""
    array = np.arange(5 * 6 * 7, dtype=np.float32).reshape(5, 6, 7)
    affine = np.diag([-1.0, 2.0, 3.0, 1.0])
    image = MetaTensor(torch.from_numpy(array)[None], affine=torch.from_numpy(affine))
    image.meta["filename_or_obj"] = str(tmp_path / "in.nii.gz")
    (tmp_path / "in.nii.gz").write_bytes(b"its hash only")
    prepared = PrepareForModel({"multiple": [4, 4, 1]}, {}, ["t1"])({"t1": image})
    assert prepared["image"].shape == (1, 8, 8, 7)
    undone = UndoPreparation(10.0, 30.0, 12.0)(prepared | {"pred": prepared["image"]})
    low, high = prepared["prepared"].intensity_range
    scaled = np.maximum(np.clip((array - low) / (high - low), 0, 1) * 20 + 10, 12)
    np.testing.assert_allclose(undone["pred"].array, scaled, atol=1e-4)
    provenance = {"model": "m", "model_sha256": "0" * 64}
    SaveSynthetic(str(tmp_path / "out"), "t2", provenance)(undone)
    written = read(tmp_path / "out" / "in_t2.nii.gz")
    np.testing.assert_allclose(written.affine, affine)
    np.testing.assert_array_equal(written.array, undone["pred"].array)
    assert written.provenance.model == "m" and len(written.provenance.inputs) == 1


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((2, 4, 4, 4)), "not a single volume"),
        (np.zeros((1, 4, 4)), "not a single volume"),
        (np.full((1, 4, 4, 4), np.nan), "NaN or infinite"),
    ],
)
def test_unusable_images(array: np.ndarray, sentence: str) -> None:
    image = MetaTensor(torch.from_numpy(array), meta={"filename_or_obj": "x.nii"})
    with pytest.raises(MedGANSynthError, match=f"x.nii: .*{sentence}"):
        PrepareForModel({}, {}, ["t1"])({"t1": image})


def test_volume_is_what_is_saved(tmp_path: Path) -> None:
    saver = SaveSynthetic(str(tmp_path), "t2", {"model": "m", "model_sha256": "0" * 64})
    (tmp_path / "a.nii").write_bytes(b"a")
    made = Volume(np.zeros((2, 2, 2), np.float32), np.eye(4))
    saver({"paths": {"t1": tmp_path / "a.nii"}, "pred": made})
    assert {p.name for p in tmp_path.iterdir()} == {
        "a.nii",
        "a_t2.nii.gz",
        "a_t2.nii.gz.synthetic.json",
    }
