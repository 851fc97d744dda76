"""Who owns the one worker process, and when it ends: with Slicer, its scene, or the module."""

import sys
from typing import Any

import slicer

from .process import WorkerClient

_OURS = ("MedGANSynthLib", "MedGANSynthPanels")
_kept: dict[str, Any] = {}


def the_worker() -> WorkerClient:
    """The worker that everything in the module shares; its process starts with its first Task."""
    if not _kept:
        scene = slicer.mrmlScene
        closing = slicer.vtkMRMLScene.StartCloseEvent
        _kept.update(worker=WorkerClient(), scene=scene)
        _kept["tag"] = scene.AddObserver(closing, _scene_closes)
        slicer.app.connect("aboutToQuit()", end)
    return _kept["worker"]


def restart() -> None:
    """The next Task finds a new process: packages were installed."""
    if _kept:
        _kept["worker"].stop(wait=False)


def end() -> None:
    """Nothing of the worker is left on return (under two seconds)."""
    if not _kept:
        return
    kept = dict(_kept)
    _kept.clear()
    slicer.app.disconnect("aboutToQuit()", end)
    kept["scene"].RemoveObserver(kept["tag"])
    kept["worker"].stop()


def forget_modules() -> None:
    """End the worker and make Python read our packages anew; called when the module is reloaded."""
    end()
    for name in list(sys.modules):
        if name.partition(".")[0] in _OURS:
            del sys.modules[name]


def _scene_closes(_caller: Any, _event: Any) -> None:
    _kept["worker"].stop(wait=False)
