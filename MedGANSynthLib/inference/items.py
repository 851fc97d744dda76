"""What a generation is going to make: volumes of a seed, steps of a walk, given scans again."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from ..models.manifest import Direction
from ..volume.content import refuse_unfit
from ..volume.marks import bare_name
from ..volume.provenance import Provenance, Source
from ..volume.read import read
from ..volume.volume import Volume
from .codes import walk
from .generator import Generator
from .suitability import doubts


@dataclasses.dataclass(frozen=True)
class Item:
    """One volume to make.

    Attributes:
        path: the file to write.
        provenance: how it will be marked; a file that is marked so is not made again.
        make: makes it.
        scan: the given scan that it is made of.
    """

    path: Path
    provenance: Provenance
    make: Callable[[], Volume]
    scan: Path | None = None


def drawn(generator: Generator, out: Path, count: int, seed: int, temperature: float) -> list[Item]:
    """Volumes 0 to count - 1 of a seed."""
    items = []
    for index in range(count):
        marks = generator.provenance(seed, index=index, temperature=temperature)

        def make(index: int = index, marks: Provenance = marks) -> Volume:
            code = np.float32(temperature) * generator.code(seed, index)
            return generator.volume(code, marks)

        stem = f"{generator.package.manifest.name}-seed{seed}-{index:04d}"
        items.append(Item(out / f"{stem}.nii.gz", marks, make))
        if generator.generation.form == "labelled":
            items.append(_labels(generator, out, stem, (seed, index), temperature))
    return items


def _labels(
    generator: Generator, out: Path, stem: str, drawn: tuple[int, int], temperature: float
) -> Item:
    """The label map of a drawn image."""
    seed, index = drawn
    marks = generator.provenance(seed, index=index, temperature=temperature, map="labels")

    def make() -> Volume:
        return generator.labels(np.float32(temperature) * generator.code(seed, index), marks)

    return Item(out / f"{stem}-label.nii.gz", marks, make)


def walked(
    generator: Generator,
    out: Path,
    count: int,
    seeds: tuple[int, int],
    interpolation: str,
    temperature: float,
) -> list[Item]:
    """From the first volume of one seed to that of the other."""
    ends = [np.float32(temperature) * generator.code(seed, 0) for seed in seeds]
    items = []
    for step, code in enumerate(walk(*ends, count, interpolation)):
        marks = generator.provenance(
            seeds[0],
            to_seed=seeds[1],
            interpolation=interpolation,
            step=step,
            steps=count,
            temperature=temperature,
        )

        def make(code: np.ndarray = code, marks: Provenance = marks) -> Volume:
            return generator.volume(code, marks)

        stem = f"{generator.package.manifest.name}-seed{seeds[0]}-to-{seeds[1]}-{interpolation}"
        items.append(Item(out / f"{stem}-{step:04d}.nii.gz", marks, make))
    return items


def scans(generator: Generator, paths: tuple[Path, ...], out: Path, events: Events) -> list[Item]:
    """Given scans, encoded and made again; every one is looked at before the first is encoded."""
    manifest, output = generator.package.manifest, generator.generation.output
    encoder = generator.encoder
    names = [bare_name(path) for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MedGANSynthError(f"--reconstruct: two files are called {twice[0]}; rename one.")
    items = []
    for path, name in zip(paths, names, strict=True):
        if not path.exists():
            raise MedGANSynthError(f"{path}: does not exist; check the name.")
        scan = read(path)
        refuse_unfit(scan, path.name)
        if min(scan.shape) == 1:
            raise MedGANSynthError(f"{path.name}: is one slice; give a whole volume.")
        direction = Direction(encoder, inputs=(output,), output=output, slices=0)
        for text in doubts(manifest, direction, [scan], [path.name]):
            events.warning(text)
        source = Source(file_hash(path), output.modality)
        marks = generator.provenance(None, (source,))

        def make(path: Path = path, marks: Provenance = marks) -> Volume:
            return generator.again(read(path), marks)

        items.append(Item(out / f"{name}-{manifest.name}.nii.gz", marks, make, path))
    return items
