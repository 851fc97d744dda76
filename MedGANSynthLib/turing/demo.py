"""`medgansynth study demo`: a whole study of phantoms, a model's volumes, simulated readers."""

import tempfile
from pathlib import Path
from typing import Any

from ..errors import MedGANSynthError
from ..events import Events
from ..files import whole_folder
from .demo_cases import write_cases
from .places import check_results
from .prepare import prepare_study
from .reading import answers_folder
from .report import report_study
from .simulate import SIMULATED, SimulatedReader, simulate_readers

_READERS = {
    "reader-1": SimulatedReader(auc=0.80),
    "reader-2": SimulatedReader(auc=0.75),
    "reader-3": SimulatedReader(auc=0.70, criterion=0.4),
    "reader-4": SimulatedReader(auc=0.75, criterion=-0.3),
    "reader-5": SimulatedReader(always=1),
}
_YOURS = "reader-6"


def demo_study(
    out: Path, model: str, cases: int, seed: int, overwrite: bool, events: Events
) -> dict[str, Any]:
    """Write `study/`, its key and `report/` into `out`.

    The "real" cases are phantoms; the "synthetic" ones are what a model generates, or makes of
    other phantoms. The readers are random numbers: four with AUCs from
    0.70 to 0.80, one who always says "real". The figures are about the demonstration only. A
    sixth reader's order is left for whoever wants to try the reading.

    Args:
        model: name or path of a package.
        cases: of each class.

    Raises:
        MedGANSynthError: cases or seed out of range, no such model, somebody's own answers in the
            way.
    """
    if not 8 <= cases <= 100:
        raise MedGANSynthError("--cases must lie between 8 and 100.")
    if not 0 <= seed < 2**32:
        raise MedGANSynthError("--seed must lie between 0 and 2^32 - 1.")
    out = Path(out)
    check_results(out, "study-key.json", overwrite)
    yours = answers_folder(out / "study") / f"{_YOURS}.jsonl"
    if yours.exists():
        raise MedGANSynthError(f"{yours}: holds your answers, which are never replaced; move it.")
    with whole_folder(out, overwrite) as folder, tempfile.TemporaryDirectory() as originals:
        making = events.scaled(0.0, 0.6, "making the cases")
        write_cases(Path(originals), model, cases, seed, making)
        prepared = prepare_study(
            out=folder / "study",
            cases=None,
            real=Path(originals) / "real",
            synthetic=Path(originals) / "synthetic",
            bids=None,
            include=(),
            exclude=(),
            key=folder / "study-key.json",
            name="demonstration",
            readers=len(_READERS) + 1,
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
        if not prepared["cleared"]:
            raise MedGANSynthError(
                "the demonstration's own leak audit failed; try another --seed or --model."
            )
        key = folder / "study-key.json"
        simulate_readers(folder / "study", key, _READERS, seed, about=SIMULATED)
        result = report_study(folder / "study", key, folder / "report", False, Events())
    events.progress(1.0, "done")
    return {
        "text": (
            f"{result['text'].partition(' The report is ')[0]} "
            f"Open {out / 'report' / 'report.html'}, or read {out / 'study'} in 3D Slicer as "
            f"{_YOURS}."
        ),
        "rows": result["rows"],
        "outputs": [str(out / name) for name in ("study", "study-key.json", "report")],
    }
