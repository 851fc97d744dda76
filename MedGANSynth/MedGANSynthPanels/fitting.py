"""Which models, and which of their directions, take a volume."""

import dataclasses

from MedGANSynthLib.models import catalogue
from MedGANSynthLib.models.manifest import Direction


@dataclasses.dataclass(frozen=True)
class Way:
    """One direction of one model."""

    entry: catalogue.Entry
    name: str
    direction: Direction

    @property
    def inputs(self) -> list[str]:
        """The modalities that go in, in the network's order."""
        return [port.modality for port in self.direction.inputs]

    @property
    def label(self) -> str:
        """What the direction is called on the screen, such as "T1 → T2"."""
        inputs = " + ".join(spoken(modality) for modality in self.inputs)
        return f"{inputs} → {spoken(self.direction.output.modality)}"


_WORDS = ("cine", "image", "label", "mask")


def spoken(modality: str) -> str:
    """How people write a modality: short ones are abbreviations."""
    return modality.upper() if len(modality) <= 5 and modality not in _WORDS else modality


def ways(entry: catalogue.Entry) -> list[Way]:
    """What a package can translate; nothing when it is broken or of another kind."""
    if entry.problem or entry.manifest is None or entry.manifest.kind != "translate":
        return []
    return [Way(entry, name, d) for name, d in entry.manifest.directions.items()]


def takes(way: Way, contrast: str | None) -> bool:
    """Whether a direction is made for such a volume; a volume that tells nothing fits all."""
    return contrast is None or contrast in way.inputs


def measured_time(entry: catalogue.Entry) -> str:
    """The time that the package's makers measured, with its conditions; empty if none is named."""
    for figure in entry.manifest.quality if entry.manifest else ():
        if figure.name.lower().startswith("seconds"):
            return f"{figure.value:g} s ({figure.conditions})"
    return ""
