"""`medgansynth models ...`. Junk is refused before torch is imported; `list` never needs it."""

import contextlib
import dataclasses
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import hidden, whole_folder
from . import catalogue
from .card import render_card
from .located import Located, locate

if TYPE_CHECKING:
    from .package import Package


def list_models(events: Events) -> dict[str, Any]:
    """One row for each package of the catalogue, the broken ones with their problem."""
    rows = []
    for entry in catalogue.list_entries():
        m = entry.manifest
        rows.append(
            {
                "name": entry.name,
                "origin": entry.origin,
                "version": m.version if m else "",
                "what": ", ".join(m.directions) or m.kind if m else "",
                "title": m.title if m else "",
                "licence": m.licence if m else "",
                "problem": entry.problem or "",
            }
        )
    note = "" if rows else f"No models yet; your own go into {catalogue.user_folder()}."
    note = catalogue.user_folder_problem() or note
    return {"text": note, "rows": rows}


def show_model(model: str, events: Events) -> dict[str, Any]:
    """The model's card, rendered from its manifest."""
    found = locate(model)
    return {
        "text": render_card(found.manifest),
        "path": str(catalogue.find(model)),
        "manifest": schema.to_dict(found.manifest),
    }


def verify_model(model: str, events: Events) -> dict[str, Any]:
    """Check hash, schema, shapes and values, and run every direction once."""
    package = _open(locate(model))
    rows = package.verify()
    name = f"{package.manifest.name} {package.manifest.version}"
    return {"text": f"{name}: sound; weights {package.sha256}", "rows": rows}


def add_model(package: Path, name: str, overwrite: bool, events: Events) -> dict[str, Any]:
    """Copy a package into the user's catalogue, once the copy has been verified.

    Args:
        name: of the copy; "": the package's own.

    Raises:
        MedGANSynthError: unsound package; a shipped model or another folder has its name.
    """
    if not Path(package).exists():
        raise MedGANSynthError(f"{package}: no such file or folder; give a package or its zip.")
    found = locate(Path(package).absolute())
    manifest = dataclasses.replace(found.manifest, name=name or found.manifest.name)
    plain = schema.to_dict(manifest)
    schema.from_dict(catalogue.Manifest, plain, "--name")
    name = manifest.name
    target = catalogue.user_folder() / name
    for entry in catalogue.list_entries():
        if entry.name.casefold() == name.casefold() and (entry.folder != target or not overwrite):
            raise MedGANSynthError(
                f"{package}: its name {name!r} is taken by the model in {entry.folder}; choose "
                "another with --name"
                + (", or pass --overwrite." if entry.folder == target else ".")
            )
    catalogue.check_addable(name)
    opened = _open(found)
    with whole_folder(target, overwrite) as temporary:
        for file in catalogue.FILES:
            if (opened.folder / file).is_file():
                shutil.copyfile(opened.folder / file, temporary / file)
        if manifest != opened.manifest:
            text = json.dumps(plain, indent=1) + "\n"
            (temporary / catalogue.MANIFEST).write_text(text, encoding="utf-8")
            (temporary / catalogue.CARD).write_text(render_card(manifest), encoding="utf-8")
        _open(locate(temporary)).verify()
    return {"text": f"{name} is in the catalogue: {target}", "outputs": [str(target)]}


def remove_model(name: str, events: Events) -> dict[str, Any]:
    """Delete a package from the user's catalogue; shipped ones stay."""
    found = [e for e in catalogue.list_entries() if e.name.casefold() == name.casefold()]
    own = [e for e in found if e.origin == "user"]
    if not own:
        reason = "ships with MedGANSynth and stays" if found else "is not in your catalogue"
        raise MedGANSynthError(f"{name}: {reason}; `medgansynth models list` shows what is.")
    if len(own) > 1:
        places = " and ".join(str(e.folder) for e in own)
        raise MedGANSynthError(f"{name}: lies in {places}; delete one of the folders yourself.")
    gone = hidden(own[0].folder)
    try:
        os.replace(own[0].folder, gone)  # at once, for others who look
        shutil.rmtree(gone)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.replace(gone, own[0].folder)
        raise MedGANSynthError(
            f"{own[0].folder}: cannot be removed ({error.strerror}); delete it yourself."
        ) from None
    return {"text": f"{own[0].folder}: removed"}


def write_bundle(
    model: str, out: Path, direction: str | None, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Write one direction of a package as a MONAI bundle."""
    package = _open(locate(model))
    from .bundle import write_bundle as write

    write(package, package.direction(direction), out, overwrite)
    run = "python -m monai.bundle run --config_file configs/inference.json"
    text = f"{out}: written; its docs/README.md says where volumes go; then, in its folder,\n{run}"
    text += "\n(MONAI's runner needs one package more: pip install fire)"
    return {"text": text, "outputs": [str(out)]}


def _open(found: Located) -> "Package":
    from .package import open_located

    return open_located(found)
