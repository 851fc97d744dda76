"""What a MONAI bundle of ours uses beside MONAI's own parts.

MONAI has no transform for our intensity rule (percentiles of the voxels above the minimum), for
spacing that may lie in a range, or for marking outputs as synthetic; and no inferer that shows a
2D network a slice with neighbours a given distance away.
"""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.inferers import Inferer
from monai.transforms import Transform
from torch import Tensor, nn

from ..data.slabs import neighbour_step, slab
from ..errors import MedGANSynthError
from ..schema import from_dict
from ..volume.grid import Grid, Intensity
from ..volume.marks import bare_name
from ..volume.preprocessing import Prepared, prepare
from ..volume.provenance import Provenance, Source
from ..volume.volume import Volume
from ..volume.write import file_hash, write


class PrepareForModel(Transform):
    """`image` (`[1, i, j, k]` with its affine) to the model's grid and range; adds `prepared`."""

    def __init__(self, grid: dict[str, Any], intensity: dict[str, Any]) -> None:
        self.grid = from_dict(Grid, grid, "inference.json: grid")
        self.intensity = from_dict(Intensity, intensity, "inference.json: intensity")

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        image = data["image"]
        path = Path(image.meta["filename_or_obj"])
        if image.ndim != 4 or image.shape[0] != 1:
            raise MedGANSynthError(f"{path}: not a single volume; give one with three axes.")
        if not torch.isfinite(image).all():
            raise MedGANSynthError(f"{path}: holds NaN or infinite voxels; mend it first.")
        volume = Volume(np.asarray(image[0]), np.asarray(image.affine))
        prepared = prepare(volume, self.grid, self.intensity)
        array = torch.from_numpy(np.ascontiguousarray(prepared.array))
        return data | {"image": array[None], "prepared": prepared, "path": path}


class SlabInferer(Inferer):
    """Shows a 2D network each slice with its neighbours; a 3D network the whole.

    Args:
        slices: how many slices the network sees; 0 for a 3D network.
        step_mm: distance between them.
        batch: slices computed at once.
    """

    def __init__(self, slices: int, step_mm: float, batch: int = 8) -> None:
        super().__init__()
        self.slices, self.step_mm, self.batch = slices, step_mm, batch

    def __call__(
        self,
        inputs: Tensor,
        network: Callable[..., Tensor],
        *args: Any,
        slice_spacing: float = 1.0,
        **kwargs: Any,
    ) -> Tensor:
        """`[1, 1, i, j, k]` in [-1, 1], slices `slice_spacing` mm apart along k, to the same."""
        if not self.slices:
            return network(inputs, *args, **kwargs)
        volume = inputs[0, 0].cpu().numpy()
        step = neighbour_step(self.step_mm, slice_spacing)
        made = []
        for start in range(0, volume.shape[2], self.batch):
            chosen = range(start, min(start + self.batch, volume.shape[2]))
            slabs = np.stack([slab(volume, k, self.slices, step) for k in chosen])
            output = network(torch.from_numpy(slabs).to(inputs.device), *args, **kwargs)
            made.append(output[:, output.shape[1] // 2])
        return torch.cat(made).permute(1, 2, 0)[None, None]


class UndoPreparation(Transform):
    """`pred` (`[1, i, j, k]` on the model's grid) to the input's own grid and to `low`..`high`."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        prepared: Prepared = data["prepared"]
        array = prepared.undo(data["pred"][0].cpu().numpy())
        scaled = self.low + (array + 1) * ((self.high - self.low) / 2)
        return data | {"pred": Volume(scaled.astype(np.float32), prepared.source_affine)}


class SaveSynthetic(Transform):
    """Writes `pred` as `<input>_<postfix>.nii.gz`, marked as synthetic, with its sidecar."""

    def __init__(self, output_dir: str, postfix: str, provenance: dict[str, Any]) -> None:
        self.output_dir, self.postfix = Path(output_dir), postfix
        self.provenance = from_dict(Provenance, provenance, "inference.json: provenance")

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        source = Source(file_hash(data["path"]))
        provenance = dataclasses.replace(self.provenance, inputs=(source,))
        volume = dataclasses.replace(data["pred"], provenance=provenance)
        self.output_dir.mkdir(parents=True, exist_ok=True)
        name = f"{bare_name(data['path'])}_{self.postfix}.nii.gz"
        write(volume, self.output_dir / name, overwrite=True)
        return data


class BundleEvaluator:
    """Runs the network over a dataset; MONAI's own evaluator would need one more package."""

    def __init__(
        self,
        device: torch.device,
        dataset: Iterable[dict[str, Any]],
        network: nn.Module,
        inferer: SlabInferer,
        postprocessing: Callable[[dict[str, Any]], Any],
    ) -> None:
        self.device, self.dataset, self.network = device, dataset, network
        self.inferer, self.postprocessing = inferer, postprocessing

    @torch.inference_mode()
    def run(self) -> None:
        """Translate and write every item."""
        self.network.eval()
        for item in self.dataset:
            image = item["image"][None].to(self.device)
            spacing = item["prepared"].spacing[2]
            output = self.inferer(image, self.network, slice_spacing=spacing)
            self.postprocessing(item | {"pred": output[0]})
