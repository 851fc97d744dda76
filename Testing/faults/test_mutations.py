"""Damaged files of models, lists and settings: read or refused in one sentence, and nothing else.

Damaged images are `library/volume/test_fuzz.py`'s.
"""

import time
import zipfile

import numpy as np
import pytest
import torch

from MedGANSynthLib.data.datalist import read_datalist
from MedGANSynthLib.data.discover import in_csv
from MedGANSynthLib.errors import MedGANSynthError
from MedGANSynthLib.models import archive, catalogue, weights
from MedGANSynthLib.training.config import load_config
from MedGANSynthLib.turing.cases import from_table

PRESETS = "MedGANSynthLib/presets"
COUNT, SECONDS = 2000, 10.0
WORDS = [b'"', b"{", b"../", b"\0", b"1e999", b"=", b"\n", b"\xff"]


def mutate(raw, rng):
    """One to four edits, anywhere."""
    raw = bytearray(raw)
    for _ in range(rng.integers(1, 5)):
        at, kind = rng.integers(len(raw)), rng.integers(5)
        if kind == 0:
            raw[at] ^= 1 << rng.integers(8)
        elif kind == 1:
            del raw[at + 1 : at + rng.integers(2, 20)]
        elif kind == 2:
            raw[at:at] = rng.bytes(rng.integers(1, 20))
        elif kind == 3:
            raw[at:at] = WORDS[rng.integers(len(WORDS))]
        else:
            raw = raw[: at + 1]
    return bytes(raw)


def tree(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def kinds(repository, tmp_path):
    """Name: an undamaged file's bytes, and what reads such a file."""
    (tmp_path / "a.nii").touch()
    weights.write_weights(tmp_path / "w", {"a": torch.ones(3, 4), "b": torch.zeros(5)})
    with zipfile.ZipFile(tmp_path / "z", "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("model.json", "README.md"):
            file.writestr(name, name * 30)
    preset = (repository / PRESETS / "cyclegan-t1-t2-debug.toml").read_bytes()
    manifest = (catalogue.shipped_folder() / "t1-t2-brain" / "model.json").read_bytes()
    listed = b'{"training": [{"subject": "p", "t1": "a.nii"}], "modality": {"t1": "MRI"}}'
    return {
        "model.json": (manifest, lambda path: catalogue.read_manifest(path.parent)),
        "data.json": (listed, read_datalist),
        "preset.toml": (preset, lambda path: load_config(str(path))),
        "images.csv": (b"subject,t1\np,a.nii\nq,a.nii\n", lambda p: in_csv(p, p.parent)),
        "cases.csv": (b"path,label\na.nii,real\na.nii,synthetic\n", from_table),
        "w.safetensors": ((tmp_path / "w").read_bytes(), lambda p: weights.read_tensors(p, "")),
        "m.zip": ((tmp_path / "z").read_bytes(), lambda p: archive.extract(p, p.parent / "out")),
    }


@pytest.mark.slow
def test_files_of_models_and_lists(kinds, tmp_path, record_property):
    rng = np.random.default_rng(0)
    folder = tmp_path / "target"
    (folder / "out").mkdir(parents=True)
    (folder / "a.nii").touch()
    outside = tree(tmp_path)
    refused, slowest = dict.fromkeys(kinds, 0), 0.0
    for number in range(COUNT):
        name = list(kinds)[number % len(kinds)]
        raw, reader = kinds[name]
        path = folder / name
        path.write_bytes(mutate(raw, rng))
        started = time.monotonic()
        try:
            reader(path)
        except MedGANSynthError as error:
            refused[name] += 1
            assert "\n" not in str(error) and "Traceback" not in str(error), (number, error)
        slowest = max(slowest, time.monotonic() - started)
    assert slowest < SECONDS
    assert {p: t for p, t in tree(tmp_path).items() if folder not in p.parents} == {
        p: t for p, t in outside.items() if folder not in p.parents
    }
    assert all(count > COUNT / len(kinds) / 3 for count in refused.values()), refused
    record_property(
        "figure",
        f"{COUNT} damaged files: {sum(refused.values())} refused, the others read, none slower "
        f"than {slowest:.1f} s",
    )
