"""Sunnybrook's PNGs as a data list for `medgansynth experiment augmentation`.

    python prepare.py FOLDER SPLITS.json OUT

FOLDER holds images/ and i_labels/ (the left ventricle's cavity), 8-bit PNGs named
PATIENT-IM-0001-NNNN. Every person becomes one volume, a slice for each frame, and one label map;
the pixel's size is not known, so it is written as 1 mm. SPLITS.json has {"train": [...], "val":
[...]} by patient: the former train, the latter are judged.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from MedGANSynthLib.data.datalist import Case, DataList, write_datalist
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write


def main(folder: Path, splits: Path, out: Path) -> None:
    """Write the volumes and `list.json` into `out`."""
    frames: dict[str, list[Path]] = {}
    for path in sorted((folder / "images").glob("*.png")):
        frames.setdefault(re.match(r"(.+?)-IM-", path.name)[1], []).append(path)
    people = json.loads(splits.read_text())
    cases: dict[str, list[Case]] = {"train": [], "val": []}
    for split, subjects in people.items():
        for subject in subjects:
            images = np.stack([picture(p) for p in frames[subject]], axis=2)
            labels = np.stack([picture(folder / "i_labels" / p.name) for p in frames[subject]], 2)
            paths = {n: out / f"{subject}-{n}.nii.gz" for n in ("image", "label")}
            for path, array in zip(paths.values(), (images, labels > 0), strict=True):
                write(Volume(array, np.eye(4)), path, overwrite=True, dtype="uint8")
            cases[split].append(Case(subject, paths))
    modality = {"image": "short-axis frame, end diastole or systole", "label": "left ventricle"}
    listed = DataList(modality, training=tuple(cases["train"]), test=tuple(cases["val"]))
    write_datalist(listed, out / "list.json")


def picture(path: Path) -> np.ndarray:
    """`[columns, rows]` of an 8-bit PNG."""
    array = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    return (array if array.ndim == 2 else array[..., 0]).T


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:4]))
