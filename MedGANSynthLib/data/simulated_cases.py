"""A cohort whose anatomy is real and whose images are simulated."""

from pathlib import Path

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.read import read
from ..volume.write import write
from .datalist import Case
from .discover import images_in, stem_of
from .simulation import simulate


def write_simulations(
    maps: Path, folder: Path, spacing: float, seed: int, overwrite: bool, events: Events
) -> list[Case]:
    """Images of every label map in `maps`, written below `folder`; each map is one person.

    Raises:
        MedGANSynthError: no label map there, or one that cannot be used, by name.
    """
    found = images_in(maps) if maps.is_dir() else []
    if not found:
        raise MedGANSynthError(f"{maps}: holds no label map; check --simulate.")
    cases = []
    for number, path in enumerate(found):
        person = "sub-" + "".join(c for c in stem_of(path) if c.isalnum())
        events.progress(number / len(found), f"simulating {person}")
        try:
            volumes = simulate(read(path), seed + number, spacing)
        except MedGANSynthError as error:
            raise MedGANSynthError(f"{path.name}: {error}") from None
        images = {}
        for name, volume in volumes.items():
            target = folder / "simulated" / f"{person}_{name}.nii.gz"
            write(volume, target, overwrite, dtype=volume.array.dtype.name)
            images[name] = target
        cases.append(Case(person, images))
    events.progress(1.0, "simulations written")
    return cases
