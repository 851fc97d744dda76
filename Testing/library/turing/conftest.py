"""A small study made of blobs, and readers for it."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from MedGANSynthLib.events import Events
from MedGANSynthLib.turing import audit
from MedGANSynthLib.turing.audit import audit_study
from MedGANSynthLib.turing.prepare import prepare_study
from MedGANSynthLib.volume.volume import Volume
from MedGANSynthLib.volume.write import write

OPTIONS = {
    "cases": None,
    "real": None,
    "synthetic": None,
    "bids": None,
    "include": (),
    "exclude": (),
    "key": None,
    "name": "blobs",
    "readers": 3,
    "display": "volume",
    "plane": "axial",
    "exposure": None,
    "clue": "",
    "prevalence": "half",
    "repeats": 0.0,
    "practice": 2,
    "catch": 0,
    "endpoint": "auc",
    "margin": 0.1,
    "selection": "",
    "exclusions": "",
    "spacing": (),
    "shape": (),
    "training": None,
    "seed": 0,
    "no_audit": True,
    "overwrite": False,
    "events": Events(),
}


@pytest.fixture
def rng():
    return np.random.default_rng(2024)


def blob(seed, shape=(20, 22, 14), offset=(0.0, 0.0, 0.0)):
    """A bright ellipsoid with texture inside and a little noise, values as a scanner gives."""
    draws = np.random.default_rng(seed)
    grid = np.stack(np.indices(shape), -1) - (np.array(shape) - 1) / 2
    radii = np.array(shape) * draws.uniform(0.33, 0.38, 3)
    inside = (((grid - offset) / radii) ** 2).sum(-1) < 1
    texture = ndimage.gaussian_filter(draws.normal(0, 1, shape), 1.0)
    values = inside * (600 + 250 * texture / texture.std()) + draws.normal(0, 6, shape)
    return np.rint(np.clip(values, 0, 2000)).astype(np.int16)


def save(array, path, spacing=(2.0, 2.0, 3.0)):
    """The blob as a file, without any mark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write(Volume(array, np.diag([*spacing, 1.0])), path, dtype=str(array.dtype))
    return path


@pytest.fixture(scope="session")
def blobs():
    """`blob`, for tests."""
    return blob


@pytest.fixture(scope="session")
def save_blob():
    """`save`, for tests."""
    return save


@pytest.fixture(scope="session")
def originals(tmp_path_factory) -> Path:
    """24 blobs and a table that calls half of them synthetic; both halves are made alike."""
    folder = tmp_path_factory.mktemp("originals")
    lines = [["path", "label", "group", "subject"]]
    for number in range(24):
        label = "synthetic" if number % 2 else "real"
        name = f"{label}-SECRET{number:02}.nii"
        save(blob(number), folder / "volumes" / name)
        lines.append([f"volumes/{name}", label, "ab"[number // 2 % 2], f"person{number}"])
    with open(folder / "cases.csv", "w", newline="") as file:
        csv.writer(file).writerows(lines)
    return folder


@pytest.fixture(scope="session")
def prepare_blobs(originals):
    """Prepare a study of the blobs: `prepare_blobs(out, **options)`."""

    def prepare(out, **options):
        return prepare_study(**OPTIONS | {"out": out, "cases": originals / "cases.csv"} | options)

    return prepare


@pytest.fixture(scope="session")
def sealed(tmp_path_factory, prepare_blobs) -> Path:
    """A folder with `study`, cleared, and `study-key.json`; not to be changed."""
    folder = tmp_path_factory.mktemp("sealed")
    prepare_blobs(folder / "study")
    audit._TREES = 12
    audit_study(folder / "study", folder / "study-key.json", "", 39, 0, Events())
    return folder


@pytest.fixture
def study(sealed, tmp_path) -> Path:
    """A copy of the sealed study to work on; its key lies beside it."""
    shutil.copytree(sealed, tmp_path / "copy")
    return tmp_path / "copy" / "study"


@pytest.fixture
def key(study) -> Path:
    """The key of `study`."""
    return study.with_name("study-key.json")
