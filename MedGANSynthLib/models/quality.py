"""`medgansynth models quality`: a package's measured quality, from an evaluation's file."""

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from .. import schema
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder
from .card import render_card
from .catalogue import CARD, MANIFEST, PREVIEW, WEIGHTS
from .manifest import Measurement, Sha256

FILE = "quality.json"
_MOST = 100


@dataclasses.dataclass(frozen=True)
class Quality:
    """What an evaluation says of a model: `quality.json` beside its report.

    Attributes:
        model_sha256: hash of the weights that were measured.
        measurements: the figures.
    """

    format: Literal[1]
    model_sha256: Sha256
    measurements: Annotated[tuple[Measurement, ...], schema.Length(1, _MOST)]


def quality_text(model_sha256: str, measurements: list[Measurement]) -> str:
    """The content of `quality.json`."""
    quality = Quality(1, model_sha256, tuple(measurements))
    return json.dumps(schema.to_dict(quality), indent=1) + "\n"


def record_quality(
    model: str,
    evaluation: Path,
    out: Path,
    replace: bool,
    overwrite: bool,
    events: Events,
) -> dict[str, Any]:
    """Write the package again with the evaluation's figures in its manifest and card.

    Figures of the same name and conditions are replaced, the others stay (none, with `replace`).

    Raises:
        MedGANSynthError: the figures are of other weights, not an evaluation of a model, too many
            figures.
    """
    from .archive import pack
    from .package import open_package

    path = evaluation / FILE if evaluation.is_dir() else evaluation
    if not path.is_file():
        raise MedGANSynthError(
            f"{path}: does not exist; `evaluate paired --model` and `evaluate distribution` of a "
            "model's volumes write it."
        )
    quality = schema.read_json(Quality, path)
    package = open_package(model)
    manifest = package.manifest
    if quality.model_sha256 != package.sha256:
        raise MedGANSynthError(
            f"{path}: its figures are of other weights ({quality.model_sha256[:8]}) than "
            f"{manifest.name}'s ({package.sha256[:8]}); evaluate this model."
        )
    known = () if replace else manifest.quality
    # What is measured again keeps its place.
    placed = {(m.name, m.conditions): m for m in (*known, *quality.measurements)}
    figures, new = tuple(placed.values()), len(quality.measurements)
    if len(figures) > _MOST:
        raise MedGANSynthError(
            f"{manifest.name}: {len(figures)} figures are more than the {_MOST} that a package "
            "holds; pass --replace."
        )
    manifest = dataclasses.replace(manifest, quality=figures)

    def fill(folder: Path) -> None:
        for name in (WEIGHTS, PREVIEW):
            if (package.folder / name).is_file():
                shutil.copyfile(package.folder / name, folder / name)
        plain = json.dumps(schema.to_dict(manifest), indent=1) + "\n"
        (folder / MANIFEST).write_text(plain, encoding="utf-8")
        (folder / CARD).write_text(render_card(manifest), encoding="utf-8")
        open_package(folder)

    if out.suffix.lower() == ".zip":
        if out.exists() and not overwrite:
            raise MedGANSynthError(f"{out}: exists already; choose another name or --overwrite.")
        with tempfile.TemporaryDirectory(prefix="medgansynth-") as unpacked:
            folder = Path(unpacked) / manifest.name
            folder.mkdir()
            fill(folder)
            pack(folder, out)
    else:
        with whole_folder(out, overwrite) as folder:
            fill(folder)
    return {
        "text": f"{out}: {new} figures recorded, {len(figures) - new} kept.",
        "rows": [schema.to_dict(m) for m in figures],
        "outputs": [str(out)],
    }
