"""Ten patient tokens, in headers and in the name of a folder, and where they do not turn up."""

import gzip

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from MedGANSynthLib import cli
from MedGANSynthLib.data.phantom import head_phantom

TOKENS = [f"PLANTED{number}".encode() for number in range(10)]
WORDS = [token.decode() for token in TOKENS]


@pytest.fixture
def scans(tmp_path):
    """A NIfTI file and a DICOM series of the same head, in a folder whose name is a token."""
    volume = head_phantom(0, (40, 40, 5), (5.0, 5.0, 20.0), ("t1",))["t1"]
    folder = tmp_path / WORDS[0]
    (folder / "series").mkdir(parents=True)
    nifti = nib.Nifti1Image(volume.array.astype(np.int16), volume.affine)
    nifti.header["descrip"], nifti.header["db_name"] = TOKENS[1], TOKENS[2]
    nifti.header["aux_file"], nifti.header["intent_name"] = TOKENS[3], TOKENS[4]
    nifti.header.extensions.append(nib.nifti1.Nifti1Extension("comment", TOKENS[5]))
    nib.save(nifti, folder / "scan_t1.nii")
    tags = {
        "0010|0010": WORDS[6],
        "0010|0020": WORDS[7],
        "0008|0080": WORDS[8],
        "0008|1030": WORDS[9],
        "0020|000d": "1.2.3",
        "0020|000e": "1.2.3.4",
        "0008|0060": "MR",
    }
    for k in range(5):
        image = sitk.GetImageFromArray(volume.array[:, :, k].T.astype(np.int16)[None])
        image.SetSpacing((5.0, 5.0, 20.0))
        image.SetOrigin((0.0, 0.0, 20.0 * k))
        for tag, value in tags.items() | {("0020|0013", str(k))}:
            image.SetMetaData(tag, value)
        image.SetMetaData("0020|0032", f"0\\0\\{20 * k}")
        image.SetMetaData("0020|0037", "1\\0\\0\\0\\1\\0")
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(folder / "series" / f"{k}.dcm"))
        writer.Execute(image)
    planted = b"".join(path.read_bytes() for path in folder.rglob("*.*"))
    assert all(token in planted for token in TOKENS[1:])
    return folder


def test_no_planted_token_leaves_its_file(scans, tmp_path, capsysbinary, record_property):
    out = tmp_path / "out"
    commands = [
        *(
            ["translate", scan, "-m", "t1-t2-brain", "-o", out / name, "--device", "cpu"]
            for scan, name in ((scans / "scan_t1.nii", "a.nii.gz"), (scans / "series", "b.nii"))
        ),
        ["export-dicom", out / "a.nii.gz", "-o", out / "dicom"],
        ["provenance", out / "a.nii.gz"],
        [
            "evaluate",
            "paired",
            out / "a.nii.gz",
            "--targets",
            scans / "scan_t1.nii",
            "-o",
            out / "e",
        ],
    ]
    for command in commands:
        assert cli.main([str(word) for word in command]) == 0, command
    said = b"".join(capsysbinary.readouterr())
    written = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert len(written) > 10
    texts = [said, *written.values()]
    texts += [gzip.decompress(text) for text in texts if text.startswith(b"\x1f\x8b")]
    found = [token for token in TOKENS if any(token in text for text in texts)]
    assert not found
    record_property(
        "figure",
        f"{len(found)} of {len(TOKENS)} tokens in {len(written)} files and all that is said",
    )
