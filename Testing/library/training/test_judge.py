import numpy as np
import SimpleITK as sitk
import torch
from torch import Tensor, nn

from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.data.slices import load_head
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.training.judge import TranslationJudge


class Untrained(nn.Module):
    """About 0 everywhere, with a trace of the slice in it."""

    def forward(self, x: Tensor) -> Tensor:
        return 0.05 * x[:, 1:2]


def test_an_untrained_networks_preview_is_not_white(tmp_path):
    settings = load_config("cyclegan-t1-t2-small-debug").data
    made = head_phantom(0, (40, 40, 5), (5.0, 5.0, 20.0))
    head = load_head("p", {k: made[k] for k in ("t1", "t2", "mask")}, settings)
    judge = TranslationJudge([head], settings, 8, torch.device("cpu"), blank=True)
    judge.preview(
        dict.fromkeys(("source_to_target", "target_to_source"), Untrained()), tmp_path / "p.png"
    )
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "p.png")))
    for tile in (picture[2:42, 44:84], picture[2:42, 128:168]):
        inside = tile[8:32, 8:32]
        assert np.mean(inside == 255) < 0.2 and inside.std() > 20
