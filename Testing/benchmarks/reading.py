"""The reading desk, on the host: from Confirm to the next case in its views.

Drawing is not counted (the host draws nothing before it is asked), nor is the blank between two
cases, which is 0 here. What is read ahead while a case is on show is timed by itself.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "MedGANSynth"), str(ROOT)]

LIMIT_MS = 300
CASES = 12
SIZES = {"64x64x64": (64, 64, 64), "160x198x170": (160, 198, 170)}


def make_study(folder: Path, shape: tuple[int, int, int], display: str) -> None:
    """A cleared study of noise for one reader."""
    import numpy as np

    from MedGANSynthLib.turing import study as files
    from MedGANSynthLib.turing.clearance import write_clearance

    (folder / "cases").mkdir(parents=True)
    cases = []
    for number in range(2 * CASES):
        head = f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {shape}\nencoding: raw\n\n".encode()
        noise = np.random.default_rng(number).integers(0, 256, shape[::-1], np.uint8)
        content = head + noise.tobytes()
        name = f"case-{number:04}"
        files.case_path(folder, name).write_bytes(content)
        cases.append(files.CaseFile(name, hashlib.sha256(content).hexdigest()))
    names = [case.id for case in cases]
    if display == "pair":
        trials = tuple(files.Trial((a, b)) for a, b in zip(names[::2], names[1::2], strict=True))
    else:
        trials = tuple(files.Trial((name,)) for name in names[:CASES])
    study = files.Study(
        format=1,
        id="0" * 32,
        name="noise",
        design=files.Design(display=display, slices=(shape[2] // 5, shape[2] - 1), blank_ms=0),
        registered=files.Registered(),
        shape=shape,
        spacing=(1.0, 1.0, 1.0),
        cases=tuple(cases),
        orders={"reader-1": trials},
        key_commitment="0" * 64,
        tool="benchmark",
    )
    files.write_json(study, folder / "study.json")
    sha256 = files.read_study(folder)[1]
    write_clearance(folder, sha256, True)


def read(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds from Confirm to each next case, and of each look ahead."""
    import slicer
    from MedGANSynthPanels.reading_desk import Desk, State

    from MedGANSynthLib.turing.reading import Reading

    desk = Desk(Reading(folder, "reader-1"))
    ahead: list[float] = []
    fetch, shown = desk.files.fetch, desk.session.shown
    moments: list[float] = []

    def timed(cases: tuple[str, ...]) -> None:
        began = time.perf_counter()
        fetch(cases)
        ahead.append(1000 * (time.perf_counter() - began))

    def noted() -> None:
        moments.append(time.perf_counter())
        shown()

    desk.files.fetch, desk.session.shown = timed, noted
    desk.next()
    taken = []
    try:
        while desk.state != State.END:
            if desk.state == State.CASE:
                desk.rate(4)
                pressed = time.perf_counter()
                before = len(moments)
                desk.confirm()
                while len(moments) == before and desk.state != State.END:
                    slicer.app.processEvents()
                if desk.state != State.END:
                    taken.append(1000 * (moments[-1] - pressed))
            slicer.app.processEvents()
    finally:
        desk.close()
    return taken, ahead


def main() -> int:
    """Print a row for each size and display; 1 if a case took longer than the limit."""
    from host import start

    start()
    failed = False
    for name, shape in SIZES.items():
        for display in ("volume", "pair"):
            with tempfile.TemporaryDirectory() as folder:
                make_study(Path(folder) / "study", shape, display)
                taken, ahead = read(Path(folder) / "study")
            middle = sorted(taken)[len(taken) // 2]
            print(
                f"{name}  {display:6}  next case after {middle:4.0f} ms (longest "
                f"{max(taken):4.0f} ms), looking ahead up to {max(ahead):4.0f} ms"
            )
            failed |= max(taken) > LIMIT_MS
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
