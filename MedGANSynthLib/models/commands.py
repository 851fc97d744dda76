"""`medgansynth models ...`. What needs torch is imported where it is used: `list` needs nothing."""

import shutil
from pathlib import Path
from typing import Any

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder
from . import catalogue
from .card import render_card


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
    return {"text": note, "rows": rows}


def show_model(model: str, events: Events) -> dict[str, Any]:
    """The model's card, rendered from its manifest."""
    path = catalogue.find(model)
    if path.is_dir():
        manifest = catalogue.read_manifest(path)
    else:
        from .package import open_package

        manifest = open_package(path).manifest
    return {
        "text": render_card(manifest),
        "path": str(path),
        "manifest": schema.to_dict(manifest),
    }


def verify_model(model: str, events: Events) -> dict[str, Any]:
    """Check hash, schema, shapes and values, and run every direction once."""
    from .package import open_package

    package = open_package(model)
    rows = package.verify()
    name = f"{package.manifest.name} {package.manifest.version}"
    return {"text": f"{name}: sound; weights {package.sha256}", "rows": rows}


def add_model(package: Path, overwrite: bool, events: Events) -> dict[str, Any]:
    """Copy a package into the user's catalogue, once the copy has been verified.

    Raises:
        MedGANSynthError: unsound package; a shipped model or another folder has its name.
    """
    from .package import open_package

    if not Path(package).exists():
        raise MedGANSynthError(f"{package}: no such file or folder; give a package or its zip.")
    opened = open_package(Path(package).absolute())
    name = opened.manifest.name
    target = catalogue.user_folder() / name
    for entry in catalogue.list_entries():
        if entry.name.casefold() == name.casefold() and entry.folder != target:
            raise MedGANSynthError(
                f"{package}: its name {name!r} is taken by the model in {entry.folder}; change "
                f'"name" in its {catalogue.MANIFEST}.'
            )
    with whole_folder(target, overwrite) as temporary:
        for file in catalogue.FILES:
            if (opened.folder / file).is_file():
                shutil.copyfile(opened.folder / file, temporary / file)
        open_package(temporary).verify()
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
    try:
        shutil.rmtree(own[0].folder)
    except OSError as error:
        raise MedGANSynthError(
            f"{own[0].folder}: cannot be removed ({error.strerror}); delete it yourself."
        ) from None
    return {"text": f"{own[0].folder}: removed"}


def write_bundle(
    model: str, out: Path, direction: str | None, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Write one direction of a package as a MONAI bundle."""
    from .bundle import write_bundle as write
    from .package import open_package

    package = open_package(model)
    write(package, package.direction(direction), out, overwrite)
    run = "python -m monai.bundle run --config_file configs/inference.json"
    text = f"{out}: written; put volumes into its folder data, then, in the bundle's folder,\n{run}"
    text += "\n(MONAI's runner needs one package more: pip install fire)"
    return {"text": text, "outputs": [str(out)]}
