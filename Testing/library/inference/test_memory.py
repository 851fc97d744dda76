"""What a translation takes of the main memory does not grow with the slices."""

import subprocess
import sys

import numpy as np
import pytest

CHILD = """
import re, resource, sys
from pathlib import Path
from MedGANSynthLib import cli
from MedGANSynthLib.volume import spill

few, many, package, out = sys.argv[1:5]
spill.MANY, spill.SLAB = int(sys.argv[5]), 2**16

def translate(source):
    options = ["--model", package, "-o", out, "--device", "cpu", "--overwrite"]
    return cli.main(["translate", source, *options, "--progress", "none"])

if translate(few):  # loads what it needs
    sys.exit(2)
own = int(re.search(r"VmData:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
resource.setrlimit(resource.RLIMIT_DATA, (own * 1024 + 24 * 2**20, hard))
sys.exit(translate(many))
"""


@pytest.fixture
def translated(head_file, tiny, tmp_path):
    """`run(many)` -> a process that has translated 2000 slices with 24 MiB to spare.

    Their voxels take 15.6 MiB, and 31.3 MiB as the numbers that a network sees.
    """
    few = head_file("few.nii", shape=(64, 64, 8))
    head_file("many.nii", shape=(64, 64, 2000))

    def run(many: int) -> subprocess.CompletedProcess:
        files = [few, tmp_path / "many.nii", tiny, tmp_path / "out.nii"]
        command = [sys.executable, "-c", CHILD, *map(str, files), str(many)]
        return subprocess.run(command, check=False, capture_output=True, text=True)

    return run


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for its limit")
@pytest.mark.parametrize(("many", "code"), [(2**17, 0), (2**25, 1)])
def test_slices_beyond_the_memory(translated, many, code):
    process = translated(many)
    assert process.returncode == code and ("memory" in process.stderr) == bool(code)
    assert "internal error" not in process.stderr


def test_a_case_beyond_the_memory_stops_no_other(make_package, head_file, tmp_path, monkeypatch):
    from MedGANSynthLib import tasks
    from MedGANSynthLib.inference import cohort

    def greedy(path, **options):
        if path.name == "b.nii":
            raise MemoryError("Unable to allocate 9 TiB")
        return read(path, **options)

    package, read = make_package(lambda x: -x), cohort.read
    monkeypatch.setattr(cohort, "open_package", lambda name: package)
    monkeypatch.setattr(cohort, "read", greedy)
    inputs = tuple(head_file(name) for name in ("a.nii", "b.nii", "c.nii"))
    result = tasks.run(tasks.Translate(inputs=inputs, model="", out=tmp_path / "out", device="cpu"))
    errors = [row["error"] for row in result["rows"]]
    assert errors[0] is None is errors[2] and errors[1].startswith("b.nii: not enough memory")


def test_large_volumes_give_what_small_ones_give(make_package, head, monkeypatch):
    import torch

    from MedGANSynthLib.inference.translate import translate_volume
    from MedGANSynthLib.volume import spill

    grid = {"multiple": [4, 4, 1], "spacing": [[1.5, 1.5], [1.5, 1.5], None]}
    package = make_package(lambda x: torch.tanh(x + x.roll(1, 3)), grid=grid)
    volume = head(shape=(30, 31, 20))
    there = translate_volume([volume], package, None, "cpu").array
    monkeypatch.setattr(spill, "MANY", 0)
    monkeypatch.setattr(spill, "SLAB", 2000)
    large = translate_volume([volume], package, None, "cpu").array
    assert np.ptp(there) > 100 and np.abs(large - there).max() < 1e-3
