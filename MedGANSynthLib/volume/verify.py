"""`medgansynth provenance FILE`: is it synthetic, and how do we know?"""

from pathlib import Path
from typing import Any

from ..events import Events
from .cine import read_cine
from .marks import find_sidecar, provenance_in, sidecar_path, voxel_hash
from .provenance import DISCLAIMER, FLAG, Provenance
from .read import check, read


def show_provenance(file: Path, events: Events) -> dict[str, Any]:
    """Say whether `file` is synthetic and where that is written.

    `mark` in the result is "file and sidecar", "file", "sidecar" (the mark inside the file was
    lost, but a sidecar in the folder belongs to exactly these voxels, whatever the file is called
    now), "lost" (its own sidecar is there, but the voxels have changed) or "none".

    Raises:
        MedGANSynthError: the file cannot be read.
    """
    file = Path(file)
    header = check(file)
    marks = header.marks
    inside = provenance_in(marks)
    flagged = inside is not None or any(mark.startswith(FLAG) for mark in marks)
    volume = read_cine(file) if header.frames > 1 else read(file)
    found = find_sidecar(file, voxel_hash(volume))
    provenance = inside or (found[1].provenance if found else None)
    if flagged and found:
        mark, text = "file and sidecar", f"synthetic: it says so itself and in {found[0].name}."
    elif flagged:
        mark, text = "file", "synthetic: it says so itself; no sidecar belongs to its voxels."
    elif found:
        mark = "sidecar"
        text = f"synthetic: its own mark was lost, but {found[0].name} names exactly these voxels."
    elif sidecar_path(file).is_file():
        mark = "lost"
        text = (
            f"probably synthetic: {sidecar_path(file).name} lies beside it, but the voxels were "
            "changed and the mark inside was lost."
        )
    else:
        mark, text = "none", "no mark of a synthetic volume."
    result: dict[str, Any] = {
        "text": f"{file.name}: {text}",
        "synthetic": mark not in ("none", "lost"),
        "mark": mark,
    }
    if provenance is not None:
        result["rows"] = [_row(provenance, found[1].created if found else None)]
        result["inputs"] = [{"modality": s.modality, "sha256": s.sha256} for s in provenance.inputs]
    if mark != "none":
        result["disclaimer"] = DISCLAIMER
    return result


def _row(provenance: Provenance, created: str | None) -> dict[str, Any]:
    return {
        "model": provenance.model,
        "direction": provenance.direction,
        "seed": provenance.seed,
        "tool": provenance.tool,
        "created": created,
        "weights": provenance.settings.get("weights", provenance.model_sha256[:12]),
    }
