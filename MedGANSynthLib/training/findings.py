"""What is wrong with data for a training, in sentences: before it starts."""

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np

from ..data.datalist import Case, DataList
from ..data.inspection import Image, odd_ones
from ..volume.geometry import same_grid
from ..volume.volume import Volume
from ..wording import counted
from .needs import Needs

FEW = 10


@dataclasses.dataclass(frozen=True)
class Finding:
    """One sentence; `stops`: the training would fail, or learn from what is no image."""

    text: str
    stops: bool = False


def of_people(listed: DataList, needs: Needs) -> list[Finding]:
    """Who can be used, and whether that is enough."""
    if not listed.training:
        return [Finding("The training split is empty; add cases to it.", True)]
    found = []
    for case in (*listed.training, *listed.validation):
        lacks = tuple(m for m in needs.modalities if m not in case.images)
        if lacks and (needs.complete or not _has_any(case, needs)):
            found.append(Finding(f"{case.subject} has no {' and no '.join(lacks)}; add it.", True))
        elif lacks and needs.together:
            text = f"{case.subject} has no {' and no '.join(lacks)}; the case is left out."
            found.append(Finding(text))
    people = {case.subject for case in listed.training if is_used(case, needs)}
    missing = [m for m in needs.modalities if not any(m in c.images for c in listed.training)]
    if missing:
        text = f"Nobody in the training split has {' or '.join(missing)}; check the names."
        found.append(Finding(text, True))
    elif not people:
        text = f"Nobody has {' and '.join(needs.modalities)} together; train on more people."
        found.append(Finding(text, True))
    elif len(people) < FEW:
        few = f"Only {counted(len(people), 'person')} to learn from"
        found.append(Finding(f"{few}: expect poor results on anybody else."))
    if people and not any(is_used(case, needs) for case in listed.validation):
        found.append(
            Finding("Nobody is kept out for validation: figures will be on training people.")
        )
    return found


def of_images(images: Sequence[Image], needs: Needs) -> list[Finding]:
    """Which images are blank, broken, odd, or not where their partners are."""
    found = [Finding(f"{_whose(i)}: {i.problem}", True) for i in images if i.problem]
    found += [Finding(text) for text in odd_ones(images)]
    found += [Finding(f"{_whose(i)}: {note}") for i in images for note in i.notes]
    if needs.one_grid:
        cases = collections.defaultdict(list)
        for image in images:
            if image.shape:
                cases[image.split, image.subject].append(image)
        for (_split, subject), together in cases.items():
            # A person may have several examinations, each of them on its own grid.
            grids = [i for i in together if i.modality == together[0].modality]
            odd = [i for i in together if not any(same_grid(_grid(i), _grid(g)) for g in grids)]
            found += [
                Finding(
                    f"{subject}: its {i.modality} does not lie on the voxel grid of its "
                    f"{grids[0].modality}; resample it.",
                    True,
                )
                for i in odd
            ]
    return found


def is_used(case: Case, needs: Needs) -> bool:
    """Whether a training learns from a case."""
    if needs.together:
        return all(m in case.images for m in needs.modalities)
    return _has_any(case, needs)


def _has_any(case: Case, needs: Needs) -> bool:
    return any(m in case.images for m in needs.modalities)


def _whose(image: Image) -> str:
    return f"{image.subject}, {image.modality}"


def _grid(image: Image) -> Volume:
    return Volume(np.broadcast_to(np.float32(0), image.shape), image.affine)
