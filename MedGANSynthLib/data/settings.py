"""The `[data]` tables of the Systems. Standard library only."""

import dataclasses
from typing import Annotated, Literal

from ..schema import Length, Name, Range
from ..volume.grid import Axcodes, Intensity, Millimetres

Probability = Annotated[float, Range(0.0, 1.0)]
Shift = Annotated[float, Range(0.0, 64.0)]
Side = Annotated[int, Range(16, 512)]


@dataclasses.dataclass(frozen=True)
class SliceAugmentation:
    """Random changes of a slab of slices. Geometry moves both modalities alike.

    Attributes:
        flip: probability of a left-right mirror.
        affine: probability of a rotation, scaling and shift by up to the following amounts.
        rotate: degrees.
        scale: fraction.
        shift: fraction of the image side.
        blur: probability of a lower resolution along one in-plane axis, in both modalities, as in
            scans acquired in another plane.
        contrast, bias, noise: probabilities of a gamma curve, a smooth shading and Gaussian noise
            on the input alone, because scanners differ.
        jitter: enlarge to this many times the size and crop back at random (pix2pix, 6.2).
    """

    flip: Probability = 0.5
    affine: Probability = 0.0
    rotate: Annotated[float, Range(0.0, 180.0)] = 10.0
    scale: Annotated[float, Range(0.0, 0.9)] = 0.15
    shift: Annotated[float, Range(0.0, 0.5)] = 0.05
    blur: Probability = 0.0
    contrast: Probability = 0.0
    bias: Probability = 0.0
    noise: Probability = 0.0
    jitter: Annotated[float, Range(1.0, 2.0)] = 1.0


@dataclasses.dataclass(frozen=True)
class SlicePairs:
    """Slices of two modalities, as pairs of the same head or at random.

    Attributes:
        source, target: modality names in the data list; the System learns both directions.
        mask: name of the brain mask in the data list, for stripping and validation.
        paired: use target slices of the same position (same grid required).
        stripped: share of the samples with everything outside the mask blanked.
        orientation: of the slices, which lie along its last axis.
        spacing: range of in-plane voxel sizes in millimetres that are left as they are.
        standardise: give targets a scale of their own, on which every brain has the same median
            and spread (`data.standard`); inputs keep theirs, since a user's input has no mask.
        size: rows and columns of the training images (random crop or padding).
        slices: neighbouring slices that are the channels of an image (odd).
        step_mm: distance between them.
        predict: all slices of a slab, which a cycle needs, or the middle one, which is easier.
        every_mm: one slice for each so many millimetres in an epoch (0: all of them), so that a
            thinly sliced volume does not outweigh other people's thickly sliced ones.
        blank: slices with less than this share of foreground are left out.
        phantoms: how many built-in head phantoms to train on where no data list is given.
    """

    source: Name = "t1"
    target: Name = "t2"
    mask: Name = "mask"
    paired: bool = False
    stripped: Probability = 0.0
    orientation: Axcodes = "PLS"
    spacing: tuple[Millimetres, Millimetres] | None = None
    standardise: bool = False
    size: tuple[Annotated[int, Range(8, 1024)], Annotated[int, Range(8, 1024)]] = (256, 256)
    slices: Annotated[int, Range(1, 15)] = 1
    step_mm: Millimetres = 1.0
    predict: Literal["all", "middle"] = "all"
    every_mm: Annotated[float, Range(0.0, 1000.0)] = 0.0
    blank: Probability = 0.02
    intensity: Intensity = dataclasses.field(default_factory=Intensity)
    augmentation: SliceAugmentation = dataclasses.field(default_factory=SliceAugmentation)
    phantoms: Annotated[int, Range(2, 1000)] = 8

    def __post_init__(self) -> None:
        if self.slices % 2 == 0:
            raise ValueError("slices must be odd")
        if self.predict == "middle" and not self.paired:
            raise ValueError('predict="middle" needs paired=true')
        if self.standardise and not self.paired:
            raise ValueError("standardise needs paired=true")

    @property
    def predicted(self) -> int:
        """How many slices of a slab the generators predict."""
        return self.slices if self.predict == "all" else 1

    @property
    def compared(self) -> slice:
        """Which of a slab's slices those are."""
        skipped = (self.slices - self.predicted) // 2
        return slice(skipped, self.slices - skipped)


@dataclasses.dataclass(frozen=True)
class VolumeAugmentation:
    """Random changes of a whole volume; the defaults are those published with SigmaRat.

    They come after the intensities are brought to [-1, 1]: noise and scaling before it, as in the
    published code, would all but vanish in it.

    Attributes:
        probability: of each change but the flip.
        flip, flip_axis: probability and axis of a mirror.
        rotate: degrees about each axis, either way (0: never).
        intensity: fraction by which the intensities above the background are scaled.
        zoom: largest enlargement (1: never).
        noise: standard deviation of Gaussian noise, on the scale of [-1, 1].
        shift: voxels along each axis, either way.
    """

    probability: Probability = 0.1
    flip: Probability = 0.1
    flip_axis: Literal[0, 1, 2] = 0
    rotate: Annotated[float, Range(0.0, 180.0)] = 3.0
    intensity: Annotated[float, Range(0.0, 0.9)] = 0.1
    zoom: Annotated[float, Range(1.0, 2.0)] = 1.1
    noise: Annotated[float, Range(0.0, 1.0)] = 0.01
    shift: tuple[Shift, Shift, Shift] = (4.0, 4.0, 0.0)


