"""A run from nodes to nodes, with a worker that does what a test says."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
import slicer

from MedGANSynthLib.schema import to_dict
from MedGANSynthLib.volume.provenance import Provenance

PROVENANCE = Provenance(
    model="t1-t2-brain", model_sha256="0" * 64, direction="t1-to-t2", settings={"output_low": -7.0}
)


class FakeJob:
    def __init__(self, worker, fields, listener):
        self.worker, self.fields, self.listener = worker, fields, listener
        self.open, self.cancelled = True, False

    def cancel(self):
        self.cancelled = True

    def say(self, event, **fields):
        self.open = event not in ("done", "error")
        self.listener({"event": event, **fields})

    def paths(self):
        named = [item.partition("=")[2] for item in self.fields.get("input", [])]
        return [Path(path) for path in self.fields.get("inputs", named)]

    def write(self, maps=()):
        """What the library would write: here the first input plus one, and 0.5 everywhere."""
        shape = [int(n) for n in self._header()["sizes"].split()]
        voxels = np.frombuffer(self.paths()[0].read_bytes()[-2 * int(np.prod(shape)) :], "<i2")
        voxels = voxels.reshape(shape, order="F").astype(np.float32)
        out = Path(self.fields["out"])
        for name, array in {"": voxels + 1, **{n: np.full_like(voxels, 0.5) for n in maps}}.items():
            stem = "_".join(filter(None, [out.stem, name]))
            image = nibabel.Nifti1Image(array, np.eye(4))
            nibabel.save(image, out.with_name(stem + ".nii"))
            plain = {"format": 1, "voxels_sha256": "0" * 64, "provenance": to_dict(PROVENANCE)}
            out.with_name(stem + ".nii.synthetic.json").write_text(json.dumps(plain))

    def _header(self):
        text = self.paths()[0].read_bytes().partition(b"\n\n")[0].decode()
        return dict(line.split(": ", 1) for line in text.splitlines()[1:])

    def finish(self, maps=()):
        self.write(maps)
        self.say("done", result={"outputs": [self.fields["out"]]}, seconds=0.1)


class FakeWorker:
    provenance = PROVENANCE

    def __init__(self):
        self.jobs = []

    def submit(self, task, fields, listener):
        assert task == "translate"
        self.jobs.append(FakeJob(self, fields, listener))
        return self.jobs[-1]


class Heard(list):
    """The events of a run."""

    def of(self, kind):
        return [event for event in self if event["event"] == kind]

    def warnings(self):
        return [event["text"] for event in self.of("warning")]


@pytest.fixture
def worker():
    return FakeWorker()


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def sequence(scene, volume):
    """A sequence "cine" of two frames."""
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "cine")
    for value in ("0", "1"):
        sequence.SetDataNodeAtValue(volume("frame"), value)
    return sequence


@pytest.fixture
def temporary(tmp_path):
    """Slicer's temporary folder, which has to be empty in the end."""
    before = slicer.app.temporaryPath
    slicer.app.setTemporaryPath(str(tmp_path / "temporary"))
    yield tmp_path / "temporary"
    slicer.app.setTemporaryPath(before)
    assert not list((tmp_path / "temporary").rglob("*"))
