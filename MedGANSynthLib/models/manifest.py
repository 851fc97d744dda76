"""`model.json`: what a model package says of itself. Standard library only.

The schema is closed: unknown keys, wrong types and values out of range are refused by name
(`MedGANSynthLib.schema`). Architectures are names from a registry with bounded options; a package
holds no code and nothing in it is ever evaluated.
"""

import dataclasses
from typing import Annotated, Literal

from ..schema import Length, Name, Pattern, Range, Scalar, Text
from ..volume.grid import Grid, Intensity, Millimetres, Voxels

FORMAT = 1

Sha256 = Annotated[str, Pattern("[0-9a-f]{64}", "64 hexadecimal digits")]


@dataclasses.dataclass(frozen=True)
class NetworkSpec:
    """One network: a registered architecture, its options, and where its tensors are.

    Tensors are stored in `weights.safetensors` as `<prefix><state dict key>`.
    """

    architecture: Name
    options: Annotated[dict[Name, Scalar | tuple[Scalar, ...]], Length(0, 40)]
    prefix: Annotated[str, Length(0, 80)] = ""


@dataclasses.dataclass(frozen=True)
class Port:
    """One input or output image of a direction.

    Attributes:
        modality: "t1", "t2", "flair", ...
        reference_range: what -1 and 1 stand for (median over the training people), in `unit`.
        minimum: of an output: nothing lies below it; None: the range's lower end.
        unit: "arbitrary MR signal", "HU", "SUVR", ...
    """

    modality: Name
    reference_range: tuple[float, float]
    minimum: float | None = None
    unit: Annotated[str, Length(0, 80)] = "arbitrary MR signal"

    def __post_init__(self) -> None:
        if self.reference_range[0] >= self.reference_range[1]:
            raise ValueError("reference_range must rise")

    @property
    def least(self) -> float:
        """The least value of an output."""
        return self.reference_range[0] if self.minimum is None else self.minimum


@dataclasses.dataclass(frozen=True)
class Direction:
    """One translation that the package can do: inputs, network, output.

    Attributes:
        network: key of `Manifest.networks`.
        inputs: in the order of the network's channels.
        output: what comes out.
        slices: how many neighbouring slices (odd) of each input a 2D network sees; 0: 3D network.
        step_mm: distance between those slices in millimetres (at least one slice of the input).
        patch: voxels that a 3D network sees at once; None: the whole volume.
        blank: the output is background wherever all inputs are.
        mirror: axis of the arrays along which the inputs are mirrored, for a second translation:
            the output is the mean of both; None: one translation alone.
    """

    network: Name
    inputs: Annotated[tuple[Port, ...], Length(1, 16)]
    output: Port
    slices: Annotated[int, Range(0, 31)] = 1
    step_mm: Millimetres = 1.0
    patch: tuple[Voxels, Voxels, Voxels] | None = None
    blank: bool = False
    mirror: Annotated[int, Range(0, 2)] | None = None

    def __post_init__(self) -> None:
        if self.slices and self.slices % 2 == 0:
            raise ValueError("slices must be odd, or 0 for a 3D network")
        if self.slices and self.patch:
            raise ValueError("patch is for a 3D network; slices must be 0")
        if self.slices and self.mirror is not None:
            raise ValueError("mirror is for a 3D network; slices must be 0")


@dataclasses.dataclass(frozen=True)
class Generation:
    """What a package makes of random numbers.

    Attributes:
        generator: key of `Manifest.networks`; codes `[batch, latent]`, drawn from N(0, 1), to
            volumes of `Manifest.grid.size` in [-1, 1].
        latent: length of the code.
        output: what comes out.
        crop: voxels along each axis that are kept, centred: the training data without padding.
        form: "volume" (a 3D network), "slice" (a 2D network, `grid.size` is [rows, cols, 1]) or
            "cine" (the same, with the frames of a cycle as channels) or "labelled" (a slice and,
            as a second channel, its label map spread over [-1, 1]).
        frames: of a cycle.
        time_step: seconds between two frames, a typical one.
        classes: of a labelled slice's map, beside the background.
        encoder: key of the network that makes a code of a volume, where there is one.
    """

    generator: Name
    latent: Annotated[int, Range(1, 65_536)]
    output: Port
    crop: tuple[Voxels, Voxels, Voxels]
    form: Literal["volume", "slice", "cine", "labelled"] = "volume"
    frames: Annotated[int, Range(1, 256)] = 1
    time_step: Annotated[float, Range(1e-6, 3600.0)] | None = None
    encoder: Name | None = None
    classes: Annotated[int, Range(0, 16)] = 0

    def __post_init__(self) -> None:
        if (self.classes > 0) != (self.form == "labelled"):
            raise ValueError("a labelled slice, and nothing else, has classes")
        if (self.frames > 1, self.time_step is not None) != (self.form == "cine",) * 2:
            raise ValueError("a cine, and nothing else, has several frames and a time_step")

    def output_shape(self, size: tuple[int, int, int]) -> tuple[int, ...]:
        """The network's output for one code on a grid of `size`."""
        if self.form == "volume":
            return (1, 1, *size)
        return (1, 2 if self.form == "labelled" else self.frames, *size[:2])


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One measured figure, with what it was measured on and how."""

    name: Text
    value: float
    conditions: Text
    low: float | None = None
    high: float | None = None


@dataclasses.dataclass(frozen=True)
class Training:
    """What the weights were trained on and what that cost."""

    data: Text
    data_licence: Text
    people: Annotated[int, Range(0, 10_000_000)] = 0
    cost: Text = ""
    config_sha256: Sha256 | None = None


@dataclasses.dataclass(frozen=True)
class Manifest:
    """The whole of `model.json`."""

    format: Literal[1]
    name: Name
    title: Annotated[str, Length(1, 200)]
    version: Annotated[str, Pattern(r"\d+(\.\d+){0,2}", 'a version such as "1.0"')]
    system: Name
    kind: Literal["translate", "generate"]
    networks: Annotated[dict[Name, NetworkSpec], Length(1, 16)]
    directions: Annotated[dict[Name, Direction], Length(0, 16)]
    grid: Grid
    intensity: Intensity
    training: Training
    licence: Annotated[str, Length(1, 200)]
    intended_use: Text
    limits: Text
    weights_sha256: Sha256
    quality: Annotated[tuple[Measurement, ...], Length(0, 100)] = ()
    citation: Text = ""
    made_with: Annotated[str, Length(0, 80)] = ""
    generation: Generation | None = None

    def __post_init__(self) -> None:
        for name, direction in self.directions.items():
            if direction.network not in self.networks:
                raise ValueError(f"direction {name} names the unknown network {direction.network}")
        if self.kind == "translate" and not self.directions:
            raise ValueError("a translate model needs at least one direction")
        if self.kind == "generate" and self.generation is None:
            raise ValueError("a generate model needs a generation")
        if self.generation is not None:
            self._check_generation(self.generation)

    def _check_generation(self, generation: Generation) -> None:
        for role in (generation.generator, generation.encoder):
            if role is not None and role not in self.networks:
                raise ValueError(f"generation names the unknown network {role}")
        if self.grid.size is None or any(s is None or s[0] != s[1] for s in self.grid.spacing):
            raise ValueError("a generation needs grid.size and one spacing for each axis")
        if any(kept > side for kept, side in zip(generation.crop, self.grid.size, strict=True)):
            raise ValueError("generation.crop is larger than grid.size")
        if generation.form != "volume" and self.grid.size[2] != 1:
            raise ValueError("a slice or a cine is one slice thick; grid.size must say so")
