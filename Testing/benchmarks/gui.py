"""Inside Slicer, on the host: from click to node, and how long the window stands still meanwhile.

- Click to node: from `Translation.start` to the new node in the scene, less the seconds that the
  worker reports for the Task; the first one starts the worker, too.
- Stand-still: the longest time between two ticks of a 2 ms timer in Slicer's event loop.
- Placing: the time that a large result takes from its file into the scene, in one such turn.

`worker.py` says what the worker itself adds to the network's time.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Testing"), str(ROOT / "MedGANSynth"), str(ROOT)]

MODEL = "t1-t2-brain"
CLICKS = 4
LIMIT_S, BLOCK_LIMIT_S = 0.5, 0.1
LARGE = (256, 256, 180)
SIZES = {"128x128x30": ((128, 128, 30), (1.75, 1.75, 5.0))}


class Ticks:
    """The longest gap between two turns of the event loop."""

    def __init__(self):
        import qt

        self.longest, self.last = 0.0, time.perf_counter()
        self.timer = qt.QTimer()
        self.timer.setInterval(2)
        self.timer.connect("timeout()", self.tick)
        self.timer.start()

    def tick(self) -> None:
        now = time.perf_counter()
        self.longest, self.last = max(self.longest, now - self.last), now

    def stop(self) -> float:
        self.timer.stop()
        return self.longest


def run(worker, node) -> tuple[float, float, float]:
    """Seconds from click to node, seconds of the Task, longest stand-still."""
    import slicer
    from MedGANSynthPanels.translation import Translation

    seconds: list[float] = []
    heard: list[dict] = []

    class Listening:
        def submit(self, task, fields, listener):
            def hear(event):
                if event["event"] == "done":
                    seconds.append(event["seconds"])
                listener(event)

            return worker.submit(task, fields, hear)

    ticks = Ticks()
    started = time.perf_counter()
    translation = Translation(Listening())
    translation.start(node, MODEL, device="cpu", listener=heard.append)
    while translation.open:
        slicer.app.processEvents()
        time.sleep(0.0005)
    total = time.perf_counter() - started
    longest = ticks.stop()
    if not translation.results:
        raise SystemExit(heard[-1]["text"])
    return total, seconds[0], longest


def place(shape: tuple[int, int, int]) -> float:
    """Seconds of processor time from a result's file to its node; the best of some."""
    import nibabel
    import numpy as np
    import slicer
    from MedGANSynthPanels.nifti_in import read_voxels
    from MedGANSynthPanels.volumes_in import Original, place_volume

    node = slicer.util.addVolumeFromArray(np.zeros(shape[::-1], np.int16))
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.nii"
        voxels = np.random.default_rng(0).random(shape, dtype=np.float32)
        nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), path)
        for _time in range(5):
            started = time.thread_time()
            made = place_volume(Original(node), read_voxels(path, shape), "result")
            slicer.app.processEvents()
            seconds.append(time.thread_time() - started)
            slicer.mrmlScene.RemoveNode(made)
    return min(seconds)


def main() -> int:
    """Print a row for each size; 1 if a limit is exceeded."""
    from host import start

    start()
    import numpy as np
    import slicer
    from MedGANSynthPanels.process import WorkerClient

    from MedGANSynthLib.data.phantom import head_phantom

    failed = False
    for name, (shape, spacing) in SIZES.items():
        phantom = head_phantom(0, shape, spacing, ("t1",))["t1"]
        voxels = np.ascontiguousarray(phantom.array.transpose(2, 1, 0))
        node = slicer.util.addVolumeFromArray(voxels, phantom.affine, "T1 head")
        worker = WorkerClient()
        try:
            for number in range(CLICKS):
                total, task, longest = run(worker, node)
                click = "first" if number == 0 else "warm"
                print(
                    f"{name}  {click} click {total:6.2f} s, of it the Task {task:6.2f} s, "
                    f"the rest {total - task:5.2f} s; longest stand-still {1000 * longest:4.0f} ms"
                )
                failed |= longest > BLOCK_LIMIT_S
                failed |= number > 0 and total - task > LIMIT_S
        finally:
            worker.stop()
    seconds = place(LARGE)
    print(
        f"{'x'.join(map(str, LARGE))}  placing a result {1000 * seconds:4.0f} ms of processor time"
    )
    return int(failed or seconds > BLOCK_LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
