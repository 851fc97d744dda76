"""A child process that never outlives who started it. Standard library only."""

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from .files import remove_unfinished

_POLL_S = 1.0
_GRACE_S = 1.0


def own_group() -> None:
    """Become the leader of a process group, which the parent can kill as a whole.

    Windows has no such thing; there the parent kills by the tree.
    """
    if sys.platform != "win32" and os.getpgrp() != os.getpid():
        os.setpgid(0, 0)


def watch_parent(gone: Callable[[], None]) -> None:
    """Call `gone` from a thread of its own once the parent process has ended."""
    ended = _parent_ended()

    def wait() -> None:
        while not ended():
            time.sleep(_POLL_S)
        gone()

    threading.Thread(target=wait, daemon=True).start()


def _parent_ended() -> Callable[[], bool]:
    parent = os.getppid()
    if sys.platform != "win32":
        return lambda: os.getppid() != parent
    import ctypes

    synchronize, signalled = 0x00100000, 0
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    kernel.WaitForSingleObject.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    handle = kernel.OpenProcess(synchronize, False, parent)
    return lambda: bool(handle) and kernel.WaitForSingleObject(handle, 0) == signalled


def on_terminate(terminate: Callable[[], None]) -> None:
    """Call `terminate` from a thread of its own at SIGTERM.

    A Python signal handler would have to wait until the main thread comes back from a long
    convolution. Windows has no SIGTERM.
    """
    if sys.platform == "win32":
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda number, frame: None)

    def wait() -> None:
        while signal.SIGTERM not in os.read(reading, 64):
            pass
        terminate()

    threading.Thread(target=wait, daemon=True).start()


def interrupt_main() -> None:
    """SIGINT for the main thread, from another one; on POSIX it wakes from a system call."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def end_hard_if_needed() -> None:
    """End the process if the main thread has not done so in a second; for another thread.

    What is being written is removed.
    """
    time.sleep(_GRACE_S)
    remove_unfinished()
    os._exit(130)
