"""A child process of Slicer: lines go in, lines come out, and none of it is left behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

import MedGANSynthLib

from .signal import Signal
from .temporary import Temporary

MAX_LINE = 4 * 1024 * 1024
GRACE_MS = 1200
_LOG_WIDTH = 1000


def library_command(*words: str) -> list[str]:
    """The command line that runs the library's `words` with Slicer's own Python."""
    # A crash in C code then leaves its stack in the log.
    return [_python(), "-X", "faulthandler", "-m", "MedGANSynthLib", *words]


def _python() -> str:
    """Slicer's interpreter; through its launcher (`PythonSlicer`) only if it cannot be found."""
    launcher = shutil.which("PythonSlicer")
    if launcher is None:
        return sys.executable
    real = Path(launcher).with_name("python-real" + Path(launcher).suffix)
    return str(real if real.exists() else launcher)


class Child:
    """Runs a command in a temporary folder of its own, which is also where its own ones go.

    Attributes:
        line: emitted for each line of standard output (bytes, without its end).
        spoke: emitted when anything at all has come out.
        ended: emitted once, with a few words on how it ended.
        group: its process group, once it has said so; it is killed as a whole.
        leaving: it has been told to end, and hears nothing any more.
    """

    def __init__(self, command: list[str], log: deque[str]) -> None:
        self.line, self.spoke, self.ended = Signal(), Signal(), Signal()
        self.group = 0
        self.leaving = False
        self.ended_with = ""
        self._log = log
        self._output = self._errors = b""
        self._waiting: deque[bytes] = deque()
        self._folder = Temporary()
        # With a parent it belongs to Qt, which will not delete it while it emits a signal.
        self._process = qt.QProcess(slicer.app)
        self._process.setProcessEnvironment(self._environment())
        self._process.setWorkingDirectory(str(self._folder.path))
        self._process.connect("readyReadStandardOutput()", self._read_output)
        self._process.connect("readyReadStandardError()", self._read_errors)
        self._process.connect("finished(int,QProcess::ExitStatus)", self._finished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._failed)
        self._process.start(command[0], command[1:])

    def _environment(self) -> qt.QProcessEnvironment:
        environment = qt.QProcessEnvironment.systemEnvironment()
        library = str(Path(MedGANSynthLib.__file__).parents[1])
        paths = [library, environment.value("PYTHONPATH", "")]
        environment.insert("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        for name in ("TMPDIR", "TEMP", "TMP"):
            environment.insert(name, str(self._folder.path))
        return environment

    @property
    def running(self) -> bool:
        """Whether the process is there, or just about to be."""
        return self._process is not None and self._process.state() != qt.QProcess.NotRunning

    def write(self, line: bytes) -> None:
        """Send one line; it never blocks, and is lost if nobody reads any more."""
        if self.running:
            self._process.write(qt.QByteArray(line + b"\n"))

    def let_go(self) -> None:
        """End its standard input, and kill it if it has not ended a little later."""
        self.leaving = True
        if self.running:
            self._process.closeWriteChannel()
            qt.QTimer.singleShot(GRACE_MS, self.kill)

    def end(self) -> None:
        """Like `let_go`, but wait (under two seconds) until nothing is left of it."""
        if self.running:
            self._process.closeWriteChannel()
            if not self._process.waitForFinished(GRACE_MS):
                self.kill()
                if self._process is not None:
                    self._process.waitForFinished(500)
        self._gone()

    def kill(self) -> None:
        """Kill the whole tree of processes now."""
        if self.running:
            pid = int(self._process.processId())
            if sys.platform == "win32":
                hidden = subprocess.CREATE_NO_WINDOW
                subprocess.Popen(["taskkill", "/T", "/F", "/PID", str(pid)], creationflags=hidden)
            self._kill_group(self.group or pid)
            self._process.kill()

    @staticmethod
    def _kill_group(group: int) -> None:
        """Its group may outlive a process; its number alone may by then be another's."""
        if group > 1 and sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)

    def _read_output(self) -> None:
        if self._process is None:
            return
        self._output += self._process.readAllStandardOutput().data()
        *lines, self._output = self._output.split(b"\n")
        if len(self._output) > MAX_LINE:
            lines, self._output = [*lines, self._output], b""
        self._waiting.extend(lines)
        # Not from here: Qt emits nothing more while a receiver of this signal opens a dialog.
        qt.QTimer.singleShot(0, self._deliver)

    def _read_errors(self) -> None:
        if self._process is None:
            return
        self._errors += self._process.readAllStandardError().data()
        *lines, rest = self._errors.split(b"\n")
        self._errors = rest[-_LOG_WIDTH:]
        self._note(lines)
        qt.QTimer.singleShot(0, self._deliver)

    def _note(self, lines: list[bytes]) -> None:
        self._log.extend(line[:_LOG_WIDTH].decode("utf-8", "replace").rstrip() for line in lines)

    def _finished(self, code: int, status: object) -> None:
        if self._process is None:
            return
        self._read_errors()
        self._note([self._errors] if self._errors else [])
        self._read_output()
        if status == qt.QProcess.NormalExit:
            self.ended_with = _("it ended with exit code {code}").format(code=code)
        else:
            self.ended_with = _("it crashed or was killed (code {code})").format(code=code)

    def _failed(self, error: object) -> None:
        if error == qt.QProcess.FailedToStart:
            reason = self._process.errorString()
            self.ended_with = _("it could not be started: {reason}").format(reason=reason)
            qt.QTimer.singleShot(0, self._deliver)

    def _deliver(self) -> None:
        """One line at a time, so that the next comes although a receiver opens a dialog."""
        self.spoke.emit()
        if self._waiting:
            line = self._waiting.popleft()
            if self._waiting or self.ended_with:
                qt.QTimer.singleShot(0, self._deliver)
            self.line.emit(line)
        elif self.ended_with:
            self._gone()

    def _gone(self) -> None:
        if self._process is None:
            return
        self._kill_group(self.group)  # what it may have left
        if not self.running:  # else deleting it would block
            self._process.deleteLater()
        self._process = None
        self._folder.remove()
        self.ended.emit(self.ended_with)
