"""What a MONAI bundle of ours uses beside MONAI's own parts.

MONAI has no transform for our intensity rule (percentiles of the voxels above the minimum), for
spacing that may lie in a range, or for marking outputs as synthetic; and no inferer that shows a
2D network a slice with neighbours a given distance away. `models.bundle` writes the configuration
that names these classes.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from monai.inferers import Inferer
from monai.transforms import Transform
from torch import Tensor, nn

from ..errors import MedGANSynthError
from ..files import file_hash
from ..models.manifest import Direction
from ..schema import from_dict
from ..volume.grid import Grid, Intensity
from ..volume.marks import bare_name
from ..volume.preprocessing import Prepared, prepare
from ..volume.provenance import Provenance, Source
from ..volume.together import bring_together
from ..volume.volume import Volume
from ..volume.write import write
from .forward import run_network


def find_cases(folder: str, modalities: Sequence[str]) -> list[dict[str, str]]:
    """Modality -> NIfTI file for each case.

    Those of one modality lie in `folder`; of several, each in the subfolder of its name, and files
    of the same name belong together.

    Raises:
        MedGANSynthError: a file without its partner.
    """
    single = len(modalities) == 1
    places = {m: Path(folder) if single else Path(folder) / m for m in modalities}
    found = {
        m: {p.name: str(p) for ending in ("*.nii", "*.nii.gz") for p in place.glob(ending)}
        for m, place in places.items()
    }
    names = sorted(set().union(*found.values()))
    for name in names:
        for modality, files in found.items():
            if name not in files:
                raise MedGANSynthError(
                    f"{places[modality] / name}: does not exist; give one file of each modality, "
                    "all of one name."
                )
    return [{m: files[name] for m, files in found.items()} for name in names]


class PrepareForModel(Transform):
    """One image of each modality (`[1, i, j, k]` with its affine) to the model's grid and range.

    The inputs become `image` `[modality, i, j, k]`, on the first one's grid; `prepared` and `paths`
    are added for the way back.
    """

    def __init__(
        self, grid: dict[str, Any], intensity: dict[str, Any], modalities: Sequence[str]
    ) -> None:
        self.grid = from_dict(Grid, grid, "inference.json: grid")
        self.intensity = from_dict(Intensity, intensity, "inference.json: intensity")
        self.modalities = tuple(modalities)

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        paths = {m: Path(data[m].meta["filename_or_obj"]) for m in self.modalities}
        volumes, _ = bring_together({m: _volume(data[m], paths[m]) for m in self.modalities})
        prepared = [prepare(v, self.grid, self.intensity) for v in volumes.values()]
        image = torch.from_numpy(np.stack([p.array for p in prepared]))
        return {"image": image, "prepared": prepared[0], "paths": paths}


def _volume(image: Tensor, path: Path) -> Volume:
    if image.ndim != 4 or image.shape[0] != 1:
        raise MedGANSynthError(f"{path}: not a single volume; give one with three axes.")
    if not torch.isfinite(image).all():
        raise MedGANSynthError(f"{path}: holds NaN or infinite voxels; mend it first.")
    return Volume(np.asarray(image[0]), np.asarray(image.affine))


class SlabInferer(Inferer):
    """Shows a 2D network each slice with its neighbours; a 3D network the whole volume.

    Args:
        direction: a `Direction` of the package as plain values.
    """

    def __init__(self, direction: dict[str, Any]) -> None:
        super().__init__()
        self.direction = from_dict(Direction, direction, "inference.json: direction")

    def __call__(
        self,
        inputs: Tensor,
        network: nn.Module,
        *args: Any,
        spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
        **kwargs: Any,
    ) -> Tensor:
        """`[1, modality, i, j, k]` in [-1, 1], voxels of `spacing` mm, to `[1, 1, i, j, k]`."""
        made = run_network(network, self.direction, list(inputs[0].cpu().numpy()), spacing)
        return torch.from_numpy(made)[None, None]


class UndoPreparation(Transform):
    """`pred` (`[1, i, j, k]` on the model's grid) to the input's own grid and its own units.

    -1 and 1 become `low` and `high`; nothing falls below `minimum`.
    """

    def __init__(self, low: float, high: float, minimum: float) -> None:
        self.low, self.high, self.minimum = low, high, minimum

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        prepared: Prepared = data["prepared"]
        array = prepared.undo(data["pred"][0].cpu().numpy())
        scaled = self.low + (array + 1) * ((self.high - self.low) / 2)
        scaled = np.maximum(scaled, self.minimum)
        return data | {"pred": Volume(scaled.astype(np.float32), prepared.source_affine)}


class SaveSynthetic(Transform):
    """Writes `pred` as `<input>_<postfix>.nii.gz`, marked as synthetic, with its sidecar."""

    def __init__(self, output_dir: str, postfix: str, provenance: dict[str, Any]) -> None:
        self.output_dir, self.postfix = Path(output_dir), postfix
        self.provenance = from_dict(Provenance, provenance, "inference.json: provenance")

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        sources = [Source(file_hash(path), m) for m, path in data["paths"].items()]
        provenance = dataclasses.replace(self.provenance, inputs=tuple(sources))
        volume = dataclasses.replace(data["pred"], provenance=provenance)
        self.output_dir.mkdir(parents=True, exist_ok=True)
        first = next(iter(data["paths"].values()))
        name = f"{bare_name(first)}_{self.postfix}.nii.gz"
        write(volume, self.output_dir / name, overwrite=True)
        return data


class BundleEvaluator:
    """Runs the network over a dataset; MONAI's own evaluator would need one more package."""

    def __init__(
        self,
        dataset: Iterable[dict[str, Any]],
        network: nn.Module,
        inferer: SlabInferer,
        postprocessing: Callable[[dict[str, Any]], Any],
    ) -> None:
        self.dataset, self.network = dataset, network
        self.inferer, self.postprocessing = inferer, postprocessing

    def run(self) -> None:
        """Translate and write every item."""
        self.network.eval()
        for item in self.dataset:
            spacing = item["prepared"].spacing
            output = self.inferer(item["image"][None], self.network, spacing=spacing)
            self.postprocessing(item | {"pred": output[0]})
