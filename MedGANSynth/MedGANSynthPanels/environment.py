"""Check environment: what works on this computer and what to do where something does not.

Slicer's own facts come first, then what the library's doctor says. The doctor tries torch and the
GPU out in a process of its own, so that a broken driver takes nothing with it.
"""

import importlib.util
import re
from collections import deque
from collections.abc import Callable

import qt
import slicer
import vtk
from slicer.i18n import tr as _

from MedGANSynthLib.machine import without_home

from .child import Child, library_command


class Check:
    """Runs the doctor; `done(report)` is called once, on the GUI thread, unless it is stopped."""

    def __init__(self, done: Callable[[str], None], command: list[str] | None = None) -> None:
        self._done: Callable[[str], None] | None = done
        self._lines: list[str] = []
        self._log: deque[str] = deque(maxlen=40)
        self._child = Child(command or library_command("doctor"), self._log)
        self._child.line.connect(lambda line: self._lines.append(line.decode("utf-8", "replace")))
        self._child.ended.connect(self._ended)
        slicer.app.connect("aboutToQuit()", self.stop)

    def stop(self) -> None:
        """Nobody wants to know any more; nothing of it is left on return."""
        self._done = None
        self._child.kill()
        self._child.end()

    def _ended(self, how: str) -> None:
        slicer.app.disconnect("aboutToQuit()", self.stop)
        done, self._done = self._done, None
        if done is None:
            return
        findings = "\n".join(self._lines).rstrip()
        if not findings:
            findings = "\n".join([_("The check failed: {how}.").format(how=how), *self._log])
        column = re.match(r"\S+(?: \S+)* {2,}", findings)
        facts = slicer_facts(column.end() if column else 0)
        done(without_home(f"{facts}\n{findings}\n"))


def slicer_facts(column: int = 0) -> str:
    """Slicer's own lines of the report; what was found begins in this column or later."""
    app = slicer.app
    packaging = importlib.util.find_spec("slicer.packaging")
    pytorch = importlib.util.find_spec("PyTorchUtils")
    facts = {
        "Application": f"{app.applicationName} {app.applicationVersion}, revision {app.revision}",
        "Platform": app.platform,
        "VTK": vtk.vtkVersion.GetVTKVersion(),
        "slicer.packaging": _yes(packaging),
        "Extension PyTorch": _yes(pytorch),
    }
    width = max(column, 2 + max(len(name) for name in facts))
    return "\n".join(f"{name.ljust(width)}{value}" for name, value in facts.items())


class ReportWindow:
    """A window with the report, which can be copied as a whole."""

    def __init__(self, parent=None) -> None:
        self.window = qt.QDialog(parent)
        self.window.setWindowTitle(_("MedGANSynth: check environment"))
        self.window.resize(760, 520)
        self.text = qt.QPlainTextEdit()
        self.text.readOnly = True
        self.text.setLineWrapMode(qt.QPlainTextEdit.NoWrap)
        self.text.setFont(qt.QFontDatabase.systemFont(qt.QFontDatabase.FixedFont))
        self.copyButton = qt.QPushButton(_("Copy"))
        self.copyButton.toolTip = _("Copy the whole report to the clipboard")
        self.closeButton = qt.QPushButton(_("Close"))
        buttons = qt.QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.copyButton)
        buttons.addWidget(self.closeButton)
        layout = qt.QVBoxLayout(self.window)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.copyButton.connect("clicked(bool)", self._copy)
        self.closeButton.connect("clicked(bool)", self.close)
        self.window.connect("finished(int)", self.stop)
        self.check: Check | None = None

    def show(self) -> None:
        """Show the window and check anew; what is found comes some seconds later."""
        self.stop()
        self.copyButton.enabled = False
        self.text.plainText = _("Checking; this takes some seconds...")
        self.window.show()
        self.window.activateWindow()
        self.check = Check(self._report)

    def close(self) -> None:
        """Close the window, which ends a check, too."""
        self.window.reject()

    def stop(self) -> None:
        """End a check that is still going on."""
        check, self.check = self.check, None
        if check is not None:
            check.stop()

    def _report(self, text: str) -> None:
        self.check = None
        self.text.plainText = text
        self.copyButton.enabled = True

    def _copy(self) -> None:
        qt.QApplication.clipboard().setText(self.text.plainText)


def _yes(found: object) -> str:
    return _("there") if found else _("not there")
