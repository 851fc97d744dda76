"""`medgansynth study demo`: a whole study in a minute, of phantoms and simulated readers."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from ..data.phantom import head_phantom
from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder
from ..volume.volume import Volume
from ..volume.write import write
from .places import check_results
from .prepare import prepare_study
from .report import report_study
from .simulate import SimulatedReader, simulate_readers

_SHAPE, _SPACING = (48, 56, 20), (4.0, 4.0, 8.0)
_READERS = {
    "reader-1": SimulatedReader(auc=0.80),
    "reader-2": SimulatedReader(auc=0.75),
    "reader-3": SimulatedReader(auc=0.70, criterion=0.4),
    "reader-4": SimulatedReader(auc=0.75, criterion=-0.3),
    "reader-5": SimulatedReader(always=1),
}


def demo_study(out: Path, cases: int, seed: int, overwrite: bool, events: Events) -> dict[str, Any]:
    """Write `study/`, its key and `report/` into `out`.

    The "real" cases are phantoms, the "synthetic" ones other phantoms that were blurred and given
    a faint grid, as generators do. The readers are random numbers: four with AUCs from 0.70 to
    0.80, one who always says "real". The figures are about the demonstration only.

    Args:
        cases: of each class.

    Raises:
        MedGANSynthError: too few or too many cases.
    """
    if not 8 <= cases <= 100:
        raise MedGANSynthError("--cases must lie between 8 and 100.")
    out = Path(out)
    check_results(out, "study-key.json", overwrite)
    with whole_folder(out, overwrite) as folder, tempfile.TemporaryDirectory() as originals:
        _write_originals(Path(originals), cases, seed, events)
        prepared = prepare_study(
            out=folder / "study",
            cases=None,
            real=Path(originals) / "real",
            synthetic=Path(originals) / "synthetic",
            bids=None,
            key=folder / "study-key.json",
            name="demonstration with phantoms",
            readers=len(_READERS),
            display="volume",
            plane="axial",
            exposure=None,
            clue="",
            prevalence="half",
            repeats=0.1 if cases >= 16 else 0.0,
            practice=4,
            catch=2,
            endpoint="auc",
            margin=0.1,
            selection="all that were made, none left out",
            exclusions="none",
            spacing=(),
            shape=(),
            training=None,
            seed=seed,
            no_audit=False,
            overwrite=False,
            events=Events(),
        )
        events.progress(0.8, "simulated readers")
        about = {"experience": "simulated"}
        if not prepared["cleared"]:
            raise MedGANSynthError("the demonstration's own leak audit failed; try another --seed.")
        key = folder / "study-key.json"
        simulate_readers(folder / "study", key, _READERS, seed, about=about)
        result = report_study(folder / "study", key, folder / "report", False, Events())
    events.progress(1.0, "done")
    return {
        "text": (
            "Phantoms and simulated readers, no evidence about any model. "
            f"{result['text'].partition(' The report is ')[0]} "
            f"Open {out / 'report' / 'report.html'}."
        ),
        "rows": result["rows"],
        "outputs": [str(out / name) for name in ("study", "study-key.json", "report")],
    }


def _write_originals(folder: Path, cases: int, seed: int, events: Events) -> None:
    """Unmarked, as the cases of a blinded study are; the folder is temporary."""
    for number in range(2 * cases):
        label = "synthetic" if number % 2 else "real"
        phantom = head_phantom(seed * 1000 + number, _SHAPE, _SPACING, ("t1",))["t1"]
        array = phantom.array.astype(np.float32)
        if label == "synthetic":
            array = _altered(array)
        path = folder / label / f"{label}{number:03}.nii"
        write(Volume(array, phantom.affine), path)
        events.progress(0.6 * (number + 1) / (2 * cases), "painting phantoms")


def _altered(array: np.ndarray) -> np.ndarray:
    """Softer than the original, with the faint grid that transposed convolutions leave."""
    soft = ndimage.gaussian_filter(array, (0.4, 0.4, 0.0))
    i, j, _ = np.indices(array.shape)
    return soft * (1 + 0.01 * ((i + j) % 2))
