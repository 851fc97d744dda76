"""Ten patient tokens, in headers and in the name of a folder, and where they do not turn up."""

import gzip
import shutil
import tempfile
import zipfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib import cli
from MedGANSynthLib.data.phantom import head_phantom

WORDS = [f"PLANTED{number}" for number in range(10)]
TOKENS = [word.encode() for word in WORDS]
PEOPLE, SHAPE, SPACING = 6, (40, 40, 5), (5.0, 5.0, 20.0)
DICOM = {
    "0010|0010": WORDS[6],
    "0010|0020": WORDS[7],
    "0008|0080": WORDS[8],
    "0008|1030": WORDS[9],
    "0020|000d": "1.2.3",
    "0020|000e": "1.2.3.4",
    "0008|0060": "MR",
    "0020|0037": "1\\0\\0\\0\\1\\0",
}

# In the folder of the scans; what is written goes to {out}.
COMMANDS = """
translate series -m t1-t2-brain -o {out}/b.nii --device cpu
translate t1 -m t1-t2-brain -o {out}/made --device cpu
export-dicom {out}/b.nii -o {out}/dicom
provenance {out}/b.nii
evaluate paired {out}/made/p0_synthetic-t2.nii.gz --targets t2/p0.nii -o {out}/paired \
    --error-maps
datalist --folder t1=t1 --folder t2=t2 --validation 0.3 -o list.json
data check -p cyclegan-t1-t2-debug --data list.json --out {out}/run --set \
    data.size=[32,32] networks.generator.options.levels=5
train -p cyclegan-t1-t2-debug --data list.json -o {out}/run --device cpu --set images=4 \
    data.size=[32,32] networks.generator.options.levels=5
models export {out}/run -o {out}/package --name mine --checkpoint last
models export {out}/run -o {out}/package.zip --name mine --checkpoint last
models bundle {out}/package -o {out}/bundle
evaluate paired --data list.json --split validation --model {out}/package -o {out}/judged \
    --baselines --device cpu
evaluate distribution {out}/made --real t2 --training t1 -o {out}/sets
evaluate memorisation {out}/made --training t2 --held-out t1 -o {out}/copies
study prepare --real t2 --synthetic {out}/made -o {out}/study --practice 0 --catch 0 \
    --repeats 0 --seed 1
study progress {out}/study
doctor
""".replace("\\\n", "")


def save_nifti(volume, path):
    image = nib.Nifti1Image(volume.array.astype(np.int16), volume.affine)
    image.header["descrip"], image.header["db_name"] = TOKENS[1], TOKENS[2]
    image.header["aux_file"], image.header["intent_name"] = TOKENS[3], TOKENS[4]
    image.header.extensions.append(nib.nifti1.Nifti1Extension("comment", TOKENS[5]))
    nib.save(image, path)


def save_series(volume, folder):
    for k in range(SHAPE[2]):
        image = sitk.GetImageFromArray(volume.array[:, :, k].T.astype(np.int16)[None])
        image.SetSpacing(SPACING)
        image.SetOrigin((0.0, 0.0, SPACING[2] * k))
        place = {"0020|0013": str(k), "0020|0032": f"0\\0\\{SPACING[2] * k}"}
        for tag, value in (DICOM | place).items():
            image.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(folder / f"{k}.dcm"))
        writer.Execute(image)


@pytest.fixture
def scans(tmp_path):
    """Six people in NIfTI, one of them in DICOM, in a folder whose name is a token."""
    folder = tmp_path / WORDS[0]
    for name in ("t1", "t2", "series"):
        (folder / name).mkdir(parents=True)
    for seed in range(PEOPLE):
        head = head_phantom(seed, SHAPE, SPACING, ("t1", "t2"))
        for modality in ("t1", "t2"):
            save_nifti(head[modality], folder / modality / f"p{seed}.nii")
    save_series(head_phantom(0, SHAPE, SPACING, ("t1",))["t1"], folder / "series")
    planted = b"".join(path.read_bytes() for path in folder.rglob("*.*"))
    assert all(token in planted for token in TOKENS[1:])
    return folder


def contents(folder):
    """Bytes by path."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """What lay in temporary folders when they were removed."""
    found = {}
    remove = shutil.rmtree

    def spy(path, *arguments, **options):
        found.update(contents(Path(path)))
        remove(path, *arguments, **options)

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(shutil, "rmtree", spy)
    return found


def plain(raw):
    """The bytes, and what is packed in them."""
    if raw.startswith(b"\x1f\x8b"):
        return [raw, gzip.decompress(raw)]
    return [raw]


@pytest.mark.slow
def test_no_planted_token_leaves_its_file(
    scans, temporary, tmp_path, monkeypatch, capsysbinary, record_property
):
    out = tmp_path / "out"
    monkeypatch.setenv("HOME", str(scans))
    monkeypatch.chdir(scans)
    for line in COMMANDS.strip().splitlines():
        command = line.format(out=out).split()
        assert cli.main(command) == 0, (command, capsysbinary.readouterr())
    with zipfile.ZipFile(out / "package.zip") as file:
        packed = [file.read(name) for name in file.namelist()]
    written = contents(out)
    sources = {
        "all that is said": [*capsysbinary.readouterr()],
        "the data list": [(scans / "list.json").read_bytes()],
        "the zip": packed,
        **{name: [raw] for name, raw in (temporary | written).items()},
    }
    assert len(written) > 60 and temporary
    found = {
        (token, name)
        for name, raws in sources.items()
        for raw in raws
        for text in plain(raw)
        for token in TOKENS
        if token in text
    }
    # A short data list, gone after a trial, in a folder that nobody else can read.
    assert {(token, Path(name).name) for token, name in found} <= {(TOKENS[0], "few.json")}
    assert not contents(tmp_path / "temporary")
    record_property(
        "figure",
        f"0 of {len(TOKENS)} tokens in {len(written)} files, {len(temporary)} temporary "
        "ones and all that is said",
    )
