"""A package's generator: codes to volumes on the model's grid, and scans through its encoder.

A slice is a volume one slice thick; a cine is one of several frames.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from ..data.labelled import as_labels
from ..errors import MedGANSynthError
from ..models.manifest import Generation
from ..models.package import Package
from ..volume.geometry import centred_affine
from ..volume.preprocessing import prepare
from ..volume.provenance import Provenance, Source
from ..volume.volume import Volume
from .codes import draw_code
from .device import choose_device
from .loaded import load_network
from .plan import Plan, attempt, carried_out


@dataclasses.dataclass(frozen=True)
class Generator:
    """The networks of a package of kind "generate", loaded.

    Volumes are computed one at a time, so that a volume does not depend on its neighbours by as
    much as a rounding error.
    """

    package: Package
    network: nn.Module
    device: torch.device
    cpu_fallback: bool = False
    warn: Callable[[str], None] = lambda text: None

    @classmethod
    def load(
        cls,
        package: Package,
        device: str = "auto",
        cpu_fallback: bool = False,
        warn: Callable[[str], None] = lambda text: None,
    ) -> "Generator":
        """Load the generator.

        Args:
            cpu_fallback: whether the CPU may take over from a GPU whose memory is too small.
            warn: told when it is.

        Raises:
            MedGANSynthError: the package generates nothing; no such device; weights do not fit.
        """
        generation = package.manifest.generation
        if generation is None:
            raise MedGANSynthError(
                f"{package.manifest.name}: generates nothing; it is for `medgansynth translate`."
            )
        chosen = choose_device(device)
        network = load_network(package, generation.generator, chosen)
        return cls(package, network, chosen, cpu_fallback, warn)

    @property
    def generation(self) -> Generation:
        """What the package says of its generator."""
        return self.package.manifest.generation

    @property
    def encoder(self) -> str:
        """Key of the encoder.

        Raises:
            MedGANSynthError: there is none.
        """
        encoder = self.generation.encoder
        if encoder is None:
            raise MedGANSynthError(
                f"{self.package.manifest.name}: has no encoder, so it cannot make a given scan "
                "again; give a model that has one, such as an alpha-WGAN."
            )
        return encoder

    def code(self, seed: int, index: int) -> np.ndarray:
        """The code of a seed's volume `index`, float32 `[latent]`; see `codes.draw_code`."""
        return draw_code(self.package.sha256, seed, index, self.generation.latent)

    def provenance(
        self, seed: int | None, sources: tuple[Source, ...] = (), **settings: object
    ) -> Provenance:
        """How an output is marked."""
        low, high = self.generation.output.reference_range
        ranges = {} if sources else {"output_low": low, "output_high": high}
        return Provenance(
            model=self.package.manifest.name,
            model_sha256=self.package.sha256,
            seed=seed,
            inputs=sources,
            settings=ranges | settings,
        )

    def volume(self, code: np.ndarray, provenance: Provenance) -> Volume:
        """The volume or cine of a code, float32, in the units of the training data, no padding.

        Of a labelled slice this is the image; see `labels`.

        It lies on the model's own grid with its middle at 0 mm: no patient's header goes into it.
        """
        image = self._run(code)
        if self.generation.form == "labelled":
            image = image[:, :, :1]
        in_units = self._to_range(self.cropped(image), self.generation.output.reference_range)
        return self._placed(in_units, provenance)

    def labels(self, code: np.ndarray, provenance: Provenance) -> Volume:
        """The label map of a code, whole numbers as float32, where the model makes one.

        Raises:
            MedGANSynthError: it makes images only.
        """
        _, labels = self.labelled(code)
        return self._placed(labels[:, :, None].astype(np.float32), provenance)

    def labelled(self, code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Image in [-1, 1] and labels, `[rows, cols]` each, without padding.

        Raises:
            MedGANSynthError: the model makes images only.
        """
        if self.generation.form != "labelled":
            raise MedGANSynthError(
                f"{self.package.manifest.name}: makes no label maps; train a preset such as "
                "dcgan-labelled-slices."
            )
        both = self._run(code)
        image, labels = (self.cropped(both[:, :, c : c + 1])[:, :, 0] for c in (0, 1))
        return image, as_labels(labels, self.generation.classes)

    def _placed(self, array: np.ndarray, provenance: Provenance) -> Volume:
        """An array on the model's own grid."""
        grid, crop = self.package.manifest.grid, self.generation.crop
        return Volume(
            array,
            centred_affine(crop, grid.orientation, tuple(low for low, _ in grid.spacing)),
            modality=self.generation.output.modality,
            provenance=provenance,
            time_step=self.generation.time_step,
        )

    def cropped(self, array: np.ndarray) -> np.ndarray:
        """An array on the model's grid without the padding of the training data."""
        size, crop = self.package.manifest.grid.size, self.generation.crop
        # Where `prepare` put a volume of that size: half of the padding, rounded up, before it.
        start = [-((kept - side) // 2) for kept, side in zip(crop, size, strict=True)]
        return array[tuple(slice(a, a + kept) for a, kept in zip(start, crop, strict=True))]

    def again(self, scan: Volume, provenance: Provenance) -> Volume:
        """A scan encoded and made again, on its own grid and in its own range.

        Raises:
            MedGANSynthError: the package has no encoder.
        """
        manifest = self.package.manifest
        prepared = prepare(scan, manifest.grid, manifest.intensity)
        array = np.ascontiguousarray(prepared.array)
        network = load_network(self.package, self.encoder, self.device)
        with torch.inference_mode():
            code = network(torch.from_numpy(array)[None, None].to(self.device))[0]
        back = prepared.undo(self._run(code.float().cpu().numpy()))
        return scan.with_array(
            self._to_range(back, prepared.intensity_range),
            modality=self.generation.output.modality,
            provenance=provenance,
            notes=(),
        )

    @torch.inference_mode()
    def _run(self, code: np.ndarray) -> np.ndarray:
        """In [-1, 1]: `[i, j, k]`, of a cine `[i, j, 1, t]`, of a labelled slice `[i, j, 2]`."""

        def compute(plan: Plan) -> torch.Tensor:
            with carried_out(plan, self.network) as network:
                return network(torch.from_numpy(code)[None].to(plan.device))[0].float().cpu()

        output = attempt(Plan(str(self.device)), compute, self.warn, self.cpu_fallback)
        array = np.clip(output.numpy(), -1, 1)
        if self.generation.form == "volume":
            return array[0]
        array = np.moveaxis(array, 0, 2)
        return array[:, :, None] if self.generation.form == "cine" else array

    @staticmethod
    def _to_range(array: np.ndarray, output_range: tuple[float, float]) -> np.ndarray:
        low, high = output_range
        return ((array + 1) * np.float32((high - low) / 2) + np.float32(low)).astype(np.float32)
