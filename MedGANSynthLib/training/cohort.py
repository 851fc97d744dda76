"""From a data list (or the built-in phantoms) to the heads of each split."""

import hashlib
from pathlib import Path

from ..data.datalist import Case, read_datalist
from ..data.phantom import head_phantom
from ..data.settings import SlicePairs
from ..data.slices import Head, load_head
from ..errors import MedGANSynthError
from ..events import Events
from ..volume.read import read

PHANTOM_SHAPE, PHANTOM_SPACING = (128, 128, 24), (1.6, 1.6, 6.0)


def load_heads(
    path: Path | None, settings: SlicePairs, events: Events
) -> tuple[list[Head], list[Head]]:
    """Training and validation people.

    Without a data list, phantoms: `settings.phantoms` of them, a quarter for validation.

    Raises:
        MedGANSynthError: a file that cannot be used, by name.
    """
    if path is None:
        heads = [_phantom(seed, settings) for seed in range(settings.phantoms)]
        cut = max(1, len(heads) * 3 // 4)
        return heads[:cut], heads[cut:]
    listed = read_datalist(path)
    cases = [*listed.training, *listed.validation]
    if not listed.training:
        raise MedGANSynthError(f"{path}: the training split is empty; add cases to it.")
    heads = []
    for number, case in enumerate(cases):
        events.progress(number / len(cases) * 0.999, f"reading {case.subject}")
        heads.append(_head(case, settings))
    training, validation = heads[: len(listed.training)], heads[len(listed.training) :]
    if not validation:
        events.warning("the data list has no validation people: figures are on training people.")
    return training, validation or training[:1]


def data_hash(path: Path | None, settings: SlicePairs) -> str:
    """SHA-256 of the data list; of the phantoms' description where there is none."""
    text = f"phantoms {settings.phantoms}".encode() if path is None else path.read_bytes()
    return hashlib.sha256(text).hexdigest()


def _head(case: Case, settings: SlicePairs) -> Head:
    wanted = (settings.source, settings.target, settings.mask)
    volumes = {}
    for name in wanted:
        if name in case.images:
            volumes[name] = read(case.images[name], name)
    if not volumes.keys() & {settings.source, settings.target}:
        raise MedGANSynthError(
            f"data list: {case.subject} has neither {settings.source} nor {settings.target}; "
            "check the modality names."
        )
    return load_head(case.subject, volumes, settings)


def _phantom(seed: int, settings: SlicePairs) -> Head:
    made = head_phantom(
        seed, PHANTOM_SHAPE, PHANTOM_SPACING, modalities=(settings.source, settings.target)
    )
    volumes = {name: made[name] for name in (settings.source, settings.target)}
    volumes[settings.mask] = made["mask"]
    return load_head(f"phantom-{seed}", volumes, settings)
