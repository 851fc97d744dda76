"""`medgansynth generate`: volumes of nobody, walks between them, given scans made again."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.animation import write_gif
from ..volume.cine import read_cine
from ..volume.content import refuse_unfit
from ..volume.marks import bare_name, image_suffix
from ..volume.picture import write_montage
from ..volume.provenance import Provenance, Source
from ..volume.read import read
from ..volume.volume import Volume
from ..volume.write import file_hash, write
from .codes import walk
from .finished import finished
from .generator import Generator
from .loaded import open_package
from .neighbours import nearest
from .shown import film, shown

MOST = 1_000_000
SHOWN = 12
HOTTEST = 10.0


@dataclasses.dataclass(frozen=True)
class Item:
    """One volume to make.

    Attributes:
        path: the file to write.
        provenance: how it will be marked; a file that is marked so is not made again.
        make: makes it.
    """

    path: Path
    provenance: Provenance
    make: Callable[[], Volume]


def generate(
    model: str,
    out: Path,
    count: int,
    seed: int,
    to_seed: int | None,
    interpolation: str,
    temperature: float,
    reconstruct: tuple[Path, ...],
    neighbours: Path | None,
    device: str,
    cpu_fallback: bool,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Write volumes, each whole or not at all, and one picture of the first of them.

    Of a walk, and of cines, there is a film, too. With `neighbours`, a data list, the picture shows
    below each volume the one of its training split that is nearest: a copy would be seen.

    A code is `temperature` times N(0, 1) numbers that follow from the model's hash, the seed and
    the volume's number.

    Returns:
        `rows` with file and status ("generated" or "finished before"); `outputs`; `preview`.

    Raises:
        MedGANSynthError: a wrong request, a model that generates nothing, a file in the way.
    """
    if image_suffix(out):
        raise MedGANSynthError(f"{out}: is named like one volume; give a folder for all of them.")
    if not 1 <= count <= MOST:
        raise MedGANSynthError(f"--count {count}: must be from 1 to {MOST}.")
    if not 0 < temperature <= HOTTEST:
        raise MedGANSynthError(f"--temperature {temperature:g}: must be above 0, at most 10.")
    for name, value in (("--seed", seed), ("--to-seed", to_seed)):
        if value is not None and not 0 <= value < 2**63:
            raise MedGANSynthError(f"{name} {value}: must be 0 or more and below 2^63.")
    if reconstruct and to_seed is not None:
        raise MedGANSynthError("--reconstruct and --to-seed: choose one of them.")
    if reconstruct and neighbours is not None:
        raise MedGANSynthError("--reconstruct and --neighbours: choose one of them.")
    generator = Generator.load(open_package(model), device, cpu_fallback, events.warning)
    stem = generator.package.manifest.name
    if reconstruct:
        items, picture = _scans(generator, reconstruct, out), f"{stem}-reconstructed.png"
    elif to_seed is not None:
        items = _walk(generator, out, count, (seed, to_seed), interpolation, temperature)
        picture = f"{stem}-seed{seed}-to-{to_seed}-{interpolation}.png"
    else:
        items = _drawn(generator, out, count, seed, temperature)
        picture = f"{stem}-seed{seed}.png"
    _make_folder(out)
    rows, volumes = [], []
    for number, item in enumerate(items):
        events.progress(number / len(items), item.path.name)
        done = not overwrite and finished({item.path: item.provenance})
        status = "finished before" if done else "generated"
        if not done:
            volume = item.make()
            write(volume, item.path, overwrite=True)  # what may not be replaced was refused before
        if number < SHOWN:
            reader = read_cine if generator.generation.form == "cine" else read
            volumes.append(reader(item.path) if done else volume)
        rows.append({"file": str(item.path), "status": status})
    pictures = [shown(volume) for volume in volumes]
    if neighbours is not None:
        below, distances = nearest(generator, volumes, neighbours, events)
        pictures = [own + other for own, other in zip(pictures, below, strict=True)]
        for row, distance in zip(rows, distances, strict=False):
            row["nearest"] = distance
    # One window for all, so that brightness can be compared between frames and with neighbours.
    window = generator.generation.output.reference_range
    write_montage(out / picture, list(zip(*pictures, strict=True)), window)
    outputs = [*(row["file"] for row in rows), str(out / picture)]
    frames, seconds = film(volumes, walk=to_seed is not None)
    if len(frames) > 1:
        write_gif((out / picture).with_suffix(".gif"), frames, seconds)
        outputs.append(str((out / picture).with_suffix(".gif")))
    events.progress(1.0, "done")
    made = sum(row["status"] == "generated" for row in rows)
    return {
        "text": f"{out}: {made} generated, {len(rows) - made} finished before.",
        "rows": rows,
        "outputs": outputs,
        "preview": str(out / picture),
    }


def _drawn(
    generator: Generator, out: Path, count: int, seed: int, temperature: float
) -> list[Item]:
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


def _walk(
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


def _scans(generator: Generator, paths: tuple[Path, ...], out: Path) -> list[Item]:
    """Given scans, encoded and made again."""
    names = [bare_name(path) for path in paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MedGANSynthError(f"--reconstruct: two files are called {twice[0]}; rename one.")
    items = []
    for path, name in zip(paths, names, strict=True):
        if not path.exists():
            raise MedGANSynthError(f"{path}: does not exist; check the name.")
        source = Source(file_hash(path), generator.generation.output.modality)
        marks = generator.provenance(None, (source,))

        def make(path: Path = path, marks: Provenance = marks) -> Volume:
            scan = read(path)
            refuse_unfit(scan, path.name)
            return generator.again(scan, marks)

        stem = f"{name}-{generator.package.manifest.name}"
        items.append(Item(out / f"{stem}.nii.gz", marks, make))
    return items


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MedGANSynthError(f"{out}: cannot be made ({error.strerror}).") from None
