"""Files of other programs, and an empty catalogue."""

import dataclasses
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch


class Payload:
    """Its pickle creates the canary when loaded."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple:
        return Path.touch, (self.canary,)


def _foreign(kind: str, path: Path, canary: Path) -> None:
    """Write a file of another program to `path`; where the format allows, with a payload."""
    payload = Payload(canary)
    if kind == "pth":
        torch.save({"w": torch.zeros(3), "nested": [payload]}, path)
    elif kind == "legacy pth":
        torch.save(payload, path, _use_new_zipfile_serialization=False)
    elif kind == "pickle":
        path.write_bytes(pickle.dumps(payload))
    elif kind == "old pickle":
        path.write_bytes(pickle.dumps(payload, protocol=0))
    elif kind == "torchscript":
        torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)).save(path)
    elif kind == "pt2":
        program = torch.export.export(torch.nn.Linear(2, 2), (torch.zeros(1, 2),))
        buffer = io.BytesIO()
        torch.export.save(program, buffer)
        path.write_bytes(buffer.getvalue())
    elif kind == "npy":
        with path.open("wb") as file:
            np.save(file, np.array([payload], dtype=object), allow_pickle=True)
    elif kind == "h5":
        path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(2000))


@pytest.fixture
def foreign():
    """foreign(kind, path, canary): write another program's file, with a payload if it can."""
    return _foreign


@pytest.fixture
def edit():
    """Change `model.json` of a package folder: edit(folder, lambda plain: ...)."""

    def change(folder: Path, function) -> None:
        path = folder / "model.json"
        plain = json.loads(path.read_text())
        function(plain)
        path.write_text(json.dumps(plain))

    return change


@pytest.fixture
def replace():
    return dataclasses.replace


@pytest.fixture(autouse=True)
def catalogue_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Empty shipped and user folders, so that no test touches the real ones."""
    shipped, user = tmp_path / "catalogue-shipped", tmp_path / "catalogue-user"
    monkeypatch.setenv("MEDGANSYNTH_MODELS", str(user))
    monkeypatch.setattr("MedGANSynthLib.models.catalogue.shipped_folder", lambda: shipped)
    return shipped, user
