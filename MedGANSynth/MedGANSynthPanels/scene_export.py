"""Volumes and sequences of the scene as the images of a training: NIfTI files and a table of cases.

People are numbered, so that no name from the scene enters a file.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import slicer
from slicer.i18n import tr as _

from .asked import check_node
from .browsers import proxy_of
from .errors import PanelError
from .geometry import ijk_to_ras, ijk_to_world, ras_to_world, shape_of, without_shear
from .nifti_out import cannot_write, write_nifti
from .nodes import LABELS, called
from .volumes_out import check_volume

CASES = "cases.csv"
_SECONDS = {"s": 1.0, "ms": 1e-3}


def export_people(people: list[dict], folder: Path, films: bool) -> Path:
    """Write the nodes of each case and the CSV file that `datalist` reads.

    Args:
        people: for each case "subject", and a volume or sequence node for each modality.
        films: a sequence is one film (4D); else each of its frames is a case.

    Raises:
        PanelError: there is no case or no node, a node cannot be written, or sequences of one case
            differ in length.
    """
    _check_people(people)
    names = list(dict.fromkeys(str(case["subject"]) for case in people))
    rows = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, case in enumerate(people):
            subject = f"sub-{names.index(str(case['subject'])) + 1:03}"
            nodes = {name: node for name, node in case.items() if name != "subject"}
            for frame in _frames(nodes, films):
                row = {"subject": subject}
                for modality, node in nodes.items():
                    row[modality] = f"{subject}_{number + 1}-{frame or 0}_{modality}.nii"
                    _export(node, folder / row[modality], frame)
                rows.append(row)
        heads = dict.fromkeys(name for row in rows for name in row)
        with open(folder / CASES, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(heads))
            table.writeheader()
            table.writerows(rows)
    except OSError as error:
        raise cannot_write(folder, error) from None
    return folder / CASES


def _check_people(people: Any) -> None:
    is_table = isinstance(people, list | tuple) and all(isinstance(case, dict) for case in people)
    if not is_table or not people or not all("subject" in case for case in people):
        text = _('Give the cases as a list of dictionaries, such as {"subject": "a", "t1": node}.')
        raise PanelError(text)
    for case in people:
        for modality, node in case.items():
            if modality != "subject":
                check_node(node)


def _frames(nodes: dict, films: bool) -> list[int | None]:
    """The frames that become a case each; None: the nodes as they are."""
    counts = {
        node.GetNumberOfDataNodes() for node in nodes.values() if node.IsA("vtkMRMLSequenceNode")
    }
    if films or not counts:
        return [None]
    if len(counts) > 1 or not all(n.IsA("vtkMRMLSequenceNode") for n in nodes.values()):
        names = ", ".join(called(node) for node in nodes.values())
        text = _("{names}: sequences of one person need equally many frames; choose others.")
        raise PanelError(text.format(names=names))
    return list(range(counts.pop()))


def _export(node, path: Path, frame: int | None) -> None:
    """A volume; of a sequence one frame, or all of them as a film."""
    if not node.IsA("vtkMRMLSequenceNode"):
        _check(node)
        _write(path, [node], ijk_to_world(node), 0.0)
        return
    count = node.GetNumberOfDataNodes()
    if count == 0:
        text = _("{name} has no frames; load it again or choose another.")
        raise PanelError(text.format(name=called(node)))
    volumes = [node.GetNthDataNode(n) for n in ([frame] if frame is not None else range(count))]
    for volume in volumes:
        _check(volume)
    world = np.eye(4) if proxy_of(node) is None else ras_to_world(proxy_of(node))
    _write(path, volumes, world @ ijk_to_ras(volumes[0]), _step(node))


def _check(volume) -> None:
    if volume is not None and volume.IsA(LABELS):
        return  # a mask
    check_volume(volume)


def _write(path: Path, volumes: list, affine: np.ndarray, step_s: float) -> None:
    if len({shape_of(volume) for volume in volumes}) > 1:
        text = _("{name}: its frames differ in size; crop them to one.")
        raise PanelError(text.format(name=called(volumes[0])))
    frames = np.stack([slicer.util.arrayFromVolume(volume) for volume in volumes])
    write_nifti(path, frames, without_shear(affine)[0], step_s)


def _step(sequence) -> float:
    """Seconds between two frames; 0 where the index tells no time."""
    scale = _SECONDS.get(sequence.GetIndexUnit(), 0.0)
    try:
        first, last = (
            float(sequence.GetNthIndexValue(n)) for n in (0, sequence.GetNumberOfDataNodes() - 1)
        )
    except ValueError:
        return 0.0
    return scale * (last - first) / max(1, sequence.GetNumberOfDataNodes() - 1)
