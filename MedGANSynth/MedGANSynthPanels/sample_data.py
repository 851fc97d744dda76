"""The phantom in Slicer's Sample Data module: it ships, so nothing is downloaded."""

from pathlib import Path

from slicer.i18n import tr as _

from MedGANSynthLib.models import catalogue

ICONS = Path(__file__).resolve().parents[1] / "Resources" / "Icons"
CHECKSUMS = {
    "T1": "85763a0060e461ec363cd70eed3b6ae601e6586178e3353ddcc49f078f75f6c9",
    "T2": "b44524709e9be67958e158ddca7e4b38996b8ebba7d095367f49972df947e9a6",
}


def folder() -> Path:
    """Where the files lie: beside the models that ship."""
    return catalogue.shipped_folder().parent / "SampleData"


def register() -> None:
    """Tell Slicer's Sample Data module; it may be switched off."""
    try:
        from SampleData import SampleDataLogic
    except ImportError:
        return
    for contrast, checksum in CHECKSUMS.items():
        file = folder() / f"MedGANSynth-phantom-{contrast}.nii.gz"
        SampleDataLogic.registerCustomSampleDataSource(
            category="MedGANSynth",
            sampleName=_("Head phantom {contrast}").format(contrast=contrast),
            uris=file.as_uri(),
            fileNames=file.name,
            nodeNames=f"Phantom {contrast}",
            thumbnailFileName=str(ICONS / f"Phantom{contrast}.png"),
            checksums=f"SHA256:{checksum}",
        )
