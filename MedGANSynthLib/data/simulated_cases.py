"""A cohort whose anatomy is real and whose images are simulated."""

from pathlib import Path

from ..errors import MedGANSynthError
from ..events import Events
from ..volume.read import read
from ..volume.write import write
from .datalist import Case
from .discover import images_in, stem_of
from .simulation import simulate


def people_in(maps: Path) -> dict[str, Path]:
    """Person -> label map, for every map in the folder.

    Raises:
        MedGANSynthError: no folder, no image in it, or two names that make one person.
    """
    if not maps.is_dir():
        why = "is a file" if maps.exists() else "does not exist"
        raise MedGANSynthError(f"{maps}: {why}; --simulate takes a folder of label maps.")
    people: dict[str, Path] = {}
    for path in images_in(maps):
        person = "sub-" + "".join(c for c in stem_of(path) if c.isalnum())
        if person in people:
            raise MedGANSynthError(
                f"{people[person].name} and {path.name} would both become {person}; rename one."
            )
        people[person] = path
    if not people:
        raise MedGANSynthError(f"{maps}: holds no label map; check --simulate.")
    return people


def write_simulations(
    people: dict[str, Path],
    folder: Path,
    spacing: float,
    seed: int,
    overwrite: bool,
    events: Events,
) -> list[Case]:
    """Images of every person's label map, written below `folder`.

    Raises:
        MedGANSynthError: a map that cannot be used, by name.
    """
    cases = []
    for number, (person, path) in enumerate(people.items()):
        events.progress(number / len(people), f"simulating {person}")
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
