"""One person's volume (or several sequences of it) to another modality, on its own grid."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from torch import nn

from ..errors import MedGANSynthError
from ..events import Events
from ..models.manifest import Direction
from ..models.package import Package
from ..volume.geometry import same_grid
from ..volume.grid import Intensity
from ..volume.intensity import intensity_range
from ..volume.preprocessing import Prepared, prepare
from ..volume.provenance import Provenance, Source
from ..volume.volume import Volume
from .device import choose_device
from .forward import Progress, run_network, silent
from .loaded import load_network
from .suitability import doubts
from .together import on_one_grid


@dataclasses.dataclass(frozen=True)
class Translator:
    """One direction of a package with its networks loaded, for any number of volumes.

    Attributes:
        match: intensities that the output's robust percentiles shall have; None: those of the
            training people.
        batch: slices computed at once; 0 chooses by the slice's size and the free memory.
        cpu_fallback: whether the CPU may take over from a GPU whose memory is too small.
        warn: told when memory does not suffice and less is computed at once.
        used: one sentence for each run so far on how it was computed.
    """

    package: Package
    direction: str
    network: nn.Module
    match: tuple[float, float] | None = None
    batch: int = 0
    cpu_fallback: bool = False
    warn: Callable[[str], None] = lambda text: None
    used: list[str] = dataclasses.field(default_factory=list)

    @classmethod
    def load(
        cls,
        package: Package,
        direction: str | None = None,
        device: str = "auto",
        batch: int = 0,
        match: tuple[float, float] | None = None,
        cpu_fallback: bool = False,
        warn: Callable[[str], None] = lambda text: None,
    ) -> "Translator":
        """Load the network of `direction` (None: the package's first).

        Raises:
            MedGANSynthError: no such direction or device; weights that do not fit.
        """
        direction = package.direction(direction)
        chosen = package.manifest.directions[direction]
        network = load_network(package, chosen.network, choose_device(device))
        return cls(package, direction, network, match, batch, cpu_fallback, warn)

    def provenance(self, sources: Sequence[Source], **settings: object) -> Provenance:
        """How an output of these inputs is marked."""
        low, high = self.match or self.ports.output.reference_range
        return Provenance(
            model=self.package.manifest.name,
            model_sha256=self.package.sha256,
            direction=self.direction,
            inputs=tuple(sources),
            settings={"output_low": float(low), "output_high": float(high), **settings},
        )

    def prepare(self, volumes: Sequence[Volume]) -> list[Prepared]:
        """Bring each input to the model's grid.

        Raises:
            MedGANSynthError: a wrong number of inputs, or inputs on different grids.
        """
        self.check_count(volumes)
        ports = self.ports.inputs
        for volume, port in zip(volumes[1:], ports[1:], strict=True):
            if not same_grid(volumes[0], volume):
                raise MedGANSynthError(
                    f"{port.modality} and {ports[0].modality} lie on different grids; resample "
                    "them to one."
                )
        manifest = self.package.manifest
        return [prepare(v, manifest.grid, manifest.intensity) for v in volumes]

    def check_count(self, volumes: Sequence[Volume]) -> None:
        """Refuse a wrong number of inputs."""
        wanted = [port.modality for port in self.ports.inputs]
        if len(volumes) != len(wanted):
            raise MedGANSynthError(
                f"{self.package.manifest.name}: {self.direction} needs {len(wanted)} inputs "
                f"({', '.join(wanted)}), not {len(volumes)}."
            )

    def translate(
        self,
        volumes: Sequence[Volume],
        sources: Sequence[Source] = (),
        progress: Progress = silent,
        **settings: object,
    ) -> Volume:
        """The synthetic volume, float32, on the grid of the input, marked.

        Args:
            volumes: in the order of the direction's inputs, on one grid.
            sources: what the provenance shall name as inputs.
            settings: further plain values for the provenance.

        Raises:
            MedGANSynthError: wrong inputs, not enough memory.
        """
        prepared = self.prepare(volumes)
        result = self.run([p.array for p in prepared], prepared[0].spacing, progress)
        back = prepared[0].undo(result)
        return volumes[0].with_array(
            self.in_units(back),
            modality=self.ports.output.modality,
            provenance=self.provenance(sources, **settings),
            notes=(),
        )

    def run(
        self,
        arrays: Sequence[np.ndarray],
        spacing: tuple[float, float, float],
        progress: Progress,
        once: bool = False,
    ) -> np.ndarray:
        """Prepared arrays through the network; see `forward.run_network`.

        Args:
            once: one translation alone, whatever the model's `mirror` says.
        """
        return run_network(
            self.network,
            dataclasses.replace(self.ports, mirror=None) if once else self.ports,
            arrays,
            spacing,
            self.batch,
            progress,
            self.warn,
            self.cpu_fallback,
            self.used,
        )

    def in_units(self, array: np.ndarray) -> np.ndarray:
        """[-1, 1] to the output's units, in place; nothing falls below what the modality has."""
        gain, offset, minimum = self.units(array)
        array *= np.float32(gain)
        array += np.float32(offset)
        return np.maximum(array, np.float32(minimum), out=array)

    def units(self, array: np.ndarray) -> tuple[float, float, float]:
        """Gain and offset from [-1, 1] to the output's units, and the least value there."""
        if self.match is not None:
            low, high = self.match
            own_low, own_high = intensity_range(array, Intensity())
            gain = (high - low) / (own_high - own_low)
            return gain, low - gain * own_low, low
        port = self.ports.output
        low, high = port.reference_range
        gain = (high - low) / 2
        return gain, low + gain, port.least

    @property
    def ports(self) -> Direction:
        """What goes in and what comes out."""
        return self.package.manifest.directions[self.direction]

    @property
    def way_back(self) -> str | None:
        """The name of the opposite direction, if the package has one."""
        start = [port.modality for port in self.ports.inputs]
        for name, other in self.package.manifest.directions.items():
            inputs = [port.modality for port in other.inputs]
            if inputs == [self.ports.output.modality] and [other.output.modality] == start:
                return name
        return None


def translate_volume(
    volumes: Sequence[Volume],
    package: Package,
    direction: str | None = None,
    device: str = "auto",
    batch: int = 0,
    events: Events | None = None,
) -> Volume:
    """Translate one case with one direction of a package; see `Translator`.

    Args:
        volumes: on any grids; the first one's is that of the result.
        events: told when the inputs do not look like what the model's card asks for, and which of
            them were resampled.
    """
    events = events or Events()
    translator = Translator.load(package, direction, device, batch, warn=events.warning)
    translator.check_count(volumes)
    chosen = translator.ports
    for text in doubts(package.manifest, chosen, volumes, [p.modality for p in chosen.inputs]):
        events.warning(text)
    return translator.translate(on_one_grid(chosen, volumes, events))
