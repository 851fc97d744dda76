"""Which processors can be chosen, asked of the driver without holding up the window."""

import shutil
import sys
from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _


class Devices:
    """The choices as (text, device) pairs; `changed()` is called when the GPUs are known."""

    def __init__(self, changed: Callable[[], None]):
        self.changed = changed
        self.gpus: list[str] = []
        self.process = None
        program = shutil.which("nvidia-smi")
        if program:
            # With a parent it belongs to Qt, which will not delete it while it emits a signal.
            self.process = qt.QProcess(slicer.app)
            self.process.connect("finished(int,QProcess::ExitStatus)", self._finished)
            self.process.start(program, ["--query-gpu=name", "--format=csv,noheader"])

    def choices(self, chosen: str) -> list[tuple[str, str]]:
        """What to offer; a chosen device that is not here is offered as such."""
        offered = [
            (_("Automatic: a GPU if there is one"), "auto"),
            (_("Processor (CPU)"), "cpu"),
        ]
        if sys.platform == "darwin":
            offered.append((_("Apple GPU"), "mps"))
        offered += [(f"GPU {n}: {name}", f"cuda:{n}") for n, name in enumerate(self.gpus)]
        if chosen not in [device for _text, device in offered]:
            offered.append((_("{device} (not found here)").format(device=chosen), chosen))
        return offered

    def stop(self) -> None:
        """Ask no longer."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.waitForFinished(1000)
            process.deleteLater()

    def _finished(self) -> None:
        if self.process is None:
            return
        text = self.process.readAllStandardOutput().data().decode("utf-8", "replace")
        self.gpus = [line.strip() for line in text.splitlines() if line.strip()]
        self.process.deleteLater()
        self.process = None
        self.changed()
