"""`medgansynth models export` and `import`: packages of a Run, and of other people's weights."""

import re
from pathlib import Path
from typing import Any

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import file_hash
from .card import Card
from .importers import MULTIPLES, import_generator
from .manifest import Manifest
from .package import NO_WEIGHTS, write_package
from .restricted import load_restricted


def export_run(
    run: Path,
    out: Path,
    name: str,
    title: str,
    card: Path | None,
    checkpoint: str,
    half: bool,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Make a package of a Run: the averaged weights of a checkpoint, and the card file's words.

    Raises:
        MedGANSynthError: not a Run, no such checkpoint, a card file with a wrong key, a name that
            is none.
    """
    if checkpoint not in ("best", "last", "previous"):
        raise MedGANSynthError(f"--checkpoint {checkpoint}: must be best, last or previous.")
    if not re.fullmatch(schema.NAME.regex, name):
        raise MedGANSynthError(f"--name {name!r}: must be {schema.NAME.hint}.")
    config, weights = run / "config.json", run / "checkpoints" / f"{checkpoint}.pt"
    if not config.is_file():
        raise MedGANSynthError(f"{run}: not a Run folder; it has no config.json.")
    if not weights.is_file():
        raise MedGANSynthError(
            f"{run}: has no checkpoint {checkpoint!r} yet; train on, or try --checkpoint last."
        )
    words = schema.read_toml(Card, card) if card else Card()
    state = load_restricted(weights)
    try:
        exported = state["export"]
        plain, networks = dict(exported["manifest"]), exported["networks"]
        people = plain.get("training", {}).get("people", 0)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MedGANSynthError(f"{weights}: not a checkpoint of MedGANSynth.") from None
    plain |= {
        "format": 1,
        "name": name,
        "title": title or words.title or f"{plain.get('system')}: {name}",
        "version": words.version,
        "training": {
            "data": words.data or "not stated",
            "data_licence": words.data_licence or "not stated",
            "people": people if words.people is None else words.people,
            "cost": words.cost or "",
            "config_sha256": file_hash(config),
        },
        "licence": words.licence,
        "intended_use": words.intended_use,
        "limits": words.limits,
        "citation": words.citation,
        "quality": schema.to_dict(words.quality),
        "weights_sha256": NO_WEIGHTS,
    }
    manifest = schema.from_dict(Manifest, plain, weights.name)
    previews = sorted((run / "previews").glob("*.png"))
    preview = previews[-1] if previews else None
    write_package(out, manifest, networks, None, preview, half, overwrite)
    return {"text": f"{out}: written, verified", "outputs": [str(out)]}


def import_weights(
    weights: Path,
    architecture: str,
    out: Path,
    name: str,
    source: str,
    target: str,
    reverse: Path | None,
    spacing: float | None,
    licence: str,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Make a package of generators of pytorch-CycleGAN-and-pix2pix.

    Their pictures had 8 bits, so that the output's -1 and 1 stand for 0 and 255.

    Raises:
        MedGANSynthError: not a state dict of that architecture.
    """
    if source == target:
        raise MedGANSynthError(f"--source and --target are both {source}; name two modalities.")
    specs, states, directions = {}, {}, {}
    pairs = [(weights, source, target)] + ([(reverse, target, source)] if reverse else [])
    for path, start, end in pairs:
        role = f"{start}-to-{end}"
        specs[role], states[role] = import_generator(path, architecture)
        ports = [
            {"modality": m, "reference_range": [0.0, 255.0], "unit": "8-bit grey value"}
            for m in (start, end)
        ]
        directions[role] = {"network": role, "inputs": ports[:1], "output": ports[1]}
    multiple = MULTIPLES[architecture]
    in_plane = None if spacing is None else [spacing, spacing]
    plain = {
        "format": 1,
        "name": name,
        "title": f"{source} to {target}: imported {architecture}",
        "version": "1.0",
        "system": "imported",
        "kind": "translate",
        "networks": schema.to_dict(specs),
        "directions": directions,
        "grid": {"spacing": [in_plane, in_plane, None], "multiple": [multiple, multiple, 1]},
        "intensity": {},
        "training": {"data": "unknown (imported weights)", "data_licence": "unknown"},
        "licence": licence,
        "intended_use": "Research on synthetic images.",
        "limits": "Imported from pytorch-CycleGAN-and-pix2pix; not examined.",
        "weights_sha256": NO_WEIGHTS,
    }
    manifest = schema.from_dict(Manifest, plain, "models import")
    write_package(out, manifest, states, overwrite=overwrite)
    events.warning(
        f"{weights}: nothing is known of these weights but what you were told; measure the model "
        "on your own data before you rely on it."
    )
    return {"text": f"{out}: written, verified", "outputs": [str(out)]}
