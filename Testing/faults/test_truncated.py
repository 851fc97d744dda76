"""NIfTI files that end too early, at twenty places each, as a user meets them."""

import pytest

from MedGANSynthLib import cli
from MedGANSynthLib.data.phantom import head_phantom
from MedGANSynthLib.volume.write import write

PERMILLE = [1, 10, *range(50, 1000, 60), 990]
MODEL = "t1-t2-brain"


@pytest.fixture
def cut(tmp_path):
    """A folder of twenty beginnings of a .nii and twenty of a .nii.gz."""
    head = head_phantom(0, (24, 24, 3), (8.0, 8.0, 8.0), ("t1",))["t1"]
    folder = tmp_path / "cut"
    folder.mkdir()
    for suffix in ("nii", "nii.gz"):
        write(head, tmp_path / f"whole.{suffix}")
        raw = (tmp_path / f"whole.{suffix}").read_bytes()
        lengths = {len(raw) * share // 1000 for share in PERMILLE} | {len(raw) - 1}
        assert len(lengths) == 20
        for length in lengths:
            (folder / f"{length}.{suffix}").write_bytes(raw[:length])
    return folder


def test_twenty_cuts_are_refused_by_the_command(cut, tmp_path, capsys, record_property):
    refused = 0
    for number, path in enumerate(sorted(cut.iterdir())):
        out = tmp_path / f"out{number}.nii"
        options = ["-m", MODEL, "-o", str(out), "--device", "cpu"]
        assert cli.main(["translate", str(path), *options]) == 1
        said = capsys.readouterr()
        assert path.name in said.out + said.err
        assert "Traceback" not in said.out + said.err
        refused += not list(tmp_path.glob(f"out{number}.*"))
    assert refused == 40
    record_property("figure", f"{refused} of 40 cut files refused by the command")


def test_twenty_cuts_are_refused_by_the_module(cut, tmp_path, wait_until, record_property):
    """A folder translated on the panel's way, by the real worker."""
    from MedGANSynthPanels.batch import FolderBatch
    from MedGANSynthPanels.process import WorkerClient

    worker = WorkerClient()
    batch = FolderBatch(worker)
    try:
        batch.start(cut, tmp_path / "out", MODEL, device="cpu")
        wait_until(lambda: not batch.open, 120)
    finally:
        worker.stop()
    refused = [row["case"] for row in batch.rows if row["status"] == "failed"]
    assert sorted(refused) == sorted(path.name for path in cut.iterdir())
    assert not list((tmp_path / "out").glob("*"))
    record_property("figure", f"{len(refused)} of 40 cut files refused by the module")
