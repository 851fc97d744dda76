"""Several inputs of one translation: of one person, and on one grid."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..data.discover import stem_of, who
from ..errors import MedGANSynthError
from ..events import Events
from ..models.manifest import Direction
from ..volume.together import bring_together
from ..volume.volume import Volume


def refuse_several_people(paths: Mapping[str, Path]) -> None:
    """Refuse files whose names say that they are of different people or sessions.

    Names speak where they follow BIDS (`sub-01_ses-1_T1w`), or where each ends with its modality
    (`patient07_t1`, `patient19_flair`).

    Args:
        paths: modality -> file.

    Raises:
        MedGANSynthError: with the two names.
    """
    named = {}
    for modality, path in paths.items():
        person = who(stem_of(path), modality)
        if person != (stem_of(path), ""):  # else the name says nothing
            named[path] = person
    (first, person), *others = list(named.items()) or [(None, None)]
    for path, other in others:
        if other != person:
            raise MedGANSynthError(
                f"{first.name} and {path.name} are of different people or sessions by their "
                "names; give one person's, or rename the file."
            )


def on_one_grid(direction: Direction, volumes: Sequence[Volume], events: Events) -> list[Volume]:
    """All inputs of `direction` on the first one's grid; a warning for each that was resampled.

    Raises:
        MedGANSynthError: an input that shares no place with the first.
    """
    names = [port.modality for port in direction.inputs]
    together, notes = bring_together(dict(zip(names, volumes, strict=True)))
    for note in notes:
        events.warning(note)
    return list(together.values())
