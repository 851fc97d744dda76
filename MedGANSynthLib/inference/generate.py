"""`medgansynth generate`: volumes of nobody, walks between them, given scans made again."""

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.animation import write_gif
from ..volume.cine import read_cine
from ..volume.finished import finished
from ..volume.marks import image_suffix
from ..volume.picture import write_montage
from ..volume.read import read
from ..volume.volume import Volume
from ..volume.write import write
from .generator import Generator
from .items import drawn, scans, walked
from .loaded import open_package
from .neighbours import nearest, training_cases
from .shown import film, shown

MOST = 1_000_000
SHOWN = 12
HOTTEST = 10.0


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
    below each volume the one of its training split that is nearest: a copy would be seen. What was
    given stands above scans that are made again.

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
        items = scans(generator, reconstruct, out, events)
        picture = f"{stem}-reconstructed.png"
    elif to_seed is not None:
        items = walked(generator, out, count, (seed, to_seed), interpolation, temperature)
        picture = f"{stem}-seed{seed}-to-{to_seed}-{interpolation}.png"
    else:
        items = drawn(generator, out, count, seed, temperature)
        picture = f"{stem}-seed{seed}.png"
    cases = training_cases(generator, neighbours) if neighbours is not None else []
    there = [not overwrite and finished({item.path: item.provenance}) for item in items]
    _make_folder(out)
    rows, volumes, pictures = [], [], []
    for number, (item, done) in enumerate(zip(items, there, strict=True)):
        events.progress(number / len(items), item.path.name)
        status = "finished before" if done else "generated"
        if not done:
            volume = item.make()
            write(volume, item.path, overwrite=True)  # what may not be replaced was refused before
        if number < SHOWN:
            reader = read_cine if generator.generation.form == "cine" else read
            volumes.append(reader(item.path) if done else volume)
            pictures.append(_picture(volumes[-1], item.scan))
        rows.append({"file": str(item.path), "status": status})
    if cases:
        below, distances = nearest(generator, volumes, cases, events)
        pictures = [own + other for own, other in zip(pictures, below, strict=True)]
        for row, distance in zip(rows, distances, strict=False):
            row["nearest"] = distance
    # One window for all, so that brightness can be compared between frames and with neighbours;
    # of scans, which have ranges of their own, that of each.
    window = (0.0, 1.0) if reconstruct else generator.generation.output.reference_range
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


def _picture(volume: Volume, scan: Path | None) -> list[np.ndarray]:
    """What is shown of a volume; a scan's planes and those of what became of it, 0 to 1."""
    if scan is None:
        return shown(volume)
    given = read(scan)
    low, high = np.percentile(given.array, (0.5, 99.5))
    planes = shown(given) + shown(volume)
    return [(plane - low) / max(high - low, 1e-6) for plane in planes]


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MedGANSynthError(f"{out}: cannot be made ({error.strerror}).") from None