@dataclasses.dataclass(frozen=True)
class Volumes:
    """Whole volumes of one modality.

    Attributes:
        modality: its name in the data list.
        mask: name of a mask in the data list, used where `stripped` is set.
        stripped: blank everything outside the mask, where a person has one.
        orientation: of the volumes' axes.
        spacing: voxel sides in millimetres that every scan is brought to; null keeps the scans'
            own, which must then agree.
        size: voxels along each axis after centred padding or cropping, multiples of 16.
        phantoms: how many built-in head phantoms to train on where no data list is given.
    """

    modality: Name = "t1"
    mask: Name = "mask"
    stripped: bool = False
    orientation: Axcodes = "RAS"
    spacing: tuple[Millimetres, Millimetres, Millimetres] | None = None
    size: tuple[Side, Side, Side] = (64, 64, 64)
    intensity: Intensity = dataclasses.field(default_factory=Intensity)
    augmentation: VolumeAugmentation = dataclasses.field(default_factory=VolumeAugmentation)
    phantoms: Annotated[int, Range(2, 1000)] = 8

    def __post_init__(self) -> None:
        if any(side % 16 for side in self.size):
            raise ValueError("size: each side must be a multiple of 16")


@dataclasses.dataclass(frozen=True)
class PatchAugmentation:
    """Random changes of patches. Geometry moves inputs, target and mask alike.

    Attributes:
        flip: probability of a left-right mirror.
        affine: probability of a rotation and scaling by up to the following amounts.
        rotate: degrees about each axis.
        scale: fraction.
        contrast, bias, noise: probabilities, for each input alone, of a gamma curve, a smooth
            shading and Gaussian noise, because scanners differ.
    """

    flip: Probability = 0.0
    affine: Probability = 0.0
    rotate: Annotated[float, Range(0.0, 180.0)] = 8.0
    scale: Annotated[float, Range(0.0, 0.9)] = 0.1
    contrast: Probability = 0.0
    bias: Probability = 0.0
    noise: Probability = 0.0


Spacing = tuple[Millimetres, Millimetres] | None


@dataclasses.dataclass(frozen=True)
class Modalities:
    """Several modalities of the same examination, and the one to make of them.

    Attributes:
        inputs: modality names in the data list, in the order of the networks' channels.
        target: the modality to make; cases without it or without an input are left out by name.
        mask: name of a mask in the data list; without one, the target above its minimum.
        strict: refuse a data list with incomplete cases.
        stripped: blank everything outside the mask, in inputs and target.
        standardise: give targets a scale of their own, on which every brain has the same median
            and spread (`data.standard`).
        orientation: of the arrays' axes; slices of a 2D network lie along the last.
        spacing: for each axis the range of voxel sizes in millimetres that are left as they are.
        thickest: millimetres up to which the slices of patches, along the last axis, are at random
            averaged together, as other scanners would have them (0: never).
        thick: make each input of the target's own scan, in slices of so many millimetres along the
            last axis: for super-resolution, learned from thin scans alone.
        size: sides of the training patches; three, or two for slices and a 2D network.
        whole: not patches: volumes padded or cropped, centred, to the three sides of `size`.
        mirrored: what the model gives is the mean of two translations, of the inputs and of their
            mirror images: less error for twice the time. For 3D networks.
        phantoms: how many built-in head phantoms to train on where no data list is given.
    """

    inputs: Annotated[tuple[Name, ...], Length(1, 16)] = ("t1", "t2")
    target: Name = "flair"
    mask: Name = "mask"
    strict: bool = False
    stripped: bool = False
    standardise: bool = False
    orientation: Axcodes = "RAS"
    spacing: tuple[Spacing, Spacing, Spacing] = (None, None, None)
    thickest: Annotated[float, Range(0.0, 100.0)] = 0.0
    thick: Millimetres | None = None
    size: Annotated[tuple[Side, ...], Length(2, 3)] = (256, 256, 256)
    whole: bool = False
    mirrored: bool = False
    intensity: Intensity = dataclasses.field(default_factory=Intensity)
    augmentation: PatchAugmentation = dataclasses.field(default_factory=PatchAugmentation)
    phantoms: Annotated[int, Range(2, 1000)] = 4

    def __post_init__(self) -> None:
        if self.thick is not None and self.inputs != (self.target,):
            raise ValueError("thick makes the one input of the target; name the target in inputs")
        named = [*self.inputs, *([] if self.thick else [self.target]), self.mask]
        twice = [name for name in named if named.count(name) > 1]
        if twice:
            raise ValueError(f"{twice[0]} is named twice among inputs, target and mask")
        if self.whole and len(self.size) == 2:
            raise ValueError("whole=true needs three sides in size")
        if self.mirrored and len(self.size) == 2:
            raise ValueError("mirrored=true needs three sides in size")
